/** The configurations that are measured: what users are given for one GPU. */
import { join } from 'node:path'
import { loadTrainConfig } from '../../src/train/config/load-train-config.ts'
import type { GroupConfig, RolloutConfig } from '../../src/train/config/train-config.ts'
import { ROOT } from './build-engine.ts'

export const GEPO_CONFIG = 'configs/qwen3-8b/gepo.yaml'
export const OORL_CONFIG = 'configs/qwen3-8b/oorl.yaml'

export function gepoConfig(): GroupConfig {
  const { config } = loadTrainConfig(join(ROOT, GEPO_CONFIG))
  if (config.method !== 'gepo') throw new Error(`${GEPO_CONFIG} is of ${config.method}`)
  return config
}

export function oorlConfig(): RolloutConfig & GroupConfig {
  const { config } = loadTrainConfig(join(ROOT, OORL_CONFIG))
  if (config.method !== 'oorl') throw new Error(`${OORL_CONFIG} is of ${config.method}`)
  return config
}
