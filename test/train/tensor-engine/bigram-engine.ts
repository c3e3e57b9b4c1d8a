/**
 * An engine whose model is a table: the log-probability of an id given the one before is a softmax over a row of
 * weights. Its gradients are exact and its optimiser is AdamW, all in doubles, so that whatever the loop does can be
 * checked on any machine. It reads `vocab_size` of config.json and the weights of bigram.safetensors, where there is one.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import {
  EngineError,
  type GeneratedResponse,
  type GenerationRequest,
  type LogProbGradient,
  type LogProbOptions,
  type LogProbs,
  type Model,
  type OpenModelOptions,
  type StepOptions,
  type TensorEngine,
  type TokenBatch,
} from '../../../src/train/tensor-engine/tensor-engine.ts'
import { uniformNumbers } from './random-checkpoint.ts'

export interface BigramModel extends Model {
  readonly weights: Float64Array
  readonly gradients: Float64Array
  /** Tokens of the largest batch that any pass held gradients for. */
  readonly largestPass: () => number
}

export interface BigramEngine extends TensorEngine {
  readonly opened: readonly OpenModelOptions[]
  openModel(options: OpenModelOptions): Promise<BigramModel>
}

/** Called before every optimiser step with its number: a test may interrupt, kill or spoil the gradients from there. */
type Watch = (step: number, gradients: Float64Array) => void

export function openBigramEngine(watch: Watch = () => {}): BigramEngine {
  const opened: OpenModelOptions[] = []
  return {
    torchVersion: 'none',
    hasCuda: false,
    opened,
    async openModel(options) {
      opened.push(options)
      return openBigram(options, watch)
    },
    async close() {},
  }
}

function openBigram({ folder, training }: OpenModelOptions, watch: Watch): BigramModel {
  const size = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')).vocab_size as number
  const weights = readDoubles(join(folder, 'bigram.safetensors')) ?? new Float64Array(size * size)
  const gradients = new Float64Array(size * size)
  let first = new Float64Array(size * size)
  let second = new Float64Array(size * size)
  const distributions = new Map<number, Float64Array>()
  let steps = 0
  let closed = false
  let largestPass = 0

  const enter = async (signal?: AbortSignal) => {
    await setImmediate()
    if (closed) throw new EngineError('closed', 'The model was closed.')
    if (signal?.aborted) throw new EngineError('aborted', 'Interrupted.')
  }
  /** Softmax of a row. Rows are few and used often, so they are kept until the weights change. */
  const distribution = (previous: number): Float64Array => {
    const known = distributions.get(previous)
    if (known !== undefined) return known
    const row = weights.slice(previous * size, (previous + 1) * size)
    const top = Math.max(...row)
    const total = row.reduce((sum, value) => sum + Math.exp(value - top), 0)
    const softmax = row.map((value) => Math.exp(value - top) / total)
    distributions.set(previous, softmax)
    return softmax
  }
  function* places(batch: TokenBatch): Generator<{ sequence: number; previous: number; id: number }> {
    for (let sequence = 0; sequence + 1 < batch.offsets.length; sequence++) {
      const from = batch.offsets[sequence]! + batch.promptLengths[sequence]!
      for (let at = from; at < batch.offsets[sequence + 1]!; at++) {
        yield { sequence, previous: batch.ids[at - 1]!, id: batch.ids[at]! }
      }
    }
  }
  const forward = (batch: TokenBatch): LogProbs => {
    if (batch.ids.some((id) => id < 0 || id >= size))
      throw new EngineError('bad-input', 'An id is out of range.')
    const sequences = batch.offsets.length - 1
    const sums = new Float64Array(sequences)
    const offsets = new Int32Array(sequences + 1)
    const tokens: number[] = []
    const entropies: number[] = []
    for (const { sequence, previous, id } of places(batch)) {
      const logProb = Math.log(distribution(previous)[id]!)
      sums[sequence]! += logProb
      tokens.push(logProb)
      entropies.push(entropyOf(distribution(previous)))
      offsets[sequence + 1] = tokens.length
    }
    return { sums, tokens: Float32Array.from(tokens), offsets, entropies: Float32Array.from(entropies) }
  }
  const backward = (batch: TokenBatch, gradient: LogProbGradient) => {
    largestPass = Math.max(largestPass, batch.ids.length)
    let token = 0
    for (const { sequence, previous, id } of places(batch)) {
      const slope = 'perSequence' in gradient ? gradient.perSequence[sequence]! : gradient.perToken[token++]!
      const probabilities = distribution(previous)
      const row = previous * size
      for (let other = 0; other < size; other++) gradients[row + other]! -= slope * probabilities[other]!
      gradients[row + id]! += slope
    }
  }

  const generateOne = (prompt: number, options: GenerationRequest): GeneratedResponse => {
    const uniform = uniformNumbers(options.seeds?.[prompt] ?? 0)
    const ids: number[] = []
    const logProbs: number[] = []
    let previous = options.ids[options.offsets[prompt + 1]! - 1]!
    while (ids.length < options.maxNewTokens && !options.stopTokens.includes(ids.at(-1) ?? -1)) {
      const probabilities = distribution(previous)
      previous = options.temperature === 0 ? likeliest(probabilities) : drawn(probabilities, uniform())
      ids.push(previous)
      logProbs.push(Math.log(probabilities[previous]!))
    }
    const stopped = options.stopTokens.includes(ids.at(-1)!)
    return { prompt, ids: Int32Array.from(ids), logProbs: Float32Array.from(logProbs), stopped }
  }

  return {
    weights,
    gradients,
    largestPass: () => largestPass,
    info: {
      architecture: 'bigram',
      vocabularySize: size,
      layers: 1,
      hiddenSize: size,
      maxPositions: 1_000_000,
      parameters: size * size,
      trainableParameters: training.kind === 'none' ? 0 : size * size,
      kernels: 'torch',
    },
    async logProbs(batch, options: LogProbOptions = {}) {
      await enter(options.signal)
      return forward(batch)
    },
    async beginPacked(batch, options: LogProbOptions = {}) {
      await enter(options.signal)
      let held = true
      return {
        logProbs: forward(batch),
        async finish(gradient, { signal } = {}) {
          await enter(signal)
          if (!held) throw new Error('the pass is over')
          held = false
          backward(batch, gradient)
        },
        async discard() {
          held = false
        },
      }
    },
    async backward(batch, gradient, options: LogProbOptions = {}) {
      await enter(options.signal)
      backward(batch, gradient)
      return forward(batch)
    },
    async clearGradients() {
      gradients.fill(0)
    },
    async step({
      learningRate,
      clipNorm,
      weightDecay = 0,
      beta1 = 0.9,
      beta2 = 0.999,
      epsilon = 1e-8,
    }: StepOptions) {
      await enter()
      watch(steps + 1, gradients)
      const gradientNorm = Math.sqrt(gradients.reduce((sum, value) => sum + value * value, 0))
      if (!Number.isFinite(gradientNorm)) {
        gradients.fill(0)
        throw new EngineError('not-finite', 'The gradients are not finite.')
      }
      steps++
      const scale = clipNorm !== undefined && gradientNorm > clipNorm ? clipNorm / gradientNorm : 1
      for (let i = 0; i < weights.length; i++) {
        const gradient = gradients[i]! * scale
        first[i] = beta1 * first[i]! + (1 - beta1) * gradient
        second[i] = beta2 * second[i]! + (1 - beta2) * gradient * gradient
        const m = first[i]! / (1 - beta1 ** steps)
        const v = second[i]! / (1 - beta2 ** steps)
        weights[i]! -= learningRate * (m / (Math.sqrt(v) + epsilon) + weightDecay * weights[i]!)
      }
      gradients.fill(0)
      distributions.clear()
      return { gradientNorm, steps }
    },
    async saveState(target) {
      mkdirSync(target, { recursive: true })
      for (const [name, values] of [
        ['weights', weights],
        ['first', first],
        ['second', second],
      ] as const) {
        writeFileSync(join(target, `${name}.bin`), new Uint8Array(values.buffer))
      }
      writeFileSync(join(target, 'steps.json'), JSON.stringify(steps))
    },
    async loadState(source) {
      distributions.clear()
      weights.set(readDoubles(join(source, 'weights.bin'))!)
      first = readDoubles(join(source, 'first.bin'))!
      second = readDoubles(join(source, 'second.bin'))!
      steps = JSON.parse(readFileSync(join(source, 'steps.json'), 'utf8'))
    },
    async exportCheckpoint(target) {
      mkdirSync(target, { recursive: true })
      copyFileSync(join(folder, 'config.json'), join(target, 'config.json'))
      writeFileSync(join(target, 'bigram.safetensors'), new Uint8Array(weights.buffer))
    },
    async generate({ signal, onResponse, ...options }: GenerationRequest) {
      await enter(signal)
      const responses = Array.from({ length: options.offsets.length - 1 }, (_, prompt) => {
        const response = generateOne(prompt, options)
        onResponse?.(response)
        return response
      })
      const offsets = [0]
      for (const { ids } of responses) offsets.push(offsets.at(-1)! + ids.length)
      return {
        ids: Int32Array.from(responses.flatMap(({ ids }) => [...ids])),
        offsets: Int32Array.from(offsets),
        logProbs: Float32Array.from(responses.flatMap(({ logProbs }) => [...logProbs])),
        stopped: Uint8Array.from(responses, ({ stopped }) => (stopped ? 1 : 0)),
      }
    },
    async memory() {
      return {
        weights: weights.byteLength,
        gradients: 0,
        optimizer: 0,
        activations: 0,
        deviceInUse: null,
        devicePeak: null,
      }
    },
    async close() {
      closed = true
    },
  }
}

function entropyOf(probabilities: Float64Array): number {
  return -probabilities.reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0)
}

function likeliest(probabilities: Float64Array): number {
  return probabilities.indexOf(Math.max(...probabilities))
}

/** The first whose running sum exceeds the share. */
function drawn(probabilities: Float64Array, share: number): number {
  let sum = 0
  const found = probabilities.findIndex((p) => {
    sum += p
    return sum > share
  })
  return found < 0 ? probabilities.length - 1 : found
}

function readDoubles(file: string): Float64Array<ArrayBuffer> | undefined {
  if (!existsSync(file)) return undefined
  const bytes = readFileSync(file)
  const copy = new ArrayBuffer(bytes.byteLength)
  new Uint8Array(copy).set(bytes)
  return new Float64Array(copy)
}
