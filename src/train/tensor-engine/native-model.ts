/** One open model of the native engine. Checks of batches are the engine's own: here arguments are only completed. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_PAGE_SIZE, LINEAR_LAYERS } from '../config/engine-defaults.ts'
import type { Addon } from './addon.ts'
import { CONFIG_FILE, INDEX_FILE, removeWeightFiles, WEIGHTS_FILE } from './checkpoint-files.ts'
import { ADDITION, type ListedTensor, listTensors, loadTensors } from './load-weights.ts'
import {
  ADAPTER_CONFIG_FILE,
  ADAPTER_WEIGHTS_FILE,
  adapterConfig,
  type LowRank,
  nameInAdapter,
  readAdapter,
} from './peft-adapter.ts'
import { makeSafetensorsPrefix, readSafetensorsHeader } from './safetensors.ts'
import { splitIntoShards } from './split-into-shards.ts'
import {
  EngineError,
  type Generated,
  type GeneratedResponse,
  type GenerationRequest,
  type LogProbGradient,
  type LogProbOptions,
  type LogProbs,
  type MemoryFigures,
  type Model,
  type ModelInfo,
  type NumberType,
  type PackedPass,
  type StepOptions,
  type StepResult,
  type TokenBatch,
} from './tensor-engine.ts'
import type { FilledTraining } from './training-defaults.ts'

/** Of an export, beside the merged weights. */
const ADAPTER_FOLDER = 'adapter'
const STATE_FILE = 'trainer-state.safetensors'
const DEFAULT_SHARD_BYTES = 4e9

/** On a GPU a kernel or a copy, on the CPU an operation of libtorch. */
export interface ProfiledKernel {
  readonly name: string
  readonly calls: number
  /** Of all calls together. */
  readonly nanoseconds: number
}

/** Calls of one operation that are alike in everything. */
export interface CountedOperation {
  /** `again`: a forward pass that is run a second time because its results were not kept. */
  readonly phase: 'forward' | 'again' | 'backward' | 'step'
  readonly part:
    | 'other'
    | 'embedding'
    | 'norms'
    | 'rotary'
    | 'attention'
    | 'mlp'
    | 'head'
    | 'optimizer'
    | 'collectives'
  /** Of libtorch, as `aten::mm`, or of a kernel of ours, as `gepo::norm`. */
  readonly name: string
  readonly calls: number
  /** Of one call, as all that follow. An operation of libtorch is taken for one kernel, but for attention. */
  readonly kernels: number
  /** Floating-point operations: of products and attention alone. */
  readonly flops: number
  readonly readBytes: number
  readonly writtenBytes: number
}

export interface CountedWork {
  readonly operations: readonly CountedOperation[]
  /** What tensors held at most, beyond what they held at the start. */
  readonly peakBytes: number
  readonly allocations: number
}

interface NativeModelParts {
  readonly addon: Addon
  /** The native engine's number for it. */
  readonly handle: number
  /** Whether it writes the files: of several ranks the first, and the others bring what they own of it. */
  readonly isLeader: boolean
  /** Of the checkpoint. */
  readonly folder: string
  readonly configJson: unknown
  readonly training: FilledTraining
  readonly numberType: NumberType
  readonly info: ModelInfo
}

export class NativeModel implements Model {
  readonly info: ModelInfo
  readonly #addon: Addon
  readonly #handle: number
  readonly #isLeader: boolean
  readonly #folder: string
  readonly #configJson: unknown
  readonly #lowRank: LowRank | undefined
  readonly #exportType: 'float32' | 'bfloat16'
  /** Under which options a state was saved: it is of no use under others. */
  readonly #stateKey: string

  constructor(parts: NativeModelParts) {
    this.info = parts.info
    this.#addon = parts.addon
    this.#handle = parts.handle
    this.#isLeader = parts.isLeader
    this.#folder = parts.folder
    this.#configJson = parts.configJson
    const { training } = parts
    this.#lowRank =
      training.kind === 'lora' ? { ...training, targets: training.targets ?? LINEAR_LAYERS } : undefined
    this.#exportType = parts.numberType === 'bfloat16' ? 'bfloat16' : 'float32'
    this.#stateKey = JSON.stringify({ numberType: parts.numberType, training: parts.training })
  }

  logProbs(batch: TokenBatch, options: LogProbOptions = {}): Promise<LogProbs> {
    const withoutAdapter = options.withoutAdapter ?? false
    return this.#call('logProbs', { ...batch, ...flags(options), withoutAdapter }, options.signal)
  }

  async beginPacked(batch: TokenBatch, options: LogProbOptions = {}): Promise<PackedPass> {
    refuseWithoutAdapter(options)
    const { pass, ...logProbs } = await this.#call<LogProbs & { pass: number }>(
      'begin',
      { ...batch, ...flags(options) },
      options.signal,
    )
    return {
      logProbs,
      finish: (gradient, { signal } = {}) => this.#call('finish', { pass, ...gradient }, signal),
      discard: () => this.#call('discard', { pass }),
    }
  }

  backward(batch: TokenBatch, gradient: LogProbGradient, options: LogProbOptions = {}): Promise<LogProbs> {
    refuseWithoutAdapter(options)
    return this.#call('backward', { ...batch, ...gradient, ...flags(options) }, options.signal)
  }

  clearGradients(): Promise<void> {
    return this.#call('clearGradients', {})
  }

  step(options: StepOptions): Promise<StepResult> {
    return this.#call('step', {
      learningRate: options.learningRate,
      clipNorm: options.clipNorm ?? 0,
      weightDecay: options.weightDecay ?? 0,
      beta1: options.beta1 ?? 0.9,
      beta2: options.beta2 ?? 0.999,
      epsilon: options.epsilon ?? 1e-8,
    })
  }

  async saveState(folder: string): Promise<void> {
    if (this.#isLeader) await mkdir(folder, { recursive: true })
    const { tensors, steps } = await listTensors(this.#addon, this.#handle, true)
    const metadata = { steps: String(steps), options: this.#stateKey }
    await this.#write(join(folder, STATE_FILE), tensors, stateName, metadata)
  }

  async loadState(folder: string): Promise<void> {
    const path = join(folder, STATE_FILE)
    const { tensors, metadata } = await readSafetensorsHeader(path)
    if (metadata.options !== this.#stateKey) {
      throw new EngineError(
        'bad-checkpoint',
        `${path} was saved under ${metadata.options} and the model was opened with ${this.#stateKey}: use the same options.`,
      )
    }
    await this.#call('startState', { steps: Number(metadata.steps) })
    const { tensors: wanted } = await listTensors(this.#addon, this.#handle, true)
    const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]))
    const chosen = wanted.map((tensor) => {
      const found = stored.get(stateName(tensor))
      if (found !== undefined) return { ...found, name: tensor.name, part: tensor.part }
      throw new EngineError('bad-checkpoint', `${path} lacks ${stateName(tensor)}: it is of another model.`)
    })
    await loadTensors(this.#addon, this.#handle, path, chosen, undefined)
  }

  async exportCheckpoint(
    folder: string,
    options: { readonly numberType?: 'float32' | 'bfloat16'; readonly shardBytes?: number } = {},
  ): Promise<void> {
    if (this.#isLeader) {
      await mkdir(folder, { recursive: true })
      await removeWeightFiles(folder)
    }
    const { tensors } = await listTensors(this.#addon, this.#handle, false)
    const type = options.numberType ?? this.#exportType
    const weights = tensors
      .filter(({ name }) => !ADDITION.test(name))
      .map((tensor) => ({ ...tensor, numberType: type }))
    const shards = splitIntoShards(weights, options.shardBytes ?? DEFAULT_SHARD_BYTES)
    const files = shards.map((_, i) => shardName(i, shards.length))
    for (const [i, shard] of shards.entries()) {
      await this.#write(join(folder, files[i]!), shard, ({ name }) => name, { format: 'pt' }, type)
    }
    if (this.#lowRank !== undefined)
      await this.#exportAdapter(join(folder, ADAPTER_FOLDER), this.#lowRank, tensors)
    if (!this.#isLeader) return
    if (shards.length > 1) await writeJson(join(folder, INDEX_FILE), makeIndex(shards, files))
    const { torch_dtype: _, ...config } = this.#configJson as Record<string, unknown>
    await writeJson(join(folder, CONFIG_FILE), { ...config, dtype: type })
  }

  async #exportAdapter(folder: string, lowRank: LowRank, tensors: readonly ListedTensor[]): Promise<void> {
    if (this.#isLeader) await mkdir(folder, { recursive: true })
    const additions = tensors
      .filter(({ name }) => ADDITION.test(name))
      .map((tensor) => ({ ...tensor, numberType: 'float32' as const }))
    const path = join(folder, ADAPTER_WEIGHTS_FILE)
    await this.#write(path, additions, ({ name }) => nameInAdapter(name), { format: 'pt' }, 'float32')
    if (this.#isLeader)
      await writeJson(join(folder, ADAPTER_CONFIG_FILE), adapterConfig(lowRank, this.#folder))
  }

  /**
   * Begins with the additions of an adapter in PEFT's form. Only for a model that was opened with low-rank additions.
   *
   * @throws EngineError of the kind `bad-checkpoint` where it is not of the same rank, alpha and layers
   */
  async loadAdapter(folder: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#lowRank === undefined) throw new Error('the model has no additions')
    const { tensors: listed } = await listTensors(this.#addon, this.#handle, false)
    const names = listed.flatMap(({ name }) => (ADDITION.test(name) ? [name] : []))
    const { path, tensors } = await readAdapter(folder, this.#lowRank, names)
    const values = tensors.map((tensor) => ({ ...tensor, part: 'value' }))
    await loadTensors(this.#addon, this.#handle, path, values, signal)
  }

  async generate(options: GenerationRequest): Promise<Generated> {
    const { onResponse } = options
    let failure: { readonly error: unknown } | undefined
    // The engine calls it from outside of any promise, where an error would end the process.
    const listener = (response: unknown) => {
      try {
        onResponse?.(response as GeneratedResponse)
      } catch (error) {
        failure ??= { error }
      }
    }
    const generated = await this.#call<Generated>(
      'generate',
      {
        ids: options.ids,
        offsets: options.offsets,
        maxNewTokens: options.maxNewTokens,
        stopTokens: options.stopTokens,
        temperature: options.temperature ?? 0,
        topP: options.topP ?? 1,
        topK: options.topK ?? 0,
        seeds: options.seeds,
        batchSize: options.batchSize ?? 64,
        pageSize: options.pageSize ?? DEFAULT_PAGE_SIZE,
        graphs: options.graphs ?? false,
      },
      options.signal,
      onResponse && listener,
    )
    if (failure !== undefined) throw failure.error
    return generated
  }

  async memory(): Promise<MemoryFigures> {
    const figures = await this.#call<Record<keyof MemoryFigures, number>>('memory', {})
    const onDevice = (bytes: number) => (bytes < 0 ? null : bytes)
    return {
      ...figures,
      deviceInUse: onDevice(figures.deviceInUse),
      devicePeak: onDevice(figures.devicePeak),
    }
  }

  /** The accumulated gradients by the tensors' names, row by row. @internal for tests */
  gradients(): Promise<Record<string, Float64Array>> {
    return this.#call('gradients', {})
  }

  /**
   * What {@link NativeModel.backward} would add to the gradients, by libtorch's autograd through plain operations.
   *
   * @internal for tests
   */
  autogradGradients(batch: TokenBatch, gradient: LogProbGradient): Promise<Record<string, Float64Array>> {
    return this.#call('autogradGradients', { ...batch, ...gradient })
  }

  /**
   * The logits that predict each response token, a row of the vocabulary each: the very thing that the other calls
   * never hold.
   *
   * @internal for tests
   */
  logits(batch: TokenBatch): Promise<Float32Array> {
    return this.#call('logits', batch)
  }

  /**
   * Does the work and says where the time of the device went, the longest first.
   *
   * @internal for measuring
   */
  async profile(work: () => Promise<unknown>): Promise<readonly ProfiledKernel[]> {
    await this.#call('startProfile', {})
    const [done] = await Promise.allSettled([work()])
    const { kernels } = await this.#call<{ kernels: readonly ProfiledKernel[] }>('endProfile', {})
    if (done.status === 'rejected') throw done.reason
    return kernels
  }

  /**
   * Does the work, which on the device `meta` is not computed, and says what it took.
   *
   * @internal for measuring
   */
  async count(work: () => Promise<unknown>): Promise<CountedWork> {
    await this.#call('startCount', {})
    const [done] = await Promise.allSettled([work()])
    const counted = await this.#call<CountedWork>('endCount', {})
    if (done.status === 'rejected') throw done.reason
    return counted
  }

  close(): Promise<void> {
    return this.#call('close', {})
  }

  #call<Result>(
    operation: string,
    argument: object,
    signal?: AbortSignal,
    listener?: (part: unknown) => void,
  ): Promise<Result> {
    return this.#addon.call(operation, { model: this.#handle, ...argument }, signal, listener)
  }

  #write(
    path: string,
    tensors: readonly ListedTensor[],
    nameInFile: (tensor: ListedTensor) => string,
    metadata: Readonly<Record<string, string>>,
    exportType?: 'float32' | 'bfloat16',
  ): Promise<void> {
    const stored = tensors.map((tensor) => ({
      name: nameInFile(tensor),
      type: tensor.numberType,
      shape: tensor.shape,
    }))
    const prefix = makeSafetensorsPrefix(stored, metadata)
    const named = tensors.map(({ name, part }) => ({ name, part }))
    return this.#call('write', { path, prefix, tensors: named, numberType: exportType })
  }
}

function flags(options: LogProbOptions): { entropies: boolean } {
  return { entropies: options.entropies ?? false }
}

function refuseWithoutAdapter(options: LogProbOptions): void {
  if (options.withoutAdapter) {
    throw new EngineError(
      'bad-input',
      'What LoRA adds cannot be trained without it: leave withoutAdapter out.',
    )
  }
}

function stateName({ part, name }: ListedTensor): string {
  return `${part}:${name}`
}

function shardName(index: number, count: number): string {
  if (count === 1) return WEIGHTS_FILE
  const number = (value: number) => String(value).padStart(5, '0')
  return `model-${number(index + 1)}-of-${number(count)}.safetensors`
}

function makeIndex(shards: readonly (readonly ListedTensor[])[], files: readonly string[]): object {
  const places = shards.flatMap((shard, i) => shard.map(({ name }) => [name, files[i]!] as const))
  return { metadata: {}, weight_map: Object.fromEntries(places) }
}

function writeJson(path: string, value: object): Promise<void> {
  return writeFile(path, `${JSON.stringify(value, null, 2)}\n`)
}
