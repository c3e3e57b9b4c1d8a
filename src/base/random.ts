/**
 * Repeatable random choices: the same seed gives the same choices on every machine and in every release.
 * Not for secrets.
 */
import { createHash } from 'node:crypto'

export interface Random {
  /** A uniform number in [0, 1). */
  next(): number
  /** A uniform integer in [low, high], both included; both must be safe integers. */
  int(low: number, high: number): number
  /** `bits` uniform bits as an unsigned number. */
  bits(bits: number): bigint
  /** A uniform element of a list that must not be empty. */
  pick<T>(items: readonly T[]): T
  /** True with the given probability. */
  chance(probability: number): boolean
  /** A shuffled copy. */
  shuffle<T>(items: readonly T[]): T[]
}

/**
 * A seed in [0, 2^32) for what is drawn by another's generator, such as libtorch's: related texts give unrelated seeds.
 *
 * @example seedOf(`answer ${seed} ${task} ${sample}`)
 */
export const seedOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32LE(0)

/**
 * xoshiro128** whose state is the sha256 of the seed, so that related seeds ('7:1', '7:2') give unrelated choices.
 *
 * @example
 * createRandom('unit:3').int(1, 6)
 */
export function createRandom(seed: string | number): Random {
  const digest = createHash('sha256').update(String(seed)).digest()
  let a = digest.readUInt32LE(0)
  let b = digest.readUInt32LE(4)
  let c = digest.readUInt32LE(8)
  let d = digest.readUInt32LE(12) | 1 // the all-zero state would repeat itself for ever

  function word(): number {
    const scaled = Math.imul(b, 5)
    const result = Math.imul((scaled << 7) | (scaled >>> 25), 9) >>> 0
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = (d << 11) | (d >>> 21)
    return result
  }
  /** 53 bits: all that a double in [0, 1) can hold. */
  const next = (): number => ((word() >>> 5) * 0x4000000 + (word() >>> 6)) / 2 ** 53
  const int = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1))

  return {
    next,
    int,
    bits(bits) {
      let value = 0n
      for (let done = 0; done < bits; done += 32) value = (value << 32n) | BigInt(word())
      return BigInt.asUintN(bits, value)
    },
    pick(items) {
      if (items.length === 0) throw new Error('cannot pick from an empty list')
      return items[int(0, items.length - 1)]!
    },
    chance: (probability) => next() < probability,
    shuffle(items) {
      const copy = [...items]
      for (let last = copy.length - 1; last > 0; last--) {
        const other = int(0, last)
        const kept = copy[last]!
        copy[last] = copy[other]!
        copy[other] = kept
      }
      return copy
    },
  }
}
