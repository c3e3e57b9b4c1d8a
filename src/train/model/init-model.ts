/**
 * Groups and a size in, the folder of a new model out: Qwen3's architecture with random weights, and a tokenizer
 * made from the groups' own texts. It can do nothing yet, and everything can be tried on it without a download.
 * The same groups, sizes and seed give the same files.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../base/user-error.ts'
import { writeFolderAtomically } from '../../base/write-atomically.ts'
import type { TrainingRows } from '../../store/training-rows.ts'
import { type MadeTokenizer, makeTokenizer } from '../tokenizer/make-tokenizer.ts'
import { countWeights, type DecoderShape, decoderTensors } from './decoder-tensors.ts'
import { INITIAL_DEVIATION, initialValues } from './initial-values.ts'
import { writeSafetensors } from './write-safetensors.ts'

/** What Qwen3's dense models have in common, and the tied head of its small ones. */
const QWEN3 = { headNorms: true, qkvBias: false, outputBias: false, mlpBias: false, tied: true } as const

export interface NewModelOptions extends Omit<DecoderShape, keyof typeof QWEN3> {
  readonly out: string
  readonly seed: number
  /** The longest sequence that it may be given. */
  readonly maxPositions: number
}

export interface InitModelOptions extends NewModelOptions {
  /** Text that the tokenizer is made from, at most; groups of the train split by their ids until then. */
  readonly textBytes: number
}

export interface InitModelSummary {
  readonly out: string
  readonly parameters: number
  /** Entries that the texts gave; asked for is the most. */
  readonly vocabulary: number
  readonly groups: number
}

/** @throws UserError where the folder exists already or the groups are none */
export async function initModel(rows: TrainingRows, options: InitModelOptions): Promise<InitModelSummary> {
  const { textBytes, ...model } = options
  refuseExisting(options.out)
  const { texts, groups } = readTexts(rows, textBytes)
  if (groups === 0) {
    throw new UserError(
      `${rows.path} has no group of split train, whose texts the tokenizer is made from; build more.`,
    )
  }
  return { ...(await makeModel(texts, model)), groups }
}

/**
 * The same from any texts.
 *
 * @throws UserError where the folder exists already
 */
export async function makeModel(
  texts: readonly string[],
  { out, seed, maxPositions, vocabulary: most, ...sizes }: NewModelOptions,
): Promise<Omit<InitModelSummary, 'groups'>> {
  refuseExisting(out)
  const tokenizer = makeTokenizer(texts, most)
  const shape: DecoderShape = { ...sizes, ...QWEN3, vocabulary: tokenizer.vocabularySize }
  const tensors = decoderTensors(shape)
  await writeFolderAtomically(out, async (folder) => {
    const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
    for (const [name, text] of Object.entries(tokenizer.files)) write(name, text)
    write('config.json', `${JSON.stringify(modelConfig(shape, tokenizer, maxPositions), undefined, 2)}\n`)
    write('generation_config.json', `${JSON.stringify(generationConfig(tokenizer), undefined, 2)}\n`)
    writeSafetensors(join(folder, 'model.safetensors'), tensors, (tensor) => initialValues(tensor, seed))
  })
  return { out, parameters: countWeights(tensors), vocabulary: shape.vocabulary }
}

function refuseExisting(out: string): void {
  if (existsSync(out)) throw new UserError(`${out} exists already; name a new folder, or remove it.`)
}

function readTexts(
  rows: TrainingRows,
  maxBytes: number,
): { readonly texts: string[]; readonly groups: number } {
  const texts: string[] = []
  let bytes = 0
  let groups = 0
  for (const id of rows.groupIds('train')) {
    if (bytes >= maxBytes) break
    const { code, winners, losers } = rows.group(id)
    for (const text of [code, ...winners.map(({ ir }) => ir), ...losers.map(({ ir }) => ir)]) {
      texts.push(text)
      bytes += Buffer.byteLength(text)
    }
    groups++
  }
  return { texts, groups }
}

function modelConfig(shape: DecoderShape, { endId, paddingId }: MadeTokenizer, maxPositions: number) {
  return {
    architectures: ['Qwen3ForCausalLM'],
    model_type: 'qwen3',
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: null,
    eos_token_id: endId,
    pad_token_id: paddingId,
    head_dim: shape.headSize,
    hidden_act: 'silu',
    hidden_size: shape.hidden,
    initializer_range: INITIAL_DEVIATION,
    intermediate_size: shape.intermediate,
    max_position_embeddings: maxPositions,
    num_attention_heads: shape.heads,
    num_hidden_layers: shape.layers,
    num_key_value_heads: shape.keyHeads,
    rms_norm_eps: 1e-6,
    rope_scaling: null,
    rope_theta: 1_000_000,
    sliding_window: null,
    tie_word_embeddings: shape.tied,
    torch_dtype: 'float32',
    use_cache: true,
    use_sliding_window: false,
    vocab_size: shape.vocabulary,
  }
}

function generationConfig({ endId, paddingId }: MadeTokenizer) {
  return { eos_token_id: [endId, paddingId], pad_token_id: paddingId, do_sample: false }
}
