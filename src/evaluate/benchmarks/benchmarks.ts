import type { Benchmark } from './benchmark.ts'
import type { BenchmarkName } from './benchmark-name.ts'
import { CROSSPLEVAL } from './crosspleval.ts'
import { HUMANEVAL_X } from './humaneval-x.ts'
import { MULTIPL_E, MULTIPL_E_MBPP } from './multipl-e.ts'

export const BENCHMARKS: Readonly<Record<BenchmarkName, Benchmark>> = {
  'multipl-e': MULTIPL_E,
  'multipl-e-mbpp': MULTIPL_E_MBPP,
  'humaneval-x': HUMANEVAL_X,
  crosspleval: CROSSPLEVAL,
}
