/** A configuration in, who judges what its model writes out: translations by their tests, IR beside its C. */
import type { TrainConfig } from '../config/train-config.ts'
import { taskFiles } from '../data/task-files.ts'
import { type Compiling, type OpenCompiling, openCompiling } from '../policy/compiling.ts'
import type { Judging, OpenJudging } from '../policy/judging.ts'
import { openJudging } from '../policy/open-judging.ts'

export interface Judges {
  /** Where translation problems are answered. */
  readonly judging: Judging | undefined
  /** Where the model writes IR. */
  readonly compiling: Compiling | undefined
}

export interface OpenJudges {
  readonly openJudging?: OpenJudging
  readonly openCompiling?: OpenCompiling
}

/**
 * Opens those that a configuration needs; the caller closes them.
 *
 * @param writesIr whether the model writes IR for something else than tasks
 * @throws UserError where something cannot be judged here
 */
export async function openJudges(
  config: TrainConfig,
  { openJudging: openJudge = openJudging, openCompiling: openIr = openCompiling }: OpenJudges,
  writesIr: boolean,
): Promise<Judges & { close(): Promise<void> }> {
  const files = 'rollout' in config ? taskFiles(config) : []
  const needsIr = writesIr || files.some(({ holdsGroups }) => holdsGroups)
  const judging =
    'rollout' in config && files.some(({ holdsGroups }) => !holdsGroups) ? await openJudge(config) : undefined
  try {
    const compiling = needsIr ? await openIr({ jobs: config.judge.jobs }) : undefined
    return {
      judging,
      compiling,
      async close() {
        await compiling?.close()
        await judging?.close()
      },
    }
  } catch (error) {
    await judging?.close()
    throw error
  }
}
