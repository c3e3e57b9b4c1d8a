/** No folder imports a folder above it; the order of the floors stands in docs/architecture.md alone. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, readModules } from './read-imports.ts'

const page = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
const floors = /```floors\n([^`]+)```/.exec(page)![1]!.trim().split('\n').reverse()
const heights = new Map(floors.flatMap((floor, height) => floor.split(' ').map((room) => [room, height])))

/** The longest listed folder that holds the module; `index` for those in no folder. */
function roomOf(path: string): string {
  const [folder = '', inner] = path.split('/')
  if (inner === undefined) return 'index'
  return heights.has(folder) ? folder : `${folder}/${inner}`
}

describe('the floors of src', () => {
  const modules = readModules()
  const rooms = new Set(modules.map(({ path }) => roomOf(path)))

  it('are listed whole, each folder once', () => {
    expect([...rooms].sort()).toEqual([...heights.keys()].sort())
    expect(heights.size).toBe(floors.join(' ').split(' ').length)
  })

  it('are entered from above alone', () => {
    const wrong = modules.flatMap(({ path, imports }) =>
      imports
        .filter((to) => roomOf(to) !== roomOf(path) && heights.get(roomOf(to))! >= heights.get(roomOf(path))!)
        .map((to) => `${path} imports ${to}`),
    )
    expect(wrong).toEqual([])
  })
})
