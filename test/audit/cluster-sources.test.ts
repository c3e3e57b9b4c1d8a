import { describe, expect, it } from 'vitest'
import { clusterSources } from '../../src/audit/cluster-sources.ts'
import { jaccard, sourceShingles } from '../../src/audit/source-shingles.ts'
import { createRandom } from '../../src/base/random.ts'

const cluster = (sets: readonly Uint32Array[], leastSimilarity?: number) => [
  ...clusterSources({
    count: sets.length,
    shinglesOf: (index) => sets[index]!,
    ...(leastSimilarity !== undefined && { leastSimilarity }),
  }),
]

/** Sets of 100 numbers: families of ten, each member with up to `changes` of its ancestor's numbers replaced. */
function families(count: number, changes: number): Uint32Array[] {
  const random = createRandom(`families ${count} ${changes}`)
  const fresh = () => random.int(0, 2 ** 32 - 1)
  return Array.from({ length: count }, () => Array.from({ length: 100 }, fresh)).flatMap((ancestor) =>
    Array.from({ length: 10 }, () => {
      const numbers = [...ancestor]
      for (let k = random.int(0, changes); k > 0; k--) numbers[random.int(0, 99)] = fresh()
      return Uint32Array.from(new Set(numbers)).sort()
    }),
  )
}

/** All pairs compared, without hashing. */
function clusterByBruteForce(sets: readonly Uint32Array[], leastSimilarity: number): number[] {
  const roots = sets.map((_, index) => index)
  for (const [i, a] of sets.entries()) {
    for (const [j, b] of sets.slice(0, i).entries()) {
      if (jaccard(a, b) < leastSimilarity) continue
      const [least, most] = [Math.min(roots[i]!, roots[j]!), Math.max(roots[i]!, roots[j]!)]
      for (const [k, root] of roots.entries()) if (root === most) roots[k] = least
    }
  }
  return roots
}

describe('clusterSources', () => {
  it('finds what comparing all pairs finds', () => {
    const sets = families(40, 30)
    const expected = clusterByBruteForce(sets, 0.7)
    expect(new Set(expected).size).toBeGreaterThan(40)
    expect(new Set(expected).size).toBeLessThan(300)
    expect(cluster(sets)).toEqual(expected)
  })

  it('joins what is similar by way of a third', () => {
    const range = (from: number) => Uint32Array.from({ length: 100 }, (_, i) => from + i)
    const [a, b, c] = [range(0), range(12), range(24)]
    expect(jaccard(a, c)).toBeLessThan(0.7)
    expect(cluster([a, c])).toEqual([0, 1])
    expect(cluster([a, c, b])).toEqual([0, 0, 0])
  })

  it('joins nothing below the similarity that is asked for', () => {
    const sets = families(5, 30)
    expect(cluster(sets, 1)).toEqual(clusterByBruteForce(sets, 1))
  })

  it('takes equal texts together, empty ones among them, however many', () => {
    const texts = Array.from({ length: 500 }, (_, i) => ['', 'int f(int a) { return a + 1; }'][i % 2]!)
    expect(cluster(texts.map(sourceShingles))).toEqual(texts.map((_, i) => i % 2))
  })

  it('gives no clusters for no sources', () => {
    expect(cluster([])).toEqual([])
  })
})
