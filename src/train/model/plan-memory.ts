/**
 * A configuration and a model's sizes in, what training will take out, before anything is loaded. Weights, gradients
 * and optimiser state are exact; activations and temporaries are those of a GPU, as the ledger of cost counts them
 * (test/train/model/plan-and-ledger.test.ts), within 2%. Not counted: the allocator's own share, and the workspace of
 * the libraries.
 */
import { DEFAULT_PAGE_SIZE } from '../config/engine-defaults.ts'
import { isOwnReference, needsReference, onPolicyOf } from '../config/reference-needs.ts'
import type { TrainConfig } from '../config/train-config.ts'
import { BYTES_OF, layerBytes } from '../tensor-engine/activation-bytes.ts'
import { countWeights, type DecoderShape, decoderTensors } from './decoder-tensors.ts'

export interface MemoryPlan {
  readonly parameters: number
  readonly trainableParameters: number
  /** Devices that train together. What follows is of each, of what it keeps of all. */
  readonly ranks: number
  /** Bytes on the device. */
  readonly weights: number
  readonly gradients: number
  readonly optimizer: number
  /** Weights and gradients that are whole for a while where ranks share them out: of the largest layer, or of all to draw. */
  readonly gathered: number
  /** Of a token whose layers' inputs alone are kept, and of one of which everything is. */
  readonly activationsPerToken: { readonly inputsOnly: number; readonly everything: number }
  /** Tokens of the largest pass that is held for its backward pass. */
  readonly passTokens: number
  readonly activations: number
  /** Held for a while beside them, at the moment when most is held: of a layer, or of the head with its logits. */
  readonly temporaries: number
  /** Where the model answers: a frozen one beside it, and what answers that are drawn keep of what they have read. */
  readonly reference: number
  readonly keysAndValues: number
  /** Keys and values are held between steps, when nothing is held for a backward pass. */
  readonly total: number
  /** Bytes in the host's memory, of all ranks together: the optimiser's state where it is kept there. */
  readonly host: number
  /** Bytes on disk: the last checkpoint, the best, and one that is being written. */
  readonly checkpoints: number
}

/**
 * @param ranks devices that train together
 * @example planMemory(config, shapeOfQwen3, 1).weights / 2 ** 30 // 15.3 with bfloat16
 */
export function planMemory(config: TrainConfig, shape: DecoderShape, ranks: number): MemoryPlan {
  const { engine, length } = config
  const share = shareOf(engine.zero.stage, ranks)
  const parameters = countWeights(decoderTensors(shape))
  const number = BYTES_OF[engine.numberType]
  const trained = trainedBytes(config, shape)
  const passTokens = Math.max(engine.packedTokens, length.maxTokens)
  const pass = planPass(config, shape, passTokens)
  const whole = parameters * number + trained.adapter
  const weights = whole * share.weights
  const hasReferenceModel = needsReference(config) && !isOwnReference(config)
  const reference = hasReferenceModel ? parameters * number * share.weights : 0
  const gradients = trained.gradients * share.gradients
  const optimizer = engine.zero.offload ? 0 : trained.optimizer * share.optimizer
  const keys = shape.keyHeads * shape.headSize
  // An answer and its prompt are no longer than any other sequence.
  const pages = mostPages(config, Math.ceil(length.maxTokens / DEFAULT_PAGE_SIZE))
  const keysAndValues = pages * DEFAULT_PAGE_SIZE * shape.layers * 2 * keys * number
  // A frozen layer has no gradient.
  const perWeight = (share.weights < 1 ? number : 0) + (share.gradients < 1 ? trained.gradientBytes : 0)
  const whileStepping = largestPart(shape) * perWeight
  const whileDrawing = pages > 0 ? whole - weights : 0
  return {
    parameters,
    trainableParameters: trained.parameters,
    ranks,
    weights,
    gradients,
    optimizer,
    gathered: Math.max(whileStepping, whileDrawing),
    ...pass,
    passTokens,
    reference,
    keysAndValues,
    total:
      weights +
      gradients +
      optimizer +
      reference +
      Math.max(pass.activations + pass.temporaries + whileStepping, keysAndValues + whileDrawing),
    host: engine.zero.offload ? trained.optimizer : 0,
    checkpoints: 3 * (trained.saved + trained.optimizer),
  }
}

/** What a pass keeps for its backward pass, and what it holds beside that when it holds most. */
function planPass({ engine, length }: TrainConfig, shape: DecoderShape, tokens: number) {
  const { hidden, intermediate, headSize, layers, vocabulary } = shape
  const number = BYTES_OF[engine.numberType]
  const layer = layerBytes(shape, engine.numberType)
  const inputs = tokens * layers * layer.input
  const kept = keptLayers(
    { attention: tokens * layer.attention, whole: tokens * layer.whole },
    layers,
    (engine.activationBytes ?? Number.POSITIVE_INFINITY) - inputs,
    2 * length.maxTokens > hidden,
  )
  const keptAttention = kept.attention * tokens * layer.attention
  const keptWhole = kept.whole * tokens * (layer.whole - layer.attention)
  const all = inputs + keptAttention + keptWhole

  // The head: the rows that predict, normalised, and the derivatives by both; then those of the last layer's outputs.
  const rows = tokens * hidden * number
  const chunk = Math.min(engine.logitRows, tokens)
  const wide = Math.max(number, 4)
  const logits = chunk * (vocabulary * (wide + (number < wide ? number : 0)) + hidden * number)
  const head = Math.max(3 * rows + logits, 5 * rows)
  // A layer's way back: the derivative by its output, and by the product of its gate or, later, by what was normalised.
  // libtorch's operations have five of the gate's results beside each other, ours puts them in the same places.
  const isPlain = engine.kernels === 'torch' || engine.device === 'cpu'
  const back = tokens * (hidden + (isPlain ? 5 * intermediate : Math.max(intermediate, 3 * hidden))) * number
  // Beside what is kept of the last layer, its way forward needs the gate's product and the sum that it gives.
  const forward = tokens * (intermediate + 2 * hidden) * number
  const lastLayer = tokens * (layer.whole - (kept.attention > 0 ? layer.attention : 0))
  const held = [
    all + head,
    all + (kept.whole > 0 ? Math.max(forward, back) : forward + lastLayer),
    // Layers that are computed again hold all of theirs, when those that were kept whole are freed already.
    kept.whole < layers ? inputs + keptAttention + lastLayer + back : 0,
  ]
  const rotations = tokens * headSize * number
  return {
    activationsPerToken: {
      inputsOnly: layers * layer.input,
      everything: layers * (layer.input + layer.whole),
    },
    activations: all,
    temporaries: Math.max(...held) - all + rotations,
  }
}

/** As native/trainer/core/model.cpp has it: of how many layers what attention gave is kept, and everything. */
function keptLayers(
  bytes: { readonly attention: number; readonly whole: number },
  layers: number,
  affordable: number,
  isAttentionDearer: boolean,
) {
  const count = (room: number, each: number) => Math.min(layers, Math.max(0, Math.floor(room / each)))
  const rest = bytes.whole - bytes.attention
  if (isAttentionDearer) {
    const attention = count(affordable, bytes.attention)
    return { attention, whole: attention < layers ? 0 : count(affordable - layers * bytes.attention, rest) }
  }
  const whole = count(affordable, bytes.whole)
  return {
    attention: Math.min(layers, whole + count(affordable - whole * bytes.whole, bytes.attention)),
    whole,
  }
}

/** What a rank keeps of each, by the stage of ZeRO. */
function shareOf(stage: number, ranks: number) {
  const from = (first: number) => (stage >= first ? 1 / ranks : 1)
  return { optimizer: from(1), gradients: from(2), weights: from(3) }
}

/** Weights of a layer, or of the head or the embedding, whichever has most: what is whole at a time. */
function largestPart(shape: DecoderShape): number {
  const vocabulary = shape.vocabulary * shape.hidden
  const all = countWeights(decoderTensors(shape))
  const layers = all - vocabulary * (shape.tied ? 1 : 2) - shape.hidden
  return Math.max(vocabulary, layers / shape.layers)
}

/**
 * Of whatever draws the most. A prompt that answers share is there once, which is not counted on; recorded steps have a
 * page more, which rows that only fill up a shape write to.
 */
function mostPages(config: TrainConfig, pagesPerAnswer: number): number {
  const own = onPolicyOf(config)
  const { compile } = config.evaluation
  const drawings = [
    ...('rollout' in config ? [config.rollout] : []),
    ...(own ? [own] : []),
    ...(compile ? [{ batchSize: compile.batchSize, cudaGraphs: false }] : []),
  ]
  return Math.max(
    0,
    ...drawings.map(({ batchSize, cudaGraphs }) => batchSize * pagesPerAnswer + (cudaGraphs ? 1 : 0)),
  )
}

/** Bytes that training adds to the frozen model, and those of its weights that a checkpoint has. */
function trainedBytes({ engine: { numberType, training } }: TrainConfig, shape: DecoderShape) {
  const tensors = decoderTensors(shape)
  if (training.kind === 'lora') {
    const parameters = tensors
      .filter(({ role, name }) => role === 'linear' && training.targets.some((layer) => name.includes(layer)))
      .reduce((sum, { shape: [out, into] }) => sum + training.rank * (out! + into!), 0)
    const each = numberType === 'float64' ? 8 : 4
    const adapter = parameters * each
    return {
      parameters,
      adapter,
      gradients: adapter,
      gradientBytes: 0,
      optimizer: 2 * adapter,
      saved: adapter,
    }
  }
  const parameters = countWeights(tensors)
  const wide = numberType === 'float64'
  const gradientBytes = wide ? 8 : BYTES_OF[training.gradients]
  const moments = 2 * parameters * (wide ? 8 : BYTES_OF[training.moments])
  const master = numberType === 'bfloat16' && training.master ? 2 * parameters : 0
  return {
    parameters,
    adapter: 0,
    gradients: parameters * gradientBytes,
    gradientBytes,
    optimizer: moments + master,
    saved: parameters * BYTES_OF[numberType],
  }
}
