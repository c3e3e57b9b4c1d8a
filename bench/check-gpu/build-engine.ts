/** Where a built engine comes from: the set-up's own build, or one that came along in a pack for this very libtorch. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { findLibtorch, torchOf } from '../../scripts/setup/libtorch.mjs'

export const ROOT = join(import.meta.dirname, '../..')

/** Engines that came along, each in a folder named after its release of libtorch. */
export const PREBUILT = join(ROOT, 'prebuilt')

/**
 * The Python that is named has the libtorch, too, unless the environment names another.
 *
 * @param python undefined: what is found without it
 */
export function torchEnv(python: string | undefined, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv | undefined {
  if (python === undefined || (env.LIBTORCH ?? env.TORCH_DIR) !== undefined) return undefined
  const folder = torchOf(python, env)
  return folder === undefined ? undefined : { LIBTORCH: folder }
}

/** What the environment must say for the engine that came along; undefined where none is for the libtorch here. */
export function prebuiltEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv | undefined {
  if (!existsSync(PREBUILT)) return undefined
  const libtorch = findLibtorch(ROOT, env)
  if (libtorch === undefined) return undefined
  const addon = join(PREBUILT, libtorch.version, 'trainer.node')
  if (!existsSync(addon)) return undefined
  const libraries = [join(libtorch.folder, 'lib'), env.LD_LIBRARY_PATH].filter(Boolean).join(':')
  return { GEPO_TRAINER: addon, LD_LIBRARY_PATH: libraries }
}
