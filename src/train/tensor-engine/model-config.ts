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

/** Beyond it a number is damage or an attack: the largest models have 130 layers, heads of 512 and 300,000 entries. */
const size = z
  .int()
  .positive()
  .max(2 ** 24)
const layerCount = z.int().positive().max(10_000)
const headSize = z
  .int()
  .positive()
  .max(2 ** 14)
/** Has no part in what is computed here. */
const anything = z.unknown().optional()

/**
 * What transformers and the tools around it write into every config.json, whatever the architecture: how texts are
 * generated, how outputs are returned, labels of classifiers, where a file came from. None of it has a part in the
 * computation of logits.
 */
const BOOKKEEPING: ReadonlySet<string> = new Set([
  ...['model_name', 'name_or_path', 'transformers_version', 'transformers_weights', 'transformers.js_config'],
  ...[
    'dtype',
    'torch_dtype',
    'torchscript',
    'use_bfloat16',
    'use_cache',
    'initializer_range',
    'is_llama_config',
  ],
  ...[
    'bos_token_id',
    'eos_token_id',
    'pad_token_id',
    'sep_token_id',
    'unk_token_id',
    'cls_token_id',
    'mask_token_id',
  ],
  ...['decoder_start_token_id', 'forced_bos_token_id', 'forced_eos_token_id', 'suppress_tokens'],
  ...['begin_suppress_tokens', 'bad_words_ids', 'return_dict', 'return_dict_in_generate', 'output_scores'],
  ...['output_hidden_states', 'output_attentions', 'id2label', 'label2id', 'num_labels', 'problem_type'],
  ...['finetuning_task', 'task_specific_params', 'tokenizer_class', 'prefix', 'chunk_size_feed_forward'],
  ...[
    'max_length',
    'min_length',
    'do_sample',
    'early_stopping',
    'num_beams',
    'num_beam_groups',
    'diversity_penalty',
  ],
  ...[
    'temperature',
    'top_k',
    'top_p',
    'typical_p',
    'repetition_penalty',
    'length_penalty',
    'no_repeat_ngram_size',
  ],
  ...[
    'encoder_no_repeat_ngram_size',
    'num_return_sequences',
    'remove_invalid_values',
    'exponential_decay_length_penalty',
  ],
  ...['tf_legacy_loss', 'use_return_dict', 'generation_config'],
])

/** Private fields, which transformers leaves out when it writes a model anew, and those of a trainer. */
const PRIVATE = /^(?:_|unsloth_)/

/** Fields that change the computation only where they are set to more than this. */
const NOTHING: Readonly<Record<string, (value: unknown) => boolean>> = {
  quantization_config: (value) => value === null,
  auto_map: (value) => value === null,
  pruned_heads: (value) => isEmpty(value),
  tie_encoder_decoder: isFalse,
  is_decoder: (value) => typeof value === 'boolean',
  is_encoder_decoder: isFalse,
  add_cross_attention: isFalse,
  cross_attention_hidden_size: (value) => value === null,
  use_mrope: isFalse,
  rope_interleaved: isFalse,
}

function isFalse(value: unknown): boolean {
  return value === false || value === null
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value as object).length === 0)
}

/** The fields that may have a part in the computation. */
function computedFields(json: unknown): unknown {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return json
  return Object.fromEntries(
    Object.entries(json).filter(
      ([name, value]) => !BOOKKEEPING.has(name) && !PRIVATE.test(name) && !NOTHING[name]?.(value),
    ),
  )
}

const Rotary = z.strictObject({
  rope_type: z.enum(['default', 'linear', 'llama3', 'yarn']).optional(),
  type: z.enum(['default', 'linear', 'llama3', 'yarn']).optional(),
  rope_theta: z.number().positive().optional(),
  factor: z.number().positive().optional(),
  original_max_position_embeddings: size.optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  attention_factor: z.number().positive().nullish(),
  attn_factor: z.literal(1).nullish(),
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
  num_hidden_layers: layerCount,
  num_attention_heads: size,
  hidden_act: z.literal('silu').optional(),
  rms_norm_eps: z.number().positive().default(1e-6),
  tie_word_embeddings: z.boolean().default(false),
  rope_theta: z.number().positive().optional(),
  rope_scaling: Rotary.nullish(),
  rope_parameters: Rotary.nullish(),
  partial_rotary_factor: z.literal(1).optional(),
  // Without effect but in training.
  attention_dropout: z.number().min(0).max(1).optional(),
  layer_types: z.array(z.literal('full_attention')).nullish(),
  use_sliding_window: z.literal(false).optional(),
  // Without effect while use_sliding_window is false.
  sliding_window: anything,
  max_window_layers: anything,
}

const Config = z.discriminatedUnion('model_type', [
  z.strictObject({
    ...common,
    model_type: z.literal('llama'),
    num_key_value_heads: size.nullish(),
    head_dim: headSize.nullish(),
    max_position_embeddings: z.int().positive().default(2048),
    attention_bias: z.boolean().default(false),
    mlp_bias: z.boolean().default(false),
    pretraining_tp: z.literal(1).optional(),
  }),
  z.strictObject({
    ...common,
    model_type: z.literal('qwen2'),
    num_key_value_heads: size,
    head_dim: headSize.nullish(),
    max_position_embeddings: z.int().positive().default(32768),
  }),
  z.strictObject({
    ...common,
    model_type: z.literal('qwen3'),
    num_key_value_heads: size,
    head_dim: headSize.nullable().default(128),
    max_position_embeddings: z.int().positive().default(32768),
    attention_bias: z.boolean().default(false),
  }),
])

/**
 * @param json the parsed config.json
 * @param path of it, for the message
 * @param isTrained whether gradients will be taken, which is when a dropout would count
 * @throws EngineError of the kind `unsupported-model` that names the fields
 */
export function readModelConfig(
  json: unknown,
  path: string,
  { isTrained }: { isTrained: boolean },
): ModelConfig {
  const parsed = Config.safeParse(computedFields(json))
  if (!parsed.success) {
    const problems = z.prettifyError(parsed.error).replaceAll(/\s*\n\s*/g, ' ')
    throw new EngineError(
      'unsupported-model',
      `${path} asks for what the engine does not compute: ${problems}`,
    )
  }
  const config = parsed.data
  if (isTrained && config.attention_dropout) {
    throw new EngineError(
      'unsupported-model',
      `${path}: attention_dropout is ${config.attention_dropout}, and training here is without dropout: set it to 0.`,
    )
  }
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
