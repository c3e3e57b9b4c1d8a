import { describe, expect, it } from 'vitest'
import {
  isProof,
  joiningWords,
  makeNonce,
  proofOf,
} from '../../../../src/train/tensor-engine/ranks/prove-key.ts'

describe('the proof of a key', () => {
  it('holds for the same key and the same words alone', () => {
    const nonce = makeNonce()
    const proof = proofOf('key', 'rank', nonce)
    expect(isProof(proof, proofOf('key', 'rank', nonce))).toBe(true)
    for (const other of [
      proofOf('other', 'rank', nonce),
      proofOf('key', 'rank 0', nonce),
      proofOf('key', 'rank', makeNonce()),
      proofOf('key', `rank","${nonce}`),
      '',
    ]) {
      expect(isProof(other, proof)).toBe(false)
    }
  })

  it('gives each two ranks words of their own, each way and for each joining', () => {
    const [size, bytes] = [3, 32]
    const joinings = ['one', 'two'].map((joining) =>
      [0, 1, 2].map((rank) => joiningWords('key', joining, rank, size)),
    )
    const wordOf = (words: Uint8Array, rank: number) =>
      Buffer.from(words.subarray(rank * bytes, (rank + 1) * bytes)).toString('hex')
    const words = joinings.flatMap((ranks) =>
      ranks.flatMap(({ shown }, from) =>
        ranks.flatMap(({ expected }, to) => {
          const word = wordOf(shown, to)
          expect(word).toBe(wordOf(expected, from))
          return from === to ? [] : [word]
        }),
      ),
    )
    expect(new Set(words).size).toBe(2 * size * (size - 1))
  })
})
