/** The files of a checkpoint in Hugging Face's format: its configuration, and where each tensor lies. */
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import fastGlob from 'fast-glob'
import { z } from 'zod'
import { openRegularFile } from '../../base/regular-file.ts'
import { readSafetensorsHeader, type StoredTensor } from './safetensors.ts'
import { EngineError } from './tensor-engine.ts'

export const CONFIG_FILE = 'config.json'
export const WEIGHTS_FILE = 'model.safetensors'
export const INDEX_FILE = 'model.safetensors.index.json'

const Index = z.object({ weight_map: z.record(z.string(), z.string()) })

export interface WeightFile {
  readonly path: string
  readonly tensors: readonly StoredTensor[]
}

/** @throws EngineError of the kind `bad-checkpoint` */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    const file = await openRegularFile(path)
    try {
      return JSON.parse(await file.readFile('utf8'))
    } finally {
      await file.close()
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new EngineError('bad-checkpoint', `${path} cannot be read (${why}): fetch or write it again.`)
  }
}

/** The headers of all weight files: of the single one, or of those that the index names. */
export async function readWeightFiles(folder: string): Promise<readonly WeightFile[]> {
  const found = await fastGlob([WEIGHTS_FILE, INDEX_FILE], { cwd: folder })
  if (!found.includes(WEIGHTS_FILE) && !found.includes(INDEX_FILE)) {
    throw new EngineError(
      'bad-checkpoint',
      `${folder} has neither ${WEIGHTS_FILE} nor ${INDEX_FILE}: name a folder with a checkpoint in safetensors format.`,
    )
  }
  const names = found.includes(WEIGHTS_FILE) ? [WEIGHTS_FILE] : await shardNames(join(folder, INDEX_FILE))
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      return { path, tensors: (await readSafetensorsHeader(path)).tensors }
    }),
  )
}

/** Removes the weights that an earlier export left: a single file would hide the shards beside it. */
export async function removeWeightFiles(folder: string): Promise<void> {
  const stale = await fastGlob(['model*.safetensors', INDEX_FILE], { cwd: folder, absolute: true })
  await Promise.all(stale.map((path) => rm(path)))
}

async function shardNames(path: string): Promise<readonly string[]> {
  const index = Index.safeParse(await readJsonFile(path))
  if (!index.success) {
    throw new EngineError('bad-checkpoint', `${path} has no weight_map: fetch or write it again.`)
  }
  const names = [...new Set(Object.values(index.data.weight_map))].sort()
  const elsewhere = names.find((name) => name !== basename(name) || !name.endsWith('.safetensors'))
  if (elsewhere !== undefined) {
    throw new EngineError(
      'bad-checkpoint',
      `${path} names ${JSON.stringify(elsewhere)}, which is no safetensors file beside it: use the checkpoint's own files.`,
    )
  }
  return names
}
