import { describe, expect, test } from 'vitest'
import { chooseMutants } from '../../src/mutate/choose-mutants.ts'
import type { Mutant } from '../../src/records/mutant.ts'

function mutant(operator: string, line: number, rest: Partial<Mutant> = {}): Mutant {
  return {
    id: `${operator}-${line}`,
    operator,
    start: line * 10,
    end: line * 10 + 1,
    original: 'a',
    replacement: 'b',
    line,
    ...rest,
  }
}
const lines = [1, 2, 3, 4, 5, 6]
const mutants = ['AOR', 'ROR', 'SDL'].flatMap((operator) => lines.map((line) => mutant(operator, line)))

describe('chooseMutants', () => {
  test('takes turns among the operators', () => {
    const chosen = chooseMutants(mutants, { count: 9, seed: 1 }).map(({ operator }) => operator)
    expect(new Set(chosen.slice(0, 3)).size).toBe(3)
    expect(chosen.slice(3, 6)).toEqual(chosen.slice(0, 3))
    expect(chosen.slice(6, 9)).toEqual(chosen.slice(0, 3))
  })

  test('an operator with few mutants gives its turns to the others', () => {
    const chosen = chooseMutants([...mutants, mutant('UOI', 1)], { count: 19, seed: 1 })
    expect(chosen).toHaveLength(19)
    expect(chosen.slice(0, 4).filter(({ operator }) => operator === 'UOI')).toHaveLength(1)
  })

  test('takes no line twice before every line was taken once', () => {
    const chosen = chooseMutants(mutants, { count: 6, seed: 1 })
    expect(chosen.map(({ line }) => line).toSorted()).toEqual(lines)
  })

  test('what is unlikely to serve comes last', () => {
    const unlikely = lines.map((line) => mutant('AORS', line, { unlikely: true }))
    const chosen = chooseMutants([...unlikely, ...mutants], { count: 20, seed: 1 })
    expect(chosen.slice(0, 18).filter((each) => each.unlikely)).toEqual([])
    expect(chosen.slice(18).every((each) => each.unlikely)).toBe(true)
  })

  test('depends on the seed and the mutants, not on their order', () => {
    const order = (seed: number, from = mutants) =>
      chooseMutants(from, { count: 18, seed }).map(({ id }) => id)
    expect(order(1)).toEqual(order(1, mutants.toReversed()))
    expect(order(1)).not.toEqual(order(2))
    expect(order(1).toSorted()).toEqual(mutants.map(({ id }) => id).toSorted())
  })

  test('a smaller count is the beginning of a larger one', () => {
    const all = chooseMutants(mutants, { count: 100, seed: 3 })
    expect(all).toHaveLength(18)
    expect(chooseMutants(mutants, { count: 5, seed: 3 })).toEqual(all.slice(0, 5))
    expect(chooseMutants(mutants, { count: 0, seed: 3 })).toEqual([])
    expect(chooseMutants([], { count: 5, seed: 3 })).toEqual([])
  })
})
