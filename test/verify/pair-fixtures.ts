import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const FOLDER = resolve(import.meta.dirname, '../../fixtures/pairs')

export interface PairFixture {
  readonly name: string
  readonly expected: 'equal' | 'differ'
  readonly why: string
  readonly a: readonly [string, Uint8Array]
  readonly b: readonly [string, Uint8Array]
}

/** All of fixtures/pairs, whose README says how they are written. */
export function pairFixtures(): PairFixture[] {
  const files = readdirSync(FOLDER)
  return files.flatMap((file) => {
    const name = /^(.*)\.a\.(?:c|ll)$/.exec(file)?.[1]
    if (name === undefined) return []
    const other = files.find((one) => one === `${name}.b.c` || one === `${name}.b.ll`)
    const read = (path: string) => [path, readFileSync(join(FOLDER, path))] as const
    const a = read(file)
    const [, expected, why] = /^(?:\/\/|;) (equal|differ): (.+)\n/.exec(a[1].toString()) ?? []
    if (other === undefined || expected === undefined || why === undefined)
      throw new Error(`${file} is no half of a pair with a verdict in its first line`)
    return [{ name, expected: expected as PairFixture['expected'], why, a, b: read(other) }]
  })
}
