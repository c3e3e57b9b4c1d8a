/**
 * What the long-running stages tell a reporter while they work, and what they return at the end.
 * Plain data: a terminal, a log or a test may listen.
 */

import type { Compiler } from '../execute/choose-compiler.ts'
import type { Stage } from '../records/group-record.ts'
import type { Store } from '../store/store.ts'
import type { BuildConfig } from './build-config.ts'

export type BuildEvent =
  /** Once, first. `unitsFinished` were done by earlier runs on the same database. */
  | { readonly kind: 'build-started'; readonly unitsFinished: number }
  /** How many sources there are to read, once that is known; without it nobody can tell the time left. */
  | { readonly kind: 'sources-counted'; readonly sources: number }
  /** A source was read and its units are stored, or it was dropped with `units: 0`. */
  | { readonly kind: 'source-extracted'; readonly units: number; readonly drops: number }
  /** No more sources will come: from here on the number of units is final. */
  | { readonly kind: 'sources-finished' }
  /** A unit's outcome is stored. */
  | { readonly kind: 'unit-finished'; readonly unitId: string; readonly result: UnitResultSummary }
  /** A sentence for people: a download is resumed, a worker was restarted. */
  | { readonly kind: 'note'; readonly text: string }

export type UnitResultSummary =
  | { readonly kind: 'group'; readonly winners: number; readonly losers: number }
  | { readonly kind: 'dropped'; readonly stage: Stage; readonly reason: string }

export type VerifyEvent =
  | { readonly kind: 'verify-started'; readonly groups: number }
  | {
      readonly kind: 'group-verified'
      readonly groupId: string
      readonly result: 'proven' | 'failed' | 'unknown'
    }
  | { readonly kind: 'note'; readonly text: string }

export type MergeEvent =
  /** Units, or problems and rows that became none, of all files. */
  | { readonly kind: 'merge-started'; readonly records: number }
  | { readonly kind: 'records-merged'; readonly records: number }
  | { readonly kind: 'file-merged' }
  | { readonly kind: 'note'; readonly text: string }

/** Takes events as they come; must be quick and must not throw. */
export interface Reporter<Event> {
  report(event: Event): void
}

/** What a build did. Counts are of this run; the database's own totals are in `stats`. */
export interface BuildSummary {
  /** `interrupted`: the signal was raised; whatever had finished is stored, the same command goes on. */
  readonly kind: 'finished' | 'interrupted'
  /** Sources read in this run, those already in the database included. */
  readonly sources: number
  /** Units finished in this run. */
  readonly units: number
  readonly groups: number
  readonly drops: number
  readonly seconds: number
}

/** The whole way from sources to stored groups. Never prints, never exits. */
export type BuildGroups = (
  config: BuildConfig,
  sources: readonly string[],
  store: Store,
  reporter: Reporter<BuildEvent>,
  signal: AbortSignal,
) => Promise<BuildSummary>

export interface VerifyOptions {
  /** Verify that many groups, drawn by `seed`; all of them when undefined. */
  readonly sample: number | undefined
  readonly seed: number
  readonly jobs: number
  readonly compiler: Compiler
}

export interface VerifySummary {
  readonly kind: 'finished' | 'interrupted'
  /** Groups whose every winner and loser was proven again. */
  readonly proven: number
  /** Claims that do not hold; any one makes the database wrong. */
  readonly failures: readonly VerifyFinding[]
  /** Claims that could be neither proven nor refuted (the sandbox failed, a limit was hit). */
  readonly unknown: readonly VerifyFinding[]
  readonly seconds: number
}

export interface VerifyFinding {
  readonly groupId: string
  /** `original`, `winner 2`, `loser 1`, `contents`, ... */
  readonly member: string
  readonly reason: string
  readonly detail: string
}

/** Proves stored groups again from their own contents. */
export type VerifyGroups = (
  store: Store,
  options: VerifyOptions,
  reporter: Reporter<VerifyEvent>,
  signal: AbortSignal,
) => Promise<VerifySummary>
