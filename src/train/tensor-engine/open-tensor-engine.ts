/** The native engine behind the interface of `engine.ts`: libtorch, on the CPU or an NVIDIA GPU. */
import { join } from 'node:path'
import { DEFAULT_LOGIT_ROWS, LINEAR_LAYERS } from '../config/engine-defaults.ts'
import { tokensKeptWhole } from './activation-bytes.ts'
import { type Addon, loadAddon } from './addon.ts'
import { CONFIG_FILE, readJsonFile } from './checkpoint-files.ts'
import { loadWeights } from './load-weights.ts'
import { readModelConfig } from './model-config.ts'
import { NativeModel } from './native-model.ts'
import { EngineError, type OpenModelOptions, type TensorEngine } from './tensor-engine.ts'
import { fillTraining } from './training-defaults.ts'

export interface TensorEngineOptions {
  /** Threads that one operation on the CPU may use. Default: as many as libtorch finds cores. */
  readonly threads?: number
  /** Where `GEPO_TRAINER` is read from. */
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Loads libtorch, which takes about half a second, and starts the engine's thread. All engines of a process share
 * that thread. Not for worker threads: ending one during a call ends the process.
 *
 * @throws EngineError of the kind `unavailable`, which says how to get it
 */
export function openTensorEngine(options: TensorEngineOptions = {}): TensorEngine {
  const addon = loadAddon(options.env ?? process.env)
  const hasCuda = addon.start(options.threads ?? 0)
  const models = new Set<NativeModel>()
  let isClosed = false
  return {
    torchVersion: addon.torchVersion,
    hasCuda,
    async openModel(modelOptions) {
      if (isClosed) throw engineClosed()
      const model = await openNativeModel(addon, modelOptions)
      models.add(model)
      return model
    },
    async close() {
      isClosed = true
      await Promise.all([...models].map((model) => model.close()))
    },
  }
}

/** @param rank whose addon it is, among those that open it together; undefined for one alone */
export async function openNativeModel(
  addon: Addon,
  options: OpenModelOptions,
  rank?: number,
): Promise<NativeModel> {
  const { folder, device, numberType, signal } = options
  if (device !== 'cpu' && numberType === 'float64') {
    throw new EngineError(
      'bad-input',
      'float64 is for the CPU: choose float32 or bfloat16, or the device cpu.',
    )
  }
  const configPath = join(folder, CONFIG_FILE)
  const configJson = await readJsonFile(configPath)
  const config = readModelConfig(configJson, configPath, {
    isTrained: options.training.kind !== 'none',
  })
  const training = fillTraining(options.training, numberType)
  const opened = await addon.call<{ model: number; parameters: number; trained: number; fused: boolean }>(
    'open',
    {
      config,
      device,
      numberType,
      training:
        training.kind === 'lora'
          ? { ...training, targets: (training.targets ?? LINEAR_LAYERS).join(' ') }
          : training,
      activationBytes: options.activationBytes,
      logitRows: options.logitRows ?? DEFAULT_LOGIT_ROWS,
      kernels: options.kernels ?? 'auto',
      sharedPrompts: options.sharedPrompts ?? true,
      zeroStage: options.zero?.stage ?? 0,
      offload: options.zero?.offload ?? false,
      together: rank !== undefined,
    },
    signal,
  )
  const model = new NativeModel({
    addon,
    handle: opened.model,
    isLeader: rank === undefined || rank === 0,
    folder,
    configJson,
    training,
    numberType,
    info: {
      architecture: config.architecture,
      vocabularySize: config.vocabulary,
      layers: config.layers,
      hiddenSize: config.hidden,
      maxPositions: config.maxPositions,
      parameters: opened.parameters,
      trainableParameters: opened.trained,
      kernels: opened.fused ? 'fused' : 'torch',
      ...(options.activationBytes !== undefined && {
        tokensKeptWhole: tokensKeptWhole(config, numberType, options.activationBytes),
      }),
    },
  })
  if (device === 'meta') return model
  try {
    if (options.randomWeights === undefined) {
      await loadWeights({ addon, handle: opened.model, folder, isTied: config.tied, signal })
      const { training: asked } = options
      if (asked.kind === 'lora' && asked.adapter !== undefined) await model.loadAdapter(asked.adapter, signal)
    } else {
      await addon.call('fillRandomly', { model: opened.model, seed: options.randomWeights }, signal)
    }
    return model
  } catch (error) {
    await model.close()
    throw error
  }
}

export const engineClosed = (): EngineError =>
  new EngineError('closed', 'The engine is closed: open it again.')
