/** Folders of runs, or folders that hold some, in; the runs' folders with a short name each out. */
import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isRegularFile } from '../base/regular-file.ts'
import { UserError } from '../base/user-error.ts'

export interface FoundRun {
  readonly folder: string
  /** The last parts of the path, as many as tell the runs apart. */
  readonly name: string
}

/** @throws UserError for a place that is no folder, or has no run in it */
export const findRuns = (places: readonly string[]): FoundRun[] => nameRuns(places.flatMap(runsIn))

/** @param folders one that is there twice is one run */
export function nameRuns(folders: readonly string[]): FoundRun[] {
  const all = [...new Set(folders)]
  return all.map((folder) => ({ folder, name: shortName(folder, all) }))
}

const isRun = (folder: string) => isRegularFile(join(folder, 'metrics.jsonl'))

/** @returns the place itself, or the folders in it that are runs, by name
 * @throws UserError where it is no folder, or has no run in it */
export function runsIn(place: string): string[] {
  const folder = resolve(place)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new UserError(
      `${place} is not a folder; name the folder of a run (its "out"), or one that holds runs.`,
    )
  if (isRun(folder)) return [folder]
  const inside = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isRun(join(folder, entry.name)))
    .map((entry) => join(folder, entry.name))
    .sort()
  if (inside.length === 0)
    throw new UserError(
      `${place} holds no run: no metrics.jsonl is in it, or in a folder of it; name the "out" of gepo train.`,
    )
  return inside
}

function shortName(folder: string, others: readonly string[]): string {
  let [name, above] = [basename(folder), dirname(folder)]
  const isTaken = () =>
    others.some((one) => one !== folder && (one === `/${name}` || one.endsWith(`/${name}`)))
  while (isTaken() && above !== dirname(above)) {
    name = `${basename(above)}/${name}`
    above = dirname(above)
  }
  return name
}
