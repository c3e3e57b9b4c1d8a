/** A model's configuration in, its weights by name and shape out: for plans, and for making models. */
import type { ModelConfig } from '../tensor-engine/model-config.ts'

/** What the weights follow from. */
export type DecoderShape = Pick<
  ModelConfig,
  | 'vocabulary'
  | 'hidden'
  | 'intermediate'
  | 'layers'
  | 'heads'
  | 'keyHeads'
  | 'headSize'
  | 'headNorms'
  | 'qkvBias'
  | 'outputBias'
  | 'mlpBias'
  | 'tied'
>

export interface TensorShape {
  readonly name: string
  readonly shape: readonly number[]
  /** What it is to those who initialise, adapt or count it. */
  readonly role: 'embedding' | 'linear' | 'head' | 'bias' | 'norm'
}

/** Every weight by the name that it has in a checkpoint; a linear layer's shape is [out, in]. */
export function decoderTensors(shape: DecoderShape): TensorShape[] {
  const { hidden, intermediate, heads, keyHeads, headSize, vocabulary } = shape
  const [queries, keys] = [heads * headSize, keyHeads * headSize]

  const layer = (index: number): TensorShape[] => {
    const prefix = `model.layers.${index}`
    const norm = (name: string, size: number): TensorShape => ({
      name: `${prefix}.${name}.weight`,
      shape: [size],
      role: 'norm',
    })
    const linear = (name: string, out: number, into: number, hasBias: boolean): TensorShape[] => [
      { name: `${prefix}.${name}.weight`, shape: [out, into], role: 'linear' },
      ...(hasBias ? [{ name: `${prefix}.${name}.bias`, shape: [out], role: 'bias' } as const] : []),
    ]
    return [
      norm('input_layernorm', hidden),
      ...linear('self_attn.q_proj', queries, hidden, shape.qkvBias),
      ...linear('self_attn.k_proj', keys, hidden, shape.qkvBias),
      ...linear('self_attn.v_proj', keys, hidden, shape.qkvBias),
      ...linear('self_attn.o_proj', hidden, queries, shape.outputBias),
      ...(shape.headNorms ? [norm('self_attn.q_norm', headSize), norm('self_attn.k_norm', headSize)] : []),
      norm('post_attention_layernorm', hidden),
      ...linear('mlp.gate_proj', intermediate, hidden, shape.mlpBias),
      ...linear('mlp.up_proj', intermediate, hidden, shape.mlpBias),
      ...linear('mlp.down_proj', hidden, intermediate, shape.mlpBias),
    ]
  }
  return [
    { name: 'model.embed_tokens.weight', shape: [vocabulary, hidden], role: 'embedding' },
    ...Array.from({ length: shape.layers }, (_, index) => layer(index)).flat(),
    { name: 'model.norm.weight', shape: [hidden], role: 'norm' },
    ...(shape.tied ? [] : [{ name: 'lm_head.weight', shape: [vocabulary, hidden], role: 'head' } as const]),
  ]
}

export function countWeights(tensors: readonly TensorShape[]): number {
  return tensors.reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0)
}
