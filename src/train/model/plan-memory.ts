/**
 * A configuration and a model's sizes in, what training will take out, before anything is loaded. Weights, gradients
 * and optimiser state are exact; activations are counted from what a layer must keep for its backward pass, without
 * the allocator's own share and the workspace of the libraries.
 */
import type { TrainConfig } from '../config/train-config.ts'
import { countWeights, type DecoderShape, decoderTensors } from './decoder-tensors.ts'

export interface MemoryPlan {
  readonly parameters: number
  readonly trainableParameters: number
  /** Bytes on the device. */
  readonly weights: number
  readonly gradients: number
  readonly optimizer: number
  /** Of a token whose layers' inputs alone are kept, and of one of which everything is. */
  readonly activationsPerToken: { readonly inputsOnly: number; readonly everything: number }
  /** Tokens of the largest pass that is held for its backward pass. */
  readonly passTokens: number
  readonly activations: number
  readonly logits: number
  /** Of methods that translate: a frozen model for the KL, and what answers that are drawn keep of what they have read. */
  readonly reference: number
  readonly keysAndValues: number
  /** Keys and values are held between steps, when activations and logits are not. */
  readonly total: number
  /** Bytes on disk: the last checkpoint, the best, and one that is being written. */
  readonly checkpoints: number
}

const BYTES = { float32: 4, bfloat16: 2, float64: 8 } as const

/**
 * @example planMemory(config, shapeOfQwen3).weights / 2 ** 30 // 15.3 with bfloat16
 */
export function planMemory(config: TrainConfig, shape: DecoderShape): MemoryPlan {
  const { engine, length } = config
  const tensors = decoderTensors(shape)
  const parameters = countWeights(tensors)
  const number = BYTES[engine.numberType]
  const trained = trainedBytes(config, shape)

  const { hidden, intermediate, heads, keyHeads, headSize, layers } = shape
  const [queries, keys] = [heads * headSize, keyHeads * headSize]
  const inputsOnly = layers * hidden * number
  // Beside its input: queries, keys and values, what attention gives, the sum after it, both halves of the
  // feed-forward part. Norms and products are cheap and computed again.
  const everything = layers * (2 * hidden + 2 * queries + 2 * keys + 2 * intermediate) * number
  const passTokens = Math.max(engine.packedTokens, length.maxTokens)
  const rest = passTokens * (everything - inputsOnly)
  const activations =
    passTokens * inputsOnly +
    (engine.activationBytes === null ? rest : Math.min(rest, engine.activationBytes))
  const logits = 2 * Math.min(engine.logitRows, passTokens) * shape.vocabulary * 4
  const weights = parameters * number + trained.adapter
  const reference = wantsKlModel(config) ? parameters * number : 0
  // An answer and its prompt are no longer than any other sequence.
  const keysAndValues =
    'rollout' in config ? config.rollout.batchSize * length.maxTokens * layers * 2 * keys * number : 0
  return {
    parameters,
    trainableParameters: trained.parameters,
    weights,
    gradients: trained.gradients,
    optimizer: trained.optimizer,
    activationsPerToken: { inputsOnly, everything },
    passTokens,
    activations,
    logits,
    reference,
    keysAndValues,
    total:
      weights +
      trained.gradients +
      trained.optimizer +
      reference +
      Math.max(activations + logits, keysAndValues),
    checkpoints: 3 * (trained.saved + trained.optimizer),
  }
}

/** With low-rank additions the frozen weights are their own reference. */
function wantsKlModel(config: TrainConfig): boolean {
  if (!('rollout' in config) || config.reinforce.klCoefficient === 0) return false
  return config.engine.training.kind === 'full' || config.reference !== null
}

/** Bytes that training adds to the frozen model, and those of its weights that a checkpoint has. */
function trainedBytes({ engine: { numberType, training } }: TrainConfig, shape: DecoderShape) {
  const tensors = decoderTensors(shape)
  if (training.kind === 'lora') {
    const parameters = tensors
      .filter(({ role }) => role === 'linear')
      .reduce((sum, { shape: [out, into] }) => sum + training.rank * (out! + into!), 0)
    const each = numberType === 'float64' ? 8 : 4
    const adapter = parameters * each
    return { parameters, adapter, gradients: adapter, optimizer: 2 * adapter, saved: adapter }
  }
  const parameters = countWeights(tensors)
  const wide = numberType === 'float64'
  const gradients = parameters * (wide ? 8 : BYTES[training.gradients])
  const moments = 2 * parameters * (wide ? 8 : BYTES[training.moments])
  const master = numberType === 'bfloat16' && training.master ? 2 * parameters : 0
  return {
    parameters,
    adapter: 0,
    gradients,
    optimizer: moments + master,
    saved: parameters * BYTES[numberType],
  }
}
