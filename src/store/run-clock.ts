/** The run that writes the database: its options go in when it begins, its seconds whenever an outcome is saved. */
import type { RunStart } from './runs.ts'
import type { Tables } from './tables.ts'

export interface RunClock {
  /**
   * Begins a run; its seconds count from here and are kept with every outcome saved.
   * @throws UserError when earlier runs on this file had other options or versions that groups depend on
   */
  beginRun(run: RunStart): void
  finishRun(): void
  /** Keeps how long the run has taken so far, if there is one. */
  noteSeconds(): void
}

export function openRunClock({ db, runs }: Tables): RunClock {
  let run: { readonly key: number; readonly startedAtMs: number } | undefined
  const secondsSince = (startedAtMs: number) => (performance.now() - startedAtMs) / 1000
  return {
    beginRun(start) {
      run = { key: db.transaction(() => runs.begin(start)), startedAtMs: performance.now() }
    },
    finishRun() {
      if (run === undefined) throw new Error('no run was begun')
      runs.finish(run.key, secondsSince(run.startedAtMs))
      run = undefined
    },
    noteSeconds() {
      if (run !== undefined) runs.setSeconds(run.key, secondsSince(run.startedAtMs))
    },
  }
}
