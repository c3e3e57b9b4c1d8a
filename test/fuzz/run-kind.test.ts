import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FuzzKind } from '../../fuzz/fuzz-kind.ts'
import { KINDS } from '../../fuzz/kinds.ts'
import { type RunOptions, runKind } from '../../fuzz/run-kind.ts'
import { scratchFolder } from '../scratch-folder.ts'

/** Steps of three seeds, of which those with 6 find something. */
function oddKind(seen: number[]): FuzzKind & { isClosed: boolean } {
  const kind = {
    summary: '',
    seedsPerStep: 3,
    isClosed: false,
    open: async () => ({
      async step(seed: number, folder: string) {
        seen.push(seed)
        writeFileSync(join(folder, 'case.txt'), `case ${seed}`)
        const finding = { name: 'six', said: 'it is 6\nand more', keep: [join(folder, 'case.txt')] }
        return { counts: { cases: 1, [`seed ${seed}`]: 2 }, findings: seed === 6 ? [finding] : [] }
      },
      async close() {
        kind.isClosed = true
      },
    }),
  }
  return kind
}

const run = (kind: FuzzKind, given: Partial<RunOptions> = {}) =>
  runKind('odd', kind, {
    minutes: 10,
    seed: 3,
    steps: 3,
    jobs: 1,
    out: scratchFolder(),
    signal: new AbortController().signal,
    report: () => {},
    ...given,
  })

describe('a run of a kind', () => {
  it('goes over the seeds, adds up the counts, and closes the kind', async () => {
    const seen: number[] = []
    const kind = oddKind(seen)
    const { steps, counts, findings } = await run(kind)
    expect(seen).toEqual([3, 6, 9])
    expect({ steps, counts, findings }).toEqual({
      steps: 3,
      counts: { cases: 3, 'seed 3': 2, 'seed 6': 2, 'seed 9': 2 },
      findings: 1,
    })
    expect(kind.isClosed).toBe(true)
  })

  it('keeps a finding with what was said and the command that repeats it', async () => {
    const out = scratchFolder()
    await run(oddKind([]), { out })
    expect(readdirSync(out)).toEqual(['odd-6-six'])
    expect(readFileSync(join(out, 'odd-6-six/case.txt'), 'utf8')).toBe('case 6')
    expect(readFileSync(join(out, 'odd-6-six/said.txt'), 'utf8')).toBe(
      'it is 6\nand more\n\nAgain: npm run fuzz -- --kind odd --seed 6 --steps 1\n',
    )
  })

  it('ends when its time is over, or when it is interrupted', async () => {
    expect(await run(oddKind([]), { minutes: 0 })).toMatchObject({ steps: 0 })
    expect(await run(oddKind([]), { signal: AbortSignal.abort() })).toMatchObject({ steps: 0 })
  })

  it('closes the kind although a step fails', async () => {
    const kind = oddKind([])
    const failing: FuzzKind = {
      ...kind,
      open: async (settings) => ({
        ...(await kind.open(settings)),
        step: () => Promise.reject(new Error('broken')),
      }),
    }
    await expect(run(failing)).rejects.toThrow('broken')
    expect(kind.isClosed).toBe(true)
  })
})

it('every kind of the table can be loaded', async () => {
  for (const load of Object.values(KINDS)) expect((await load()).seedsPerStep).toBeGreaterThan(0)
})
