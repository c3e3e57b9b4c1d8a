/** A configuration in, how the engine is to open its models out. */

import { UserError } from '../../base/user-error.ts'
import type { TrainConfig } from '../config/train-config.ts'
import type { TensorEngineOptions } from '../tensor-engine/open-tensor-engine.ts'
import type { Device, OpenModelOptions, TensorEngine, Training } from '../tensor-engine/tensor-engine.ts'

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
  return { ...common(config, device), folder: config.model, training: trainingOf(config) }
}

function trainingOf({ engine: { training }, seed }: TrainConfig): Training {
  if (training.kind === 'full') return { ...training, seed }
  const { adapter, ...lowRank } = training
  return { ...lowRank, seed, ...(adapter !== null && { adapter }) }
}

/**
 * What log-ratios are taken against: the frozen model that the configuration names, else the one that training begins with,
 * with the adapter that it may begin with.
 */
export function openReferenceOptions(config: TrainConfig, device: Device): OpenModelOptions {
  const { training } = config.engine
  if (config.reference === null && training.kind === 'lora' && training.adapter !== null)
    return openPolicyOptions(config, device)
  return openFrozenOptions(config, device, config.reference ?? config.model)
}

/** Frozen: for evaluation. */
export function openFrozenOptions(config: TrainConfig, device: Device, folder: string): OpenModelOptions {
  return { ...common(config, device), folder, training: { kind: 'none' } }
}

function common({ engine }: TrainConfig, device: Device): Omit<OpenModelOptions, 'folder' | 'training'> {
  const { numberType, activationBytes, logitRows, kernels, sharedPrompts, zero } = engine
  return {
    device,
    numberType,
    logitRows,
    kernels,
    sharedPrompts,
    zero,
    ...(activationBytes !== null && { activationBytes }),
  }
}
