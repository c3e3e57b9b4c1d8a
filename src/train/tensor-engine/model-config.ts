/**
 * A checkpoint's config.json in, what the engine computes out: Llama, Qwen2 and dense Qwen3 as transformers has them.
 * A field that is not known here might change the computation, so it is refused by name rather than ignored.
 */
import { z } from 'zod'
import { type RotaryParameters, rotaryFrequencies } from './rotary-frequencies.ts'
import { EngineError } from './tensor-engine.ts'

/** In the words of the native engine. */
export interface ModelConfig {
  readonly architecture: string
  readonly vocabulary: number
  readonly hidden: number
  readonly intermediate: number
  readonly layers: number
  readonly heads: number
  readonly keyHeads: number
  readonly headSize: number
  readonly maxPositions: number
  readonly normEpsilon: number
  readonly headNorms: boolean
  readonly qkvBias: boolean
  readonly outputBias: boolean
  readonly mlpBias: boolean
  readonly tied: boolean
  readonly rotaryFrequencies: Float64Array
  readonly rotaryScale: number
}

const size = z.int().positive()
/** Has no part in what is computed here. */
const anything = z.unknown().optional()

const Rotary = z.strictObject({
  rope_type: z.enum(['default', 'linear', 'llama3', 'yarn']).optional(),
  type: z.enum(['default', 'linear', 'llama3', 'yarn']).optional(),
  rope_theta: z.number().positive().optional(),
  factor: z.number().positive().optional(),
  original_max_position_embeddings: size.optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  attention_factor: z.number().positive().nullish(),
  beta_fast: z.number().positive().nullish(),
  beta_slow: z.number().positive().nullish(),
  mscale: z.number().nullish(),
  mscale_all_dim: z.number().nullish(),
  truncate: z.boolean().optional(),
  partial_rotary_factor: z.literal(1).optional(),
})

const common = {
  architectures: z.array(z.string()).optional(),
  vocab_size: size,
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  hidden_act: z.literal('silu').optional(),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  rope_theta: z.number().positive().optional(),
  rope_scaling: Rotary.nullish(),
  rope_parameters: Rotary.nullish(),
  partial_rotary_factor: z.literal(1).optional(),
  attention_dropout: z.literal(0).optional(),
  layer_types: z.array(z.literal('full_attention')).nullish(),
  use_sliding_window: z.literal(false).optional(),
  // Without effect while use_sliding_window is false.
  sliding_window: anything,
  max_window_layers: anything,
  dtype: anything,
  torch_dtype: anything,
  transformers_version: anything,
  use_cache: anything,
  bos_token_id: anything,
  eos_token_id: anything,
  pad_token_id: anything,
  initializer_range: anything,
  _name_or_path: anything,
}

const Config = z.discriminatedUnion('model_type', [
  z.strictObject({
    ...common,
    model_type: z.literal('llama'),
    num_key_value_heads: size.nullish(),
    head_dim: size.nullish(),
    max_position_embeddings: size.default(2048),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
    pretraining_tp: z.literal(1).optional(),
  }),
  z.strictObject({
    ...common,
    model_type: z.literal('qwen2'),
    num_key_value_heads: size,
    head_dim: size.nullish(),
    max_position_embeddings: size.default(32768),
  }),
  z.strictObject({
    ...common,
    model_type: z.literal('qwen3'),
    num_key_value_heads: size,
    head_dim: size.default(128),
    max_position_embeddings: size.default(32768),
    attention_bias: z.boolean().default(false),
  }),
])

/**
 * @param json the parsed config.json
 * @param path of it, for the message
 * @throws EngineError of the kind `unsupported-model` that names the fields
 */
export function readModelConfig(json: unknown, path: string): ModelConfig {
  const parsed = Config.safeParse(json)
  if (!parsed.success) {
    const problems = z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ')
    throw new EngineError(
      'unsupported-model',
      `${path} asks for what the engine does not compute: ${problems}`,
    )
  }
  const config = parsed.data
  const keyHeads = config.num_key_value_heads ?? config.num_attention_heads
  const headSize = config.head_dim ?? config.hidden_size / config.num_attention_heads
  if (config.num_attention_heads % keyHeads !== 0 || headSize % 2 !== 0) {
    throw new EngineError(
      'unsupported-model',
      `${path}: ${config.num_attention_heads} heads, ${keyHeads} key-value heads and a head size of ${headSize} do not go together.`,
    )
  }
  const rotary = rotaryFrequencies(headSize, config.max_position_embeddings, rotaryParameters(config, path))
  const bias = config.model_type === 'qwen2' || config.attention_bias
  return {
    architecture: config.model_type,
    vocabulary: config.vocab_size,
    hidden: config.hidden_size,
    intermediate: config.intermediate_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    keyHeads,
    headSize,
    maxPositions: config.max_position_embeddings,
    normEpsilon: config.rms_norm_eps,
    headNorms: config.model_type === 'qwen3',
    qkvBias: bias,
    outputBias: bias && config.model_type !== 'qwen2',
    mlpBias: config.model_type === 'llama' && config.mlp_bias,
    tied: config.tie_word_embeddings,
    rotaryFrequencies: rotary.frequencies,
    rotaryScale: rotary.scale,
  }
}

/** transformers 4 writes rope_theta and rope_scaling, transformers 5 rope_parameters for both. */
function rotaryParameters(config: z.infer<typeof Config>, path: string): RotaryParameters {
  const given = config.rope_parameters ?? config.rope_scaling ?? {}
  const theta = given.rope_theta ?? config.rope_theta ?? 10000
  const kind = given.rope_type ?? given.type ?? 'default'
  const need = (value: number | undefined, field: string) => {
    if (value !== undefined) return value
    throw new EngineError('unsupported-model', `${path}: rope type ${kind} needs the field ${field}.`)
  }
  const originalPositions = given.original_max_position_embeddings ?? config.max_position_embeddings
  switch (kind) {
    case 'default':
      return { kind, theta }
    case 'linear':
      return { kind, theta, factor: need(given.factor, 'factor') }
    case 'llama3':
      return {
        kind,
        theta,
        factor: need(given.factor, 'factor'),
        lowFactor: need(given.low_freq_factor, 'low_freq_factor'),
        highFactor: need(given.high_freq_factor, 'high_freq_factor'),
        originalPositions,
      }
    case 'yarn':
      return {
        kind,
        theta,
        factor: given.factor,
        originalPositions,
        attentionFactor: given.attention_factor ?? undefined,
        betaFast: given.beta_fast ?? 32,
        betaSlow: given.beta_slow ?? 1,
        mscale: given.mscale ?? undefined,
        mscaleAll: given.mscale_all_dim ?? undefined,
        truncate: given.truncate ?? true,
      }
  }
}
