/** What `tasks` of a configuration names in, each database with what it holds out: its content says that, not its name. */
import { UserError } from '../../base/user-error.ts'
import { isGroupDatabase } from '../../store/database-kind.ts'
import type { RolloutConfig } from '../config/train-config.ts'

export interface TaskFile {
  readonly file: string
  /** Of its tasks among those of all files. */
  readonly weight: number
  /** Groups, whose C is to be compiled; translation problems otherwise. */
  readonly holdsGroups: boolean
}

/** @throws UserError where one is named twice */
export function taskFiles({ tasks: { problems } }: Pick<RolloutConfig, 'tasks'>): TaskFile[] {
  const named = typeof problems === 'string' ? [{ file: problems, weight: 1 }] : problems
  const twice = named.find(({ file }, at) => named.findIndex((other) => other.file === file) < at)
  if (twice !== undefined)
    throw new UserError(`"tasks.problems" names ${twice.file} twice; give it once, with a higher weight.`)
  return named.map((one) => ({ ...one, holdsGroups: isGroupDatabase(one.file) }))
}
