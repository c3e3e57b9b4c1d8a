/** What a command line names in, runs to show out: folders of runs, or `name=folder` for those to be seen as one. */
import { existsSync } from 'node:fs'
import { findRuns } from './find-runs.ts'
import { joinRuns } from './join-runs.ts'
import { type RunView, readRun } from './read-run.ts'

/**
 * @param places a name that is given several times is one run, with the means of all
 * @throws UserError as {@link findRuns}
 * @example readNamedRuns(['GEPO=runs/gepo-1', 'GEPO=runs/gepo-2', 'runs/sft']) // 'GEPO (2 runs)', 'sft'
 */
export function readNamedRuns(places: readonly string[]): RunView[] {
  const named = places.map((place) => {
    const [, name, folder] = /^([^=]+)=(.+)$/s.exec(place) ?? []
    return name === undefined || existsSync(place) ? { place } : { name, place: folder! }
  })
  const found = findRuns(named.map(({ place }) => place))
  const nameOf = new Map(
    named.flatMap(({ name, place }) =>
      name === undefined ? [] : findRuns([place]).map(({ folder }) => [folder, name] as const),
    ),
  )
  const groups = Map.groupBy(found, ({ folder, name }) => nameOf.get(folder) ?? name)
  return [...groups].map(([name, runs]) =>
    joinRuns(
      name,
      runs.map((run) => readRun(run.folder, run.name)),
    ),
  )
}
