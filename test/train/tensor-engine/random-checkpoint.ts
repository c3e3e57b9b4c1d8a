/** Tiny models of random weights, written as checkpoints in Hugging Face's format. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { countOf, makeSafetensorsPrefix } from '../../../src/train/tensor-engine/safetensors.ts'

/** What config.json says; the rest is transformers' default. */
export interface TinyConfig {
  readonly model_type: 'llama' | 'qwen2' | 'qwen3'
  readonly vocab_size: number
  readonly hidden_size: number
  readonly intermediate_size: number
  readonly num_hidden_layers: number
  readonly num_attention_heads: number
  readonly num_key_value_heads: number
  readonly head_dim?: number
  readonly max_position_embeddings: number
  readonly tie_word_embeddings: boolean
  readonly attention_bias?: boolean
  readonly mlp_bias?: boolean
  readonly rope_theta?: number
  readonly rope_parameters?: object
}

const BASE = {
  vocab_size: 97,
  hidden_size: 32,
  intermediate_size: 56,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 256,
}

/** One model of each architecture, with grouped queries, tied and untied heads, and the biases that there are. */
export const TINY = {
  qwen3: {
    ...BASE,
    model_type: 'qwen3',
    head_dim: 16,
    tie_word_embeddings: true,
    rope_parameters: { rope_type: 'default', rope_theta: 1e6 },
  },
  qwen2: { ...BASE, model_type: 'qwen2', tie_word_embeddings: false },
  llama: {
    ...BASE,
    model_type: 'llama',
    attention_bias: true,
    mlp_bias: true,
    tie_word_embeddings: false,
    rope_parameters: {
      rope_type: 'llama3',
      rope_theta: 500000,
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
  },
} as const satisfies Record<string, TinyConfig>

/** Writes `config` with weights drawn by `seed`, in float32. */
export async function writeRandomCheckpoint(folder: string, config: TinyConfig, seed = 1): Promise<string> {
  const draw = normalNumbers(seed)
  const tensors = listWeights(config)
  const data = tensors.map(({ name, shape }) => {
    const isNorm = name.endsWith('norm.weight')
    // Large enough that attention is not uniform and every gradient differs clearly from zero.
    const scale = isNorm ? 0.2 : shape.length === 1 ? 0.1 : 0.15
    return Float32Array.from({ length: countOf(shape) }, () => (isNorm ? 1 : 0) + scale * draw())
  })
  const prefix = makeSafetensorsPrefix(tensors, { format: 'pt' })
  const bytes = data.map((values) => new Uint8Array(values.buffer))
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'model.safetensors'), Buffer.concat([prefix, ...bytes]))
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, rms_norm_eps: 1e-6 }))
  return folder
}

function listWeights(config: TinyConfig): { name: string; type: 'float32'; shape: number[] }[] {
  const { hidden_size: hidden, intermediate_size: inner, vocab_size: vocabulary } = config
  const headSize = config.head_dim ?? hidden / config.num_attention_heads
  const queries = config.num_attention_heads * headSize
  const keys = config.num_key_value_heads * headSize
  const isQwen2 = config.model_type === 'qwen2'
  const attentionBias = config.attention_bias ?? isQwen2
  const list: [string, number[]][] = [['model.embed_tokens.weight', [vocabulary, hidden]]]
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const add = (name: string, shape: number[]) => list.push([`model.layers.${i}.${name}`, shape])
    const addLinear = (name: string, rows: number, columns: number, hasBias: boolean) => {
      add(`${name}.weight`, [rows, columns])
      if (hasBias) add(`${name}.bias`, [rows])
    }
    add('input_layernorm.weight', [hidden])
    addLinear('self_attn.q_proj', queries, hidden, attentionBias)
    addLinear('self_attn.k_proj', keys, hidden, attentionBias)
    addLinear('self_attn.v_proj', keys, hidden, attentionBias)
    addLinear('self_attn.o_proj', hidden, queries, attentionBias && !isQwen2)
    if (config.model_type === 'qwen3') {
      add('self_attn.q_norm.weight', [headSize])
      add('self_attn.k_norm.weight', [headSize])
    }
    add('post_attention_layernorm.weight', [hidden])
    addLinear('mlp.gate_proj', inner, hidden, config.mlp_bias ?? false)
    addLinear('mlp.up_proj', inner, hidden, config.mlp_bias ?? false)
    addLinear('mlp.down_proj', hidden, inner, config.mlp_bias ?? false)
  }
  list.push(['model.norm.weight', [hidden]])
  if (!config.tie_word_embeddings) list.push(['lm_head.weight', [vocabulary, hidden]])
  return list.map(([name, shape]) => ({ name, type: 'float32', shape }))
}

/** Box and Muller's normal numbers from a 32-bit generator (mulberry32). */
export function normalNumbers(seed: number): () => number {
  const uniform = uniformNumbers(seed)
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

export function uniformNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
