/** A model's folder, or a run's, in; the model to ask and how its training asked it out. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../base/user-error.ts'
import { loadTrainConfig } from '../../train/config/load-train-config.ts'
import type { GroupConfig } from '../../train/config/train-config.ts'
import { bestFolder, modelFolder } from '../../train/run/export-models.ts'
import { CONFIG_FILE } from '../../train/tensor-engine/checkpoint-files.ts'

export interface FoundModel {
  readonly folder: string
  /** How groups were asked in the run; undefined for a model's folder, and for a run that learned from none. */
  readonly prompt: GroupConfig['prompt'] | undefined
}

/** @throws UserError where neither a model nor a run that has one is there */
export function findModel(place: string): FoundModel {
  if (existsSync(join(place, CONFIG_FILE))) return { folder: place, prompt: undefined }
  if (!existsSync(join(place, 'run.json')))
    throw new UserError(
      `${place} holds no model; name a folder with ${CONFIG_FILE}, or the "out" of gepo train.`,
    )
  const folder = [bestFolder(place), modelFolder(place)].find((one) => existsSync(one))
  if (folder === undefined)
    throw new UserError(
      `The run ${place} has no model yet, which it writes at its end; let it finish, or name the model that it began with.`,
    )
  const { config } = loadTrainConfig(join(place, 'config.yaml'))
  return { folder, prompt: 'prompt' in config ? config.prompt : undefined }
}
