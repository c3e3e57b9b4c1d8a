import { describe, expect, it } from 'vitest'
import { drawOrder, takeCandidates } from '../../../src/group/losers/candidates.ts'
import { loserOrder } from '../../../src/group/losers/select-losers.ts'
import type { AstEntry } from '../../../src/records/pool-entry.ts'

const entry = (id: string, operator = 'ROR', shownOn = 1): AstEntry => ({
  class: 'ast',
  mutant: { id, operator, start: 0, end: 1, original: 'a', replacement: 'b', line: 1 },
  inputIndex: 0,
  result: { stdout: '', exit: 0, effects: '' },
  shownOn,
})

async function* batches(...all: readonly (readonly AstEntry[])[]) {
  yield* all
}

const ids = (entries: readonly AstEntry[]) => entries.map(({ mutant }) => mutant.id)

describe('a candidates', () => {
  it('takes the first by rank and leaves the rest of what was screened', async () => {
    const some = [entry('a'), entry('b', 'AOR'), entry('c'), entry('d', 'SDL')]
    const candidates = await takeCandidates(batches(some), 3, loserOrder('mixed', '1'))
    expect(new Set(candidates.mutants.map(({ mutant }) => mutant.operator))).toEqual(
      new Set(['ROR', 'AOR', 'SDL']),
    )
    expect([...ids(candidates.mutants), ...ids(candidates.others)].toSorted()).toEqual(['a', 'b', 'c', 'd'])
  })

  it('reads no more batches than it needs, and ends with them', async () => {
    const source = batches([entry('a')], [entry('b')], [entry('c')])
    expect(ids((await takeCandidates(source, 2, loserOrder('random', '1'))).mutants)).toEqual(['a', 'b'])
    expect((await source.next()).value).toEqual([entry('c')])
    expect(ids((await takeCandidates(batches([entry('a')]), 4, loserOrder('random', '1'))).mutants)).toEqual([
      'a',
    ])
  })

  it('has each of its members in the middle as often as any other', async () => {
    const candidates = { mutants: ['a', 'b', 'c'].map((id) => entry(id)), others: [] }
    const counts = new Map<string, number>()
    for (let seed = 0; seed < 4000; seed++) {
      const first = drawOrder(candidates, `${seed}`)[0]?.id ?? 'unit'
      counts.set(first, (counts.get(first) ?? 0) + 1)
    }
    expect([...counts.keys()].toSorted()).toEqual(['a', 'b', 'c', 'unit'])
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })
})
