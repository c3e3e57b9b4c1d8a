/** A configuration in, how the engine is to open its models out. */

import { UserError } from '../../base/user-error.ts'
import type { TrainConfig } from '../config/train-config.ts'
import type { TensorEngineOptions } from '../tensor-engine/open-tensor-engine.ts'
import type { Device, OpenModelOptions, TensorEngine } from '../tensor-engine/tensor-engine.ts'

export function engineOptions({ engine: { threads } }: TrainConfig): TensorEngineOptions {
  return threads === null ? {} : { threads }
}

/** @throws UserError where the configuration names a GPU and the engine has none */
export function chooseDevice({ engine }: TrainConfig, { hasCuda }: Pick<TensorEngine, 'hasCuda'>): Device {
  if (engine.device === 'auto') return hasCuda ? 'cuda' : 'cpu'
  if (engine.device !== 'cpu' && !hasCuda) {
    throw new UserError(
      `"engine.device: ${engine.device}" asks for a GPU, and there is none; set it to auto or cpu.`,
    )
  }
  return engine.device as Device
}

export function openPolicyOptions(config: TrainConfig, device: Device): OpenModelOptions {
  const { training } = config.engine
  return { ...common(config, device), folder: config.model, training: { ...training, seed: config.seed } }
}

/** Frozen: for the reference, and for evaluation. */
export function openFrozenOptions(config: TrainConfig, device: Device, folder: string): OpenModelOptions {
  return { ...common(config, device), folder, training: { kind: 'none' } }
}

function common({ engine }: TrainConfig, device: Device): Omit<OpenModelOptions, 'folder' | 'training'> {
  const { numberType, activationBytes, logitRows, kernels, zero } = engine
  return {
    device,
    numberType,
    logitRows,
    kernels,
    zero,
    ...(activationBytes !== null && { activationBytes }),
  }
}
