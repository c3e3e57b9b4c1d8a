/** In the order of the help. */
export const BENCHMARK_NAMES = ['multipl-e', 'multipl-e-mbpp', 'humaneval-x', 'crosspleval'] as const

export type BenchmarkName = (typeof BENCHMARK_NAMES)[number]
