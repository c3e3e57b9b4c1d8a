/** A benchmark: where its rows are, and how a row becomes a problem. One file each, in benchmark-name.ts and benchmarks.ts. */

import type { BenchmarkProblem } from '../../records/benchmark-problem.ts'
import type { Language } from '../../records/language.ts'
import { readRows } from '../../sources/read-rows.ts'
import type { BenchmarkName } from './benchmark-name.ts'

export interface Benchmark {
  readonly name: BenchmarkName
  /** That an answer may be asked in. */
  readonly languages: readonly Language[]
  /** Where its rows are on the hub; undefined where files must be named. */
  readonly hub?: {
    /** Asked where none are named: those of published figures. */
    readonly usualLanguages: readonly Language[]
    /** Data sets, `hf:owner/name?config=...`. */
    readonly placesOf: (languages: readonly Language[]) => readonly string[]
  }
  readonly readFile: (path: string) => AsyncIterable<ReadRow>
}

export interface ReadRow {
  /** Rows of Parquet count from 0, lines from 1. */
  readonly row: string
  readonly reading: RowReading
}

export type RowReading =
  | { readonly kind: 'problem'; readonly problem: BenchmarkProblem }
  /** A problem of a language that cannot be judged here, under the data set's own name for it. */
  | { readonly kind: 'other-language'; readonly language: string }
  /** The row is none of this benchmark's. */
  | { readonly kind: 'unreadable'; readonly detail: string }

export const unreadable = (detail: string): RowReading => ({ kind: 'unreadable', detail })

/** Reads Parquet and JSON lines, row by row. */
export function rowReader(
  columns: readonly string[],
  readRow: (fields: Readonly<Record<string, unknown>>) => RowReading,
): Benchmark['readFile'] {
  return async function* (path) {
    for await (const { row, fields } of readRows(path, columns))
      yield { row, reading: fields === undefined ? unreadable('it is no JSON object') : readRow(fields) }
  }
}
