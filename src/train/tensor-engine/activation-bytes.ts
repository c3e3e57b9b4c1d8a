/** A model's shape in, what its activations take for each token of a pass out: what layers keep, and hold for a while. */
import type { ModelConfig } from './model-config.ts'
import type { NumberType } from './tensor-engine.ts'

export const BYTES_OF: Readonly<Record<NumberType, number>> = { float32: 4, bfloat16: 2, float64: 8 }

/** What the sizes of activations follow from. */
export type ActivationShape = Pick<
  ModelConfig,
  'hidden' | 'intermediate' | 'heads' | 'keyHeads' | 'headSize' | 'layers'
>

/** Bytes of a token in one layer. */
export interface LayerBytes {
  /** Always kept. */
  readonly input: number
  /** What attention gave. */
  readonly attention: number
  /** All that may be kept beside the input: that, and what products gave. */
  readonly whole: number
}

export function layerBytes(shape: ActivationShape, numberType: NumberType): LayerBytes {
  const { hidden, intermediate, heads, keyHeads, headSize } = shape
  const number = BYTES_OF[numberType]
  const [queries, keys] = [heads * headSize, keyHeads * headSize]
  // With it the logarithm of each head's sum.
  const attention = queries * number + heads * (numberType === 'float64' ? 8 : 4)
  // Queries, keys and values, the sum after attention, both halves of the feed-forward part. Norms and elementwise
  // products are cheap and computed again.
  return {
    input: hidden * number,
    attention,
    whole: attention + (queries + 2 * keys + hidden + 2 * intermediate) * number,
  }
}

/** The most tokens of a pass whose activations are all kept within `activationBytes`. */
export function tokensKeptWhole(
  shape: ActivationShape,
  numberType: NumberType,
  activationBytes: number,
): number {
  const { input, whole } = layerBytes(shape, numberType)
  return Math.floor(activationBytes / (shape.layers * (input + whole)))
}
