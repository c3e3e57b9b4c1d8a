/** What `onPolicy` of a configuration says in; the side database of the run, and groups joined by the model's answers, out. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../base/user-error.ts'
import { type OwnAnswersStore, openOwnAnswers } from '../../store/own-answers.ts'
import type { OnPolicySettings } from '../config/reference-needs.ts'
import type { TrainConfig } from '../config/train-config.ts'
import { isFromElsewhere } from '../data/import-groups.ts'
import type { Compiling } from '../policy/compiling.ts'
import { createOwnAnswers, type OwnAnswers } from '../policy/own-answers.ts'
import { readStopTokens } from '../policy/read-stop-tokens.ts'
import type { ReferenceModel } from '../policy/rollouts.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import { loadTokenizer } from '../tokenizer/load-tokenizer.ts'
import type { TrainEvent } from './events.ts'

/** In the folder of a run. */
const FILE = 'on-policy.db'

/**
 * @param stepsDone of the checkpoint that the run goes on from; what was drawn later is forgotten
 * @throws UserError where groups come without evidence, or the file is gone
 */
export function openOwnStore(config: TrainConfig, runFolder: string, stepsDone: number): OwnAnswersStore {
  if (!('data' in config)) throw new Error(`${config.method} has no groups`)
  const { groups } = config.data
  if (isFromElsewhere(groups))
    throw new UserError(
      `${groups} comes without inputs, so that no answer can be judged; name a database that gepo build made as data.groups, or leave onPolicy out.`,
    )
  const path = join(runFolder, FILE)
  if (stepsDone > 0 && !existsSync(path))
    throw new UserError(`${path} is missing; restore it, or begin anew with another folder as out.`)
  const store = openOwnAnswers(path, { run: config.out, database: groups })
  store.forgetFrom(stepsDone)
  return store
}

export async function openOwnAnswersOf(
  config: TrainConfig,
  settings: OnPolicySettings,
  world: {
    readonly model: Model
    readonly reference: ReferenceModel | undefined
    readonly compiling: Compiling
    readonly store: OwnAnswersStore
    readonly report: (event: TrainEvent) => void
  },
): Promise<OwnAnswers> {
  if (!('data' in config)) throw new Error(`${config.method} has no groups`)
  const { report, ...parts } = world
  const tokenizer = await loadTokenizer(config.model)
  return createOwnAnswers({
    ...parts,
    config,
    settings,
    tokenizer,
    stopTokens: readStopTokens(config.model, tokenizer),
    onProgress: (done, total) => report({ kind: 'phase', phase: 'answers', done, total }),
  })
}
