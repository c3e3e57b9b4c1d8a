/**
 * A model's config.json in, the sizes that its weights and its memory follow from out: Qwen3, Qwen2 and Llama, dense.
 * For plans and for making models; what the computation needs of the file, the engine reads itself.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../../config/user-error.ts'

export interface DecoderShape {
  readonly family: (typeof FAMILIES)[number]
  readonly vocabulary: number
  readonly hidden: number
  /** Width of the feed-forward part. */
  readonly intermediate: number
  readonly layers: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly headSize: number
  /** Whether the head is the embedding's matrix. */
  readonly tied: boolean
}

const FAMILIES = ['qwen3', 'qwen2', 'llama'] as const

const configSchema = z.object({
  model_type: z.enum(FAMILIES),
  vocab_size: z.int(),
  hidden_size: z.int(),
  intermediate_size: z.int(),
  num_hidden_layers: z.int(),
  num_attention_heads: z.int(),
  num_key_value_heads: z.int().optional(),
  head_dim: z.int().nullish(),
  tie_word_embeddings: z.boolean().optional(),
})

/** @throws UserError where there is no config.json, or one of another architecture */
export function readDecoderShape(folder: string): DecoderShape {
  const file = join(folder, 'config.json')
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UserError(
      `${file} cannot be read (${(error as Error).message}); name a model's folder in Hugging Face's format.`,
      { cause: error },
    )
  }
  const parsed = configSchema.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    throw new UserError(
      `"${issue.path.join('.')}" of ${file} is not what can be trained (${issue.message}); known are dense models of ${FAMILIES.join(', ')}.`,
    )
  }
  const config = parsed.data
  return {
    family: config.model_type,
    vocabulary: config.vocab_size,
    hidden: config.hidden_size,
    intermediate: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    keyValueHeads: config.num_key_value_heads ?? config.num_attention_heads,
    headSize: config.head_dim ?? config.hidden_size / config.num_attention_heads,
    tied: config.tie_word_embeddings ?? false,
  }
}

export interface TensorShape {
  readonly name: string
  readonly shape: readonly number[]
  /** What it is to those who initialise, adapt or count it. */
  readonly role: 'embedding' | 'linear' | 'head' | 'bias' | 'norm'
}

/** Every weight by the name that it has in a checkpoint; a linear layer's shape is [out, in]. */
export function decoderTensors(shape: DecoderShape): TensorShape[] {
  const { hidden, intermediate, heads, keyValueHeads, headSize, vocabulary, family } = shape
  const [queries, keys] = [heads * headSize, keyValueHeads * headSize]
  const layer = (index: number): TensorShape[] => {
    const at = (name: string) => `model.layers.${index}.${name}.weight`
    const linear = (name: string, out: number, into: number): TensorShape => ({
      name: at(name),
      shape: [out, into],
      role: 'linear',
    })
    const norm = (name: string, size: number): TensorShape => ({
      name: at(name),
      shape: [size],
      role: 'norm',
    })
    const bias = (name: string, size: number): TensorShape => ({
      name: `model.layers.${index}.${name}.bias`,
      shape: [size],
      role: 'bias',
    })
    return [
      norm('input_layernorm', hidden),
      linear('self_attn.q_proj', queries, hidden),
      linear('self_attn.k_proj', keys, hidden),
      linear('self_attn.v_proj', keys, hidden),
      ...(family === 'qwen2'
        ? [bias('self_attn.q_proj', queries), bias('self_attn.k_proj', keys), bias('self_attn.v_proj', keys)]
        : []),
      ...(family === 'qwen3' ? [norm('self_attn.q_norm', headSize), norm('self_attn.k_norm', headSize)] : []),
      linear('self_attn.o_proj', hidden, queries),
      norm('post_attention_layernorm', hidden),
      linear('mlp.gate_proj', intermediate, hidden),
      linear('mlp.up_proj', intermediate, hidden),
      linear('mlp.down_proj', hidden, intermediate),
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
