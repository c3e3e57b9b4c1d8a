/** Sequences whose keys and values lie in pages, of which none has its neighbour beside it. */
import { random, type Trial, tensor } from './try-kernel.ts'

export interface PageCase {
  readonly heads: readonly [queries: number, keys: number, size: number]
  readonly pageSize: number
  readonly lengths: readonly number[]
}

export const PAGE_CASES: readonly PageCase[] = [
  { heads: [4, 2, 16], pageSize: 8, lengths: [8] },
  { heads: [2, 2, 8], pageSize: 1, lengths: [1, 5, 3] },
  { heads: [6, 2, 8], pageSize: 5, lengths: [1, 23, 10, 11] },
  { heads: [4, 1, 8], pageSize: 64, lengths: [3, 64, 1, 65, 200] },
  { heads: [8, 2, 128], pageSize: 16, lengths: [33, 7] },
]

/** By the CPU's kernel; output and logarithms of sums. */
export function pageTrial({ heads: [queries, keys, size], pageSize, lengths }: PageCase): Trial {
  const longest = Math.max(...lengths)
  const cached = () => random([lengths.length, longest, keys, size])
  return {
    name: 'pages',
    tensors: [
      random([lengths.length, queries, size]),
      cached(),
      cached(),
      { ...tensor([lengths.length], Float64Array.from(lengths)), numberType: 'int64' },
    ],
    numbers: [pageSize, 0],
  }
}
