/** What a command line names in, runs to show out: folders of runs, or `name=folder` for those to be seen as one. */
import { existsSync } from 'node:fs'
import { UserError } from '../base/user-error.ts'
import { nameRuns, runsIn } from './find-runs.ts'
import { joinRuns } from './join-runs.ts'
import { type RunView, readRun } from './read-run.ts'

/**
 * @param places a name that is given several times is one run, with the means of all
 * @throws UserError as {@link findRuns}, and where a name that is given is another run's own
 * @example readNamedRuns(['GEPO=runs/gepo-1', 'GEPO=runs/gepo-2', 'runs/sft']) // 'GEPO (2 runs)', 'sft'
 */
export function readNamedRuns(places: readonly string[]): RunView[] {
  const given = new Map<string, string | undefined>()
  for (const place of places) {
    const [, name, folder] = /^([^=]+)=(.+)$/s.exec(place) ?? []
    const isNamed = name !== undefined && !existsSync(place)
    for (const run of runsIn(isNamed ? folder! : place))
      if (isNamed || !given.has(run)) given.set(run, isNamed ? name : undefined)
  }
  const found = nameRuns([...given.keys()]).map(({ folder, name }) => ({
    folder,
    name: given.get(folder) ?? name,
  }))
  const names = Map.groupBy(found, ({ name }) => name)
  return [...names].map(([name, runs]) => {
    const other = runs.find(({ folder }) => given.get(folder) === undefined)
    if (runs.length > 1 && other !== undefined)
      throw new UserError(
        `${name} is the name that is given to ${runs.find((run) => run !== other)!.folder}, and what ${other.folder} is called; give one of them another: <name>=<folder>.`,
      )
    return joinRuns(
      name,
      runs.map(({ folder }) => readRun(folder, name)),
    )
  })
}
