/** A finished run in, its models in Hugging Face's format out. */
import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isRegularFile } from '../../base/regular-file.ts'
import { writeFolderAtomically } from '../../base/write-atomically.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import type { Checkpoints } from './checkpoints.ts'

/**
 * Writes `model` from the last state, and `best` where that is of another step. What is there already stays.
 * @param sourceFolder the model that was trained: tokenizer and settings are taken from there
 */
export async function exportModels(
  runFolder: string,
  sourceFolder: string,
  model: Model,
  checkpoints: Checkpoints,
): Promise<void> {
  const write = async (folder: string) => {
    if (existsSync(folder)) return
    await writeFolderAtomically(folder, async (partial) => {
      await model.exportCheckpoint(partial)
      for (const name of COPIED_FILES) {
        if (isRegularFile(join(sourceFolder, name)))
          copyFileSync(join(sourceFolder, name), join(partial, name))
      }
    })
  }
  await write(modelFolder(runFolder))
  const [last, best] = [checkpoints.last(), checkpoints.best()]
  if (best === undefined || best.progress.step === last?.progress.step) {
    rmSync(bestFolder(runFolder), { recursive: true, force: true })
    return
  }
  if (existsSync(bestFolder(runFolder))) return
  await model.loadState(best.stateFolder)
  await write(bestFolder(runFolder))
}

/**
 * The models of a run that was finished and goes on get names of their own, so that what it ends with then has theirs.
 * @returns what to say of it; undefined where there was none
 */
export function setModelsAside(runFolder: string, step: number): string | undefined {
  const moved = [modelFolder(runFolder), bestFolder(runFolder)].flatMap((folder) => {
    if (!existsSync(folder)) return []
    const kept = `${folder}-of-step-${step}`
    rmSync(kept, { recursive: true, force: true })
    renameSync(folder, kept)
    return [kept]
  })
  return moved.length === 0 ? undefined : `What the run had ended with is kept in ${moved.join(' and ')}.`
}

/** What a model's folder needs besides its weights. */
const COPIED_FILES = [
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'chat_template.jinja',
  'vocab.json',
  'merges.txt',
  'generation_config.json',
]

export const modelFolder = (runFolder: string) => join(runFolder, 'model')
export const bestFolder = (runFolder: string) => join(runFolder, 'best')
