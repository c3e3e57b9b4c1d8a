import { describe, expect, it } from 'vitest'
import { packRounds, packSequenceRounds } from '../../../../src/train/data/token-rounds.ts'
import { dealByTokens, promptFamilies } from '../../../../src/train/tensor-engine/ranks/deal-by-tokens.ts'

const own = (n: number) => n

describe('dealing out by tokens', () => {
  it('gives the largest first to who has least, and each its own in their order', () => {
    expect(dealByTokens([5, 1, 4, 3], own, 2)).toEqual([
      [0, 1],
      [2, 3],
    ])
    expect(dealByTokens([7, 7, 7], own, 3)).toEqual([[0], [1], [2]])
  })

  it('leaves all of it to one rank, as it is, and nothing to ranks beyond the items', () => {
    expect(dealByTokens([2, 9, 1], own, 1)).toEqual([[0, 1, 2]])
    expect(dealByTokens([2], own, 3)).toEqual([[0], [], []])
  })

  it('keeps equal prompts that follow each other together', () => {
    const [a, b] = [Int32Array.of(1, 2), Int32Array.of(1, 3)]
    expect(promptFamilies([a, a.slice(), b, a])).toEqual([[0, 1], [2], [3]])
  })

  it('packs what each rank has, and gives empty batches to who is done', () => {
    const rounds = packRounds([6, 5, 4, 4], own, 8, 2)
    expect(rounds.map((packs) => packs.map(({ items }) => items))).toEqual([
      [[6], [5]],
      [[4], [4]],
    ])
    const uneven = packRounds([8, 3, 3, 1], own, 4, 2)
    expect(uneven.map((packs) => packs.map(({ places }) => places))).toEqual([
      [[0], [1]],
      [[], [2, 3]],
    ])
  })

  it('keeps responses to a prompt on a rank unless there are fewer prompts than ranks', () => {
    const sequence = (prompt: number) => ({ prompt: Int32Array.of(prompt), response: Int32Array.of(1) })
    const places = (prompts: readonly number[]) =>
      packSequenceRounds(prompts.map(sequence), 100, 2).map((packs) => packs.map((pack) => pack.places))
    expect(places([1, 1, 1, 2])).toEqual([[[0, 1, 2], [3]]])
    expect(places([1, 1, 1, 1])).toEqual([
      [
        [0, 2],
        [1, 3],
      ],
    ])
  })
})
