/** Every benchmark, in the order of the help. */
import type { Benchmark } from './benchmark.ts'
import { CROSSPLEVAL } from './crosspleval.ts'
import { HUMANEVAL_X } from './humaneval-x.ts'
import { MULTIPL_E, MULTIPL_E_MBPP } from './multipl-e.ts'

export const BENCHMARKS: readonly Benchmark[] = [MULTIPL_E, MULTIPL_E_MBPP, HUMANEVAL_X, CROSSPLEVAL]
