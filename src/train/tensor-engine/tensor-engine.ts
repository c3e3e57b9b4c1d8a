/**
 * What training and evaluation ask of a tensor engine. Batches go in and figures come out as typed arrays; weights,
 * gradients and optimiser state stay inside. The native engine (`open-engine.ts`) implements it; anything with exact
 * gradients may stand in for it in tests.
 *
 * The calls of one engine run one after another, in the order in which they were made, on a thread of its own.
 * Every promise may be rejected with an {@link EngineError}; what throws anything else has a bug.
 *
 * One optimiser step over groups, whichever way their gradient is taken:
 *
 *     const pass = await model.beginPacked(batch)                     // all responses in one forward pass
 *     await pass.finish({ perSequence: lossSlopes(pass.logProbs.sums) })
 *
 *     const { sums } = await model.logProbs(batch)                    // or serially, memory of one response
 *     const slopes = lossSlopes(sums)
 *     for (const [i, one] of split(batch).entries()) await model.backward(one, { perSequence: slopes.subarray(i, i + 1) })
 *
 *     const { gradientNorm } = await model.step({ learningRate: 5e-7, ... })   // also clears the gradients
 */

import { UserError } from '../../base/user-error.ts'
import type { LinearLayer } from '../config/engine-defaults.ts'

/** Why an engine's call was rejected. */
export type EngineErrorCode =
  /** The signal of the call was raised; the model is as before the call, but gradients may be partial: clear them. */
  | 'aborted'
  /** The memory of the device did not suffice; the model still works, but gradients may be partial: clear them. */
  | 'out-of-memory'
  /** An argument does not fit the model, such as an id outside of the vocabulary. */
  | 'bad-input'
  /** A configuration that asks for something the engine does not compute. */
  | 'unsupported-model'
  /** A checkpoint's files are missing, damaged or do not fit each other. */
  | 'bad-checkpoint'
  /** The engine is not built here, was built for another release of libtorch, or lacks the device. */
  | 'unavailable'
  /** The model or the engine was closed before. */
  | 'closed'
  /** A computation gave what is not a number. */
  | 'not-finite'
  /** One of the processes that train together has ended, or was in the middle of a step when another failed. */
  | 'rank-lost'

/** A failure that the user can mend: its message is one sentence with the cause and the remedy. */
export class EngineError extends UserError {
  readonly code: EngineErrorCode
  constructor(code: EngineErrorCode, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * `cuda` is the first GPU. `meta` stands for one and computes nothing: all values are 0, and what a model would take is
 * counted, whatever its size.
 */
export type Device = 'cpu' | 'cuda' | `cuda:${number}` | 'meta'

export type NumberType = 'float32' | 'bfloat16' | 'float64'

/**
 * What computes norms, rotations, gates, log-probabilities and optimiser steps: `fused`, kernels of our own, each of
 * which reads and writes once; `torch`, libtorch's operations; `auto`, the kernels on a GPU where they were built.
 */
export type Kernels = 'auto' | 'fused' | 'torch'

export interface OpenModelOptions {
  /** A checkpoint in Hugging Face's format: config.json and one or more safetensors files. */
  readonly folder: string
  readonly device: Device
  /** Of the weights and the computation; `float64` is for checking gradients. */
  readonly numberType: NumberType
  readonly training: Training
  /**
   * What activations that are kept for the backward pass may take, in bytes. The inputs of all layers are kept
   * anyway, and count; what does not fit of the others is computed a second time. Absent: everything is kept.
   */
  readonly activationBytes?: number
  /** Rows of logits held at a time; their memory is this times the vocabulary times 4 bytes, twice. Default 1024. */
  readonly logitRows?: number
  /** Default auto. */
  readonly kernels?: Kernels
  /** Whether a pass computes a prompt that several of its sequences begin with once. Default true. */
  readonly sharedPrompts?: boolean
  /** Default: everything on every device. */
  readonly zero?: Zero
  /**
   * A seed: weights are drawn by it on the device and those of the folder are not read, which may have config.json
   * alone. For measuring what a model of some size takes.
   */
  readonly randomWeights?: number
  readonly signal?: AbortSignal
}

/** What the ranks share out of a model, and where its optimiser's state is. */
export interface Zero {
  /** 1: the optimiser's state; 2: and the gradients; 3: and the weights. A rank alone shares out nothing. */
  readonly stage: 0 | 1 | 2 | 3
  /** Whether the optimiser's state is kept in the host's memory, where steps are taken too. */
  readonly offload: boolean
}

/** What of a model is trained, and how its optimiser's state is kept. */
export type Training =
  /** Nothing: no gradients and no optimiser. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'full'
      /** Of accumulated gradients. Default: float32 (float64 in a float64 model). */
      readonly gradients?: 'float32' | 'bfloat16'
      /** Of Adam's two moments; bfloat16 is rounded stochastically, by `seed`. Default float32. */
      readonly moments?: 'float32' | 'bfloat16'
      /**
       * For a bfloat16 model, whether the bits are kept that the weights lack to float32 (2 bytes a weight), so that
       * small updates are not lost. Without it the weights are rounded stochastically. Default true.
       */
      readonly master?: boolean
      readonly seed?: number
    }
  | {
      /** Low-rank additions to linear layers, the weights themselves frozen. */
      readonly kind: 'lora'
      readonly rank: number
      /** The addition is scaled by alpha / rank. */
      readonly alpha: number
      /** Linear layers that get one. Default: all but the head. */
      readonly targets?: readonly LinearLayer[]
      /** Folder of an adapter in PEFT's form whose additions are begun with, of the same rank, alpha and layers. */
      readonly adapter?: string
      /** Of the initial additions' random half; the other half is zero. */
      readonly seed?: number
    }

/**
 * Sequences for one call: each a prompt followed by a response. At least one id of prompt and one of response.
 * Sequences with the very same prompt share its computation, which changes results by rounding alone.
 */
export interface TokenBatch {
  /** The ids of all sequences, one after another. */
  readonly ids: Int32Array
  /** Where each sequence starts in `ids`, and the end of the last: one entry more than sequences. */
  readonly offsets: Int32Array
  /** How many of each sequence's ids are its prompt. */
  readonly promptLengths: Int32Array
}

/** Natural logarithms of the probabilities of responses, given their prompts. */
export interface LogProbs {
  /** Of each response: the sum over its tokens. */
  readonly sums: Float64Array
  /** Of every response token, sequence by sequence. */
  readonly tokens: Float32Array
  /** Where each sequence's response starts in `tokens`, and the end of the last. */
  readonly offsets: Int32Array
  /** Of the distribution that each response token was drawn from, in nats; laid out as `tokens`. Only if asked for. */
  readonly entropies?: Float32Array
}

/** The derivative of a loss by the log-probabilities of responses. */
export type LogProbGradient =
  /** By each sum: it holds for all tokens of the response. */
  | { readonly perSequence: Float64Array }
  /** By each token's, laid out as {@link LogProbs.tokens}; `perEntropy` by each entropy likewise. */
  | { readonly perToken: Float32Array; readonly perEntropy?: Float32Array }

export interface LogProbOptions {
  readonly entropies?: boolean
  /** For a model with LoRA: as the model was before training, which makes it its own reference. */
  readonly withoutAdapter?: boolean
  readonly signal?: AbortSignal
}

/** A forward pass that waits for its backward pass, and the memory that it holds until then. */
export interface PackedPass {
  readonly logProbs: LogProbs
  /** Adds the gradient of the loss to the model's gradients and frees the pass. Once only. */
  finish(gradient: LogProbGradient, options?: { readonly signal?: AbortSignal }): Promise<void>
  /** Frees the pass without a backward pass. Does nothing after `finish`. */
  discard(): Promise<void>
}

export interface StepOptions {
  readonly learningRate: number
  /** Gradients whose common norm is larger are scaled down to it. Absent: none are. */
  readonly clipNorm?: number
  /** Default 0. Applied to matrices only, decoupled from the gradient. */
  readonly weightDecay?: number
  /** Default 0.9. */
  readonly beta1?: number
  /** Default 0.999. */
  readonly beta2?: number
  /** Default 1e-8. */
  readonly epsilon?: number
}

export interface StepResult {
  /** Of all gradients together, before clipping. */
  readonly gradientNorm: number
  /** How many optimiser steps this model has taken, in its saved state's life too. */
  readonly steps: number
}

export interface GenerationRequest {
  /** The ids of all prompts, one after another. */
  readonly ids: Int32Array
  /** Where each prompt starts in `ids`, and the end of the last. */
  readonly offsets: Int32Array
  /** Tokens to generate for each prompt at most. */
  readonly maxNewTokens: number
  /** A response ends with the first of these; it is part of the response. */
  readonly stopTokens: Int32Array
  /** 0 takes the likeliest token. Default 0. */
  readonly temperature?: number
  /** Only the likeliest tokens that together have this probability are drawn from. Default 1. */
  readonly topP?: number
  /** How many of the likeliest tokens are drawn from. 0, the default: all. */
  readonly topK?: number
  /**
   * One for each prompt. What is drawn for it follows from its seed; the others of the batch change the numbers that
   * it is drawn by in their last places alone. Default all 0.
   */
  readonly seeds?: Uint32Array
  /** Prompts that are worked on at a time; the next begins as soon as one has ended. Default 64. */
  readonly batchSize?: number
  /** Positions of a page, in which keys and values are kept. Changes results by rounding alone. Default 64. */
  readonly pageSize?: number
  /**
   * Whether a GPU's steps are recorded once for their shape and played back (CUDA graphs). The shapes are then rounded up
   * to a few sizes, on the CPU too, which gains nothing by it, and no prompt lies apart for several answers. Default
   * false.
   */
  readonly graphs?: boolean
  /** Called with each response as it ends, while the others go on. What it throws rejects the call, once all ended. */
  readonly onResponse?: (response: GeneratedResponse) => void
  readonly signal?: AbortSignal
}

/** What {@link Generated} has of one prompt. */
export interface GeneratedResponse {
  /** Its place among the prompts. */
  readonly prompt: number
  readonly ids: Int32Array
  readonly logProbs: Float32Array
  readonly stopped: boolean
}

export interface Generated {
  /** The generated ids of all prompts, one after another. */
  readonly ids: Int32Array
  /** Where each prompt's response starts in `ids`, and the end of the last. */
  readonly offsets: Int32Array
  /** Of each generated id under the model itself: at temperature 1 and without top-p and top-k. */
  readonly logProbs: Float32Array
  /** Of each prompt: 1 if its response ended with a stop token, 0 if `maxNewTokens` ended it. */
  readonly stopped: Uint8Array
}

export interface ModelInfo {
  readonly architecture: string
  readonly vocabularySize: number
  readonly layers: number
  readonly hiddenSize: number
  /** The longest sequence that its configuration allows. */
  readonly maxPositions: number
  readonly parameters: number
  readonly trainableParameters: number
  /** What {@link OpenModelOptions.kernels} came to. */
  readonly kernels: 'fused' | 'torch'
  /** Tokens of the largest pass that keeps all of its activations; absent where every pass does. */
  readonly tokensKeptWhole?: number
}

/** Bytes. On the CPU `device...` are null, because other parts of the process share its memory. */
export interface MemoryFigures {
  readonly weights: number
  readonly gradients: number
  readonly optimizer: number
  /** Held by passes that wait for their backward pass. */
  readonly activations: number
  readonly deviceInUse: number | null
  /** Since the device's last model was opened. */
  readonly devicePeak: number | null
}

/** One batch for each of the ranks that a model is on, all at the same time: what one of them alone would have no use of. */
export interface Rounds {
  /** How many ranks there are. */
  readonly width: number
  /** @param batches `width` of them; what has nothing to do gets a batch of no sequence */
  logProbs(batches: readonly TokenBatch[], options?: LogProbOptions): Promise<readonly LogProbs[]>
  beginPacked(batches: readonly TokenBatch[], options?: LogProbOptions): Promise<PackedRound>
  backward(
    batches: readonly TokenBatch[],
    gradients: readonly LogProbGradient[],
    options?: LogProbOptions,
  ): Promise<readonly LogProbs[]>
}

/** As {@link PackedPass}, of each rank. */
export interface PackedRound {
  readonly logProbs: readonly LogProbs[]
  finish(gradients: readonly LogProbGradient[], options?: { readonly signal?: AbortSignal }): Promise<void>
  discard(): Promise<void>
}

export interface Model {
  readonly info: ModelInfo
  /** Of a model on several ranks; see `roundsOf`. */
  readonly rounds?: Rounds
  /** Log-probabilities without gradients. */
  logProbs(batch: TokenBatch, options?: LogProbOptions): Promise<LogProbs>
  /** The forward pass of `batch` with what its backward pass needs. Only for a model that is trained. */
  beginPacked(batch: TokenBatch, options?: LogProbOptions): Promise<PackedPass>
  /** Forward and backward in one: adds to the gradients; the derivatives are known beforehand. */
  backward(batch: TokenBatch, gradient: LogProbGradient, options?: LogProbOptions): Promise<LogProbs>
  clearGradients(): Promise<void>
  /**
   * One step of AdamW; clears the gradients. Rejected with `not-finite`, and nothing changed but the gradients, if
   * their norm is not finite.
   */
  step(options: StepOptions): Promise<StepResult>
  /**
   * Writes what resumes training bit for bit: trained weights, moments, missing bits, number of steps; gradients are
   * not among them. `folder` is made if missing, files in it are replaced; make it and rename it for an atomic save.
   */
  saveState(folder: string): Promise<void>
  /** Reads what {@link Model.saveState} wrote for the same model and the same `training`. */
  loadState(folder: string): Promise<void>
  /**
   * Writes a checkpoint in Hugging Face's format: config.json and safetensors files of at most `shardBytes`
   * (default 4e9), LoRA merged into the weights and besides in PEFT's form in the folder `adapter`. Default type: the
   * model's, float32 for float64. Tokenizer and generation files are the caller's.
   */
  exportCheckpoint(
    folder: string,
    options?: { readonly numberType?: 'float32' | 'bfloat16'; readonly shardBytes?: number },
  ): Promise<void>
  generate(options: GenerationRequest): Promise<Generated>
  memory(): Promise<MemoryFigures>
  /** Frees the model. What is still queued for it is done first. */
  close(): Promise<void>
}

export interface TensorEngine {
  openModel(options: OpenModelOptions): Promise<Model>
  /** The release of libtorch, and whether it has a GPU. */
  readonly torchVersion: string
  readonly hasCuda: boolean
  /** Closes its models too. */
  close(): Promise<void>
}
