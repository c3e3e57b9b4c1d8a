import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mergeDatabases } from '../../src/pipeline/merge.ts'
import { WholeFloat } from '../../src/records/json-value.ts'
import type { ProvenProblem } from '../../src/records/problem.ts'
import { DEFAULT_SUITE_LIMITS, type Suite } from '../../src/records/suite.ts'
import { openProblemsStore, type ProblemsStore } from '../../src/store/problems/problems-store.ts'
import { run } from '../cli/captured-context.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { sha256 } from '../store/synthetic-records.ts'

const folder = scratchFolder()
const at = (name: string) => join(folder, name)

const merge = (paths: readonly string[], out: string, ...flags: string[]) =>
  run(['merge', ...paths, '--out', out, ...flags], { loadMerge: async () => mergeDatabases })

/** A problem whose tests are these numbers. */
function problem(tests: readonly number[]): ProvenProblem {
  const suite: Suite = {
    tests: tests.map((n) => ({ kind: 'call', name: 'f', arguments: [n], result: WholeFloat.of(n) })),
    comparison: { kind: 'exact' },
    limits: DEFAULT_SUITE_LIMITS,
  }
  return { id: sha256(JSON.stringify(suite)), suite, solutions: [{ language: 'bash', code: tests.join() }] }
}

type RowOf = readonly [row: string, tests: readonly number[] | 'drop']

function part(
  name: string,
  rows: readonly RowOf[],
  content: Record<string, unknown> = { minTests: 2 },
): string {
  const store = openProblemsStore(at(name), { readonly: false })
  store.beginRun({ targets: ['cpp'] }, content)
  for (const [row, tests] of rows) {
    const origin = { dataset: 'd', place: 'p', row }
    if (tests === 'drop') store.saveDrop(origin, { reason: 'no-tests', detail: '' })
    else store.saveProblem(origin, `licence of ${row}`, problem(tests))
  }
  store.settle()
  store.finishRun()
  store.close()
  return at(name)
}

function read<Result>(path: string, reading: (store: ProblemsStore) => Result): Result {
  const store = openProblemsStore(path, { readonly: true })
  try {
    return reading(store)
  } finally {
    store.close()
  }
}

const contents = (path: string) => read(path, (store) => JSON.stringify([store.problems(), store.stats()]))

describe('problems', () => {
  // 1 and 2 are one problem, 2 and 3 are, 1 and 3 are not: which is kept must not depend on who came first.
  const rows: readonly RowOf[] = [
    ['1', [1, 2, 3, 4]],
    ['2', [3, 4, 5, 6]],
    ['3', [5, 6, 7, 8]],
    ['4', [20, 21]],
    ['5', 'drop'],
    // The very tests of 4.
    ['6', [20, 21]],
  ]

  it('are what one run makes of them, in whatever order they come', async () => {
    const whole = part('whole.db', rows)
    expect(read(whole, (store) => store.stats())).toMatchObject({ drops: { 'no-tests': 1 } })
    const orders = [rows.toReversed(), [...rows.slice(1), rows[0]!], [...rows.slice(2), ...rows.slice(0, 2)]]
    for (const [n, order] of orders.entries()) {
      expect(contents(part(`order-${n}.db`, order))).toBe(contents(whole))
      const shards = [0, 1, 2].map((shard) =>
        part(
          `shard-${n}-${shard}.db`,
          order.filter((_, i) => i % 3 === shard),
        ),
      )
      const out = at(`merged-${n}.db`)
      expect(await merge(shards, out)).toMatchObject({ exit: 0, stdout: expect.stringContaining('3 files') })
      expect(contents(out)).toBe(contents(whole))
      expect(await merge([...shards, whole], out)).toMatchObject({ exit: 0 })
      expect(contents(out)).toBe(contents(whole))
    }
  })

  it('keep their floats, licences and solutions', async () => {
    const out = at('kept.db')
    await merge([part('kept-a.db', [['1', [1, 2]]]), part('kept-b.db', [['2', [3, 4]]])], out)
    read(out, (store) => {
      const stored = store.problems().find(({ license }) => license === 'licence of 2')
      expect(stored).toMatchObject({ solutions: [{ language: 'bash', code: '3,4' }] })
      expect(JSON.stringify(stored!.suite)).toBe(JSON.stringify(problem([3, 4]).suite))
    })
  })

  it('of other options, or of another row under the same name, are refused', async () => {
    const a = part('options-a.db', [['1', [1, 2]]])
    const b = part('options-b.db', [['2', [3, 4]]], { minTests: 3 })
    const { exit, stderr } = await merge([a, b], at('options.db'))
    expect([exit, stderr]).toEqual([
      2,
      expect.stringMatching(/made with minTests 2, and .* with minTests 3; .*--allow-mixed/),
    ])
    expect(await merge([a, b], at('options.db'), '--allow-mixed')).toMatchObject({ exit: 0 })
    const c = part('other-row.db', [['1', [9, 10]]])
    expect(await merge([a, c], at('rows.db'))).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('Row 1 of p is another problem'),
    })
  })

  it('that are not done are refused, unless that is wanted', async () => {
    const store = openProblemsStore(at('open.db'), { readonly: false })
    store.beginRun({}, { minTests: 2 })
    store.saveProblem({ dataset: 'd', place: 'p', row: '1' }, 'MIT', problem([1, 2]))
    store.close()
    const refused = await merge([at('open.db')], at('of-open.db'))
    expect([refused.exit, refused.stderr]).toEqual([2, expect.stringContaining('open.db is unfinished')])
    expect(await merge([at('open.db')], at('of-open.db'), '--allow-unfinished')).toMatchObject({ exit: 0 })
  })
})
