/**
 * What the inputs of both versions have reached so far: edges and how often, how close comparisons came, how often they
 * were met. An input is worth keeping if it gets further anywhere.
 */

import type { Explored } from '../execute/code-engine.ts'
import type { NumberComparison } from '../execute/harness/comparisons.ts'

/** Of one run of each version. */
export type Traces = readonly [Explored, Explored]

/** Unusable inputs that may reach a feature, and no usable one, before the feature stops to attract. */
const MOST_REFUSALS = 4

export class Frontier {
  readonly #levels = new Map<string, number>()
  readonly #refusals = new Map<string, number>()
  readonly #edges = [new Set<string>(), new Set<string>()] as const

  /** `edges` if it takes one for the first time or more often, `closer` if only comparisons get further. */
  gain(traces: Traces): 'edges' | 'closer' | undefined {
    let closer = false
    for (const [key, level] of levels(traces)) {
      if (level <= (this.#levels.get(key) ?? 0) || this.#isHopeless(key, level)) continue
      if (key.startsWith(EDGE)) return 'edges'
      closer = true
    }
    return closer ? 'closer' : undefined
  }

  add(traces: Traces): void {
    for (const [key, level] of levels(traces)) {
      if (level > (this.#levels.get(key) ?? 0)) this.#levels.set(key, level)
      if (key.startsWith(EDGE)) this.#edges[key.charAt(EDGE.length) === '0' ? 0 : 1].add(key)
    }
  }

  copy(): Frontier {
    const copy = new Frontier()
    for (const [key, level] of this.#levels) copy.#levels.set(key, level)
    for (const [key, count] of this.#refusals) copy.#refusals.set(key, count)
    return copy
  }

  /** The input was not usable: what it reached is not reached. */
  refuse(traces: Traces): void {
    for (const [key, level] of levels(traces)) {
      if (level <= (this.#levels.get(key) ?? 0)) continue
      const refusal = `${key}=${level}`
      this.#refusals.set(refusal, (this.#refusals.get(refusal) ?? 0) + 1)
    }
  }

  edgesReached(side: 0 | 1): number {
    return this.#edges[side].size
  }

  #isHopeless(key: string, level: number): boolean {
    return (this.#refusals.get(`${key}=${level}`) ?? 0) >= MOST_REFUSALS
  }
}

const EDGE = 'edge '

function* levels(traces: Traces): Generator<readonly [string, number]> {
  for (const [side, { coverage, comparisons }] of traces.entries()) {
    if (coverage !== undefined)
      for (const [edge, bucket] of coverage.hits.entries())
        if (bucket > 0) yield [`${EDGE}${side} ${edge}`, bucket]
    for (const comparison of comparisons?.numbers ?? []) {
      yield [`near ${side} ${comparison.place}`, nearness(comparison)]
      if (comparison.equal > 0) yield [`met ${side} ${comparison.place}`, frequency(comparison.equal)]
    }
    for (const { place, texts } of comparisons?.texts ?? [])
      yield [`text ${side} ${place}`, 1 + commonPrefix(...texts)]
  }
}

/** 65 for equal operands, one less for each bit that their distance needs. */
function nearness({ pairs, size, kind }: NumberComparison): number {
  const [a, b] = pairs.at(-2)!
  const bits = size * 8
  const [x, y] = kind === 'float' ? [ordered(a, bits), ordered(b, bits)] : [a, b]
  const difference = BigInt.asUintN(bits, x - y)
  const opposite = BigInt.asUintN(bits, y - x)
  return 65 - bitLength(difference < opposite ? difference : opposite)
}

const bitLength = (value: bigint) => (value === 0n ? 0 : value.toString(2).length)

/** Bits of floats as integers that lie in the order of the floats. */
const ordered = (bits: bigint, width: number): bigint => {
  const sign = 1n << BigInt(width - 1)
  return bits & sign ? sign - (bits - sign) : sign + bits
}

const frequency = (count: number) => (count <= 8 ? count : count <= 16 ? 9 : count <= 32 ? 10 : 11)

function commonPrefix(a: string, b: string): number {
  let length = 0
  while (length < a.length && length < b.length && a[length] === b[length]) length++
  return length + (a === b ? 1 : 0)
}
