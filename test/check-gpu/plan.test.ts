import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PARTS, planParts, readLimits, secondsFor } from '../../bench/check-gpu/plan.ts'

const GPU = { device: 'cuda', isBuilt: false } as const
const FOLDER = join(import.meta.dirname, '../../bench/check-gpu/parts')

describe('the plan of a check', () => {
  it('has a program for every part, and a part for every program', () => {
    const programs = readdirSync(FOLDER).filter((name) => name.endsWith('.ts'))
    expect(programs.sort()).toEqual(PARTS.map(({ name }) => `${name}.ts`).sort())
    expect(PARTS.every(({ name }) => existsSync(join(FOLDER, `${name}.ts`)))).toBe(true)
  })

  it('shows that the engine is right before it shows how fast it is', () => {
    const firstTimed = PARTS.findIndex(({ timed }) => timed)
    expect(PARTS.slice(firstTimed).every(({ timed }) => timed)).toBe(true)
    expect(PARTS.slice(0, firstTimed).map(({ name }) => name)).toEqual([
      'build',
      'machine',
      'tests',
      'parity',
    ])
  })

  it('keeps the order of the parts that are asked for', () => {
    const plan = planParts({ ...GPU, names: ['training', 'tests'] })
    expect(plan.map(({ name }) => name)).toEqual(['tests', 'training'])
  })

  it('names the parts that there are to who asks for another', () => {
    const message = /no part trainings: choose among build, machine/
    expect(() => planParts({ ...GPU, names: ['trainings'] })).toThrow(message)
    expect(() => planParts({ ...GPU, limits: { trainings: 3 } })).toThrow(message)
  })

  it('lets nobody wait for a build where a built engine came along', () => {
    const besides = (isBuilt: boolean) => planParts({ ...GPU, isBuilt }).filter(({ beside }) => beside)
    expect(besides(true).map(({ name }) => name)).toEqual(['build'])
    expect(besides(false)).toEqual([])
  })

  it('gives a CPU more time than a GPU, and a part the limit that it is given', () => {
    const limitsOf = (given: object) =>
      planParts({ ...GPU, names: ['machine', 'tests'], ...given }).map(({ seconds }) => seconds)
    const [machine, tests] = limitsOf({})
    expect(limitsOf({ device: 'cpu' })).toEqual([4 * machine!, 4 * tests!])
    const limits = readLimits('tests=7')
    expect([limitsOf({ limits }), limitsOf({ limits, device: 'cpu' })]).toEqual([
      [machine, 7],
      [4 * machine!, 7],
    ])
  })

  it.each(['tests', 'tests=', 'tests=soon', 'tests=0', 'tests=3,', ''])('reads no limits in "%s"', (text) => {
    expect(() => readLimits(text)).toThrow(/^--limits names parts and seconds above 0/)
  })

  it('gives a part what is left and begins none without time', () => {
    const part = { name: 'tests', shows: '', seconds: 100 }
    expect([500, 60, 4, -3].map((left) => secondsFor(part, left))).toEqual([100, 60, undefined, undefined])
  })
})
