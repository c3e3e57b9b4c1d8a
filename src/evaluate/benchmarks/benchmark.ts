/** A benchmark: where its rows are, and how a row becomes a problem. One file each, listed in benchmarks.ts. */
import type { BenchmarkProblem } from '../../records/benchmark-problem.ts'
import type { Language } from '../../records/language.ts'

export interface Benchmark {
  readonly name: string
  /** For the help. */
  readonly summary: string
  /** That an answer may be asked in. */
  readonly languages: readonly Language[]
  /** Asked where none are named: those of published figures. */
  readonly usualLanguages: readonly Language[]
  /** The data sets of the hub that hold its rows, `hf:owner/name?config=...`; none where files must be named. */
  readonly hubPlaces: (languages: readonly Language[]) => readonly string[]
  /** Columns that are read where a file is in columns. */
  readonly columns: readonly string[]
  readonly readRow: (fields: Readonly<Record<string, unknown>>) => RowReading
}

export type RowReading =
  | { readonly kind: 'problem'; readonly problem: BenchmarkProblem }
  /** A problem of a language that cannot be judged here, under the data set's own name for it. */
  | { readonly kind: 'other-language'; readonly language: string }
  /** The row is none of this benchmark's. */
  | { readonly kind: 'unreadable'; readonly detail: string }

export const unreadable = (detail: string): RowReading => ({ kind: 'unreadable', detail })
