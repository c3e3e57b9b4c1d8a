/** Folders of runs in, the runs as they are now out; a run that has not changed since is not read again. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { FoundRun } from '../report/find-runs.ts'
import { type RunView, readRun } from '../report/read-run.ts'

export interface RunsView {
  /** In the order in which they were named. */
  readonly names: readonly string[]
  /** Those with these names, in that order; all where there are none. */
  read(names: readonly string[]): RunView[]
}

export function openRuns(found: readonly FoundRun[]): RunsView {
  const kept = new Map<string, { readonly mark: string; readonly run: RunView }>()
  const read = ({ folder, name }: FoundRun): RunView => {
    const mark = ['metrics.jsonl', 'samples.jsonl', 'run.json']
      .map((file) => markOf(join(folder, file)))
      .join(' ')
    const known = kept.get(folder)
    if (known?.mark === mark) return known.run
    const run = readRun(folder, name)
    kept.set(folder, { mark, run })
    return run
  }
  return {
    names: found.map(({ name }) => name),
    read(names) {
      const chosen = found.filter(({ name }) => names.includes(name))
      return (chosen.length === 0 ? found : chosen).map(read)
    },
  }
}

function markOf(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false })
  return stats === undefined ? '-' : `${stats.size}:${stats.mtimeMs}`
}
