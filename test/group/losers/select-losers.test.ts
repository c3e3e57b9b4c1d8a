import { describe, expect, it } from 'vitest'
import {
  LOSER_SELECTIONS,
  type LoserSelection,
  loserOrder,
  takeFirst,
} from '../../../src/group/losers/select-losers.ts'
import type { AstLoser } from '../../../src/records/group-record.ts'
import type { Level } from '../../../src/records/level.ts'
import type { PoolEntry } from '../../../src/records/pool-entry.ts'
import { sha256, syntheticGroup } from '../../store/synthetic-records.ts'

const [template] = syntheticGroup(1).losers

interface Change {
  readonly operator?: string
  readonly line?: number
  readonly level?: Level
  readonly difficulty?: number
  readonly inputIndex?: number
  readonly shownOn?: number
}

function loser(name: string, change: Change = {}): AstLoser {
  const { operator = 'ROR', line = 1, level = 'O0', difficulty = 0.5, inputIndex = 0, shownOn = 4 } = change
  const mutant = { ...template!.mutant, id: sha256(name), operator, line, original: name }
  const witness = { ...template!.witness, inputIndex }
  return { ...template!, mutant, level, difficulty, witness, shownOn }
}

const entry = (name: string, change: Change = {}): PoolEntry => {
  const { mutant, witness, shownOn } = loser(name, change)
  return { class: 'ast', mutant, inputIndex: witness.inputIndex, result: witness.mutant, shownOn: shownOn! }
}

/** Names in the order in which losers are taken, each one counting for those after it. */
function drawn(select: LoserSelection, losers: readonly AstLoser[], seed = '1'): string[] {
  const order = loserOrder(select, seed)
  const left = [...losers]
  const taken: AstLoser[] = []
  while (left.length > 0) taken.push(takeFirst(left, (one) => order.ofLoser(one, taken))!)
  return taken.map(({ mutant }) => mutant.original)
}

function compiled(select: LoserSelection, entries: readonly PoolEntry[], seed = '1'): string[] {
  const order = loserOrder(select, seed)
  const left = [...entries]
  const taken: PoolEntry[] = []
  while (left.length > 0) taken.push(takeFirst(left, (one) => order.ofEntry(one, taken))!)
  return taken.map(({ mutant }) => mutant.original)
}

describe.each(LOSER_SELECTIONS)('%s losers', (select) => {
  it('have their levels in balance', () => {
    const many = [1, 2, 3, 4, 5, 6].map((n) =>
      loser(`O0 ${n}`, { difficulty: 0.9, operator: `A${n}`, line: n, inputIndex: n }),
    )
    const order = drawn(select, [...many, loser('O2 a', { level: 'O2' }), loser('O2 b', { level: 'O2' })])
    expect(order.slice(0, 4).filter((name) => name.startsWith('O2'))).toHaveLength(2)
  })

  it('are the same for the same seed and in any order', () => {
    const some = [1, 2, 3, 4, 5].map((n) => loser(`${n}`))
    expect(drawn(select, some.toReversed())).toEqual(drawn(select, some))
    const orders = [1, 2, 3, 4, 5, 6].map((seed) => drawn(select, some, `${seed}`).join())
    expect(new Set(orders).size).toBeGreaterThan(1)
  })
})

describe('the way of choosing', () => {
  it('hard takes the hardest first, and compiles first what the fewest inputs show', () => {
    const losers = [0.2, 0.9, 0.4].map((difficulty) => loser(`${difficulty}`, { difficulty }))
    expect(drawn('hard', losers)).toEqual(['0.9', '0.4', '0.2'])
    const entries = [7, 1, 3].map((shownOn) => entry(`${shownOn}`, { shownOn }))
    expect(compiled('hard', entries)).toEqual(['1', '3', '7'])
  })

  it('mixed takes operators in turns, of each the hardest', () => {
    const losers = [
      loser('a1', { operator: 'A', difficulty: 0.9 }),
      loser('a2', { operator: 'A', difficulty: 0.8 }),
      loser('b1', { operator: 'B', difficulty: 0.3 }),
      loser('b2', { operator: 'B', difficulty: 0.4 }),
    ]
    expect(drawn('mixed', losers)).toEqual(['a1', 'b2', 'a2', 'b1'])
    const entries = [
      entry('a1', { operator: 'A', shownOn: 1 }),
      entry('a2', { operator: 'A', shownOn: 2 }),
      entry('b1', { operator: 'B', shownOn: 9 }),
    ]
    expect(compiled('mixed', entries)).toEqual(['a1', 'b1', 'a2'])
  })

  it('diverse takes operators, then places, then inputs that are new, however easy', () => {
    const losers = [
      loser('same', { operator: 'A', line: 1, difficulty: 0.99 }),
      loser('same again', { operator: 'A', line: 1, difficulty: 0.99 }),
      loser('other input', { operator: 'A', line: 1, inputIndex: 3, difficulty: 0.1 }),
      loser('other place', { operator: 'A', line: 2, difficulty: 0.1 }),
      loser('other operator', { operator: 'B', line: 1, difficulty: 0.1 }),
    ]
    for (let seed = 0; seed < 10; seed++) {
      const order = drawn('diverse', losers, `${seed}`)
      // What comes second differs from the first by its operator.
      expect(order.slice(0, 2)).toContain('other operator')
      expect(order.indexOf('other place')).toBeLessThan(4)
      expect(order.at(-1)).toMatch(/same|other input/)
    }
  })
})
