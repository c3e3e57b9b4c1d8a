/** Models of random weights: their config.json is all that is on disk, and the engine draws the weights on the device. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DecoderShape } from '../../src/train/model/decoder-tensors.ts'
import { readModelConfig } from '../../src/train/tensor-engine/model-config.ts'
import type { NativeModel } from '../../src/train/tensor-engine/native-model.ts'
import type { Device, OpenModelOptions, TensorEngine } from '../../src/train/tensor-engine/tensor-engine.ts'

const COMMON = {
  architectures: ['Qwen3ForCausalLM'],
  model_type: 'qwen3',
  attention_bias: false,
  attention_dropout: 0,
  hidden_act: 'silu',
  initializer_range: 0.02,
  max_position_embeddings: 40_960,
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000,
}
/** As its published config.json has it. */
const QWEN3_8B = {
  ...COMMON,
  vocab_size: 151_936,
  hidden_size: 4096,
  intermediate_size: 12_288,
  num_hidden_layers: 36,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  tie_word_embeddings: false,
}
const TINY = {
  ...COMMON,
  vocab_size: 1024,
  hidden_size: 64,
  intermediate_size: 192,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  head_dim: 16,
  tie_word_embeddings: false,
}
export const WEIGHTS_SEED = 1

export interface LargeModel {
  readonly folder: string
  readonly shape: DecoderShape
}

/** The folder of a Qwen3-8B without its weights, or of a very small model. */
export function writeLargeModel(scratch: string, tiny: boolean): LargeModel {
  const folder = join(scratch, tiny ? 'tiny' : 'qwen3-8b')
  const config = tiny ? TINY : QWEN3_8B
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.json'), JSON.stringify(config))
  return { folder, shape: readModelConfig(config, folder, { isTrained: true }) }
}

export function openLargeModel(
  engine: TensorEngine,
  model: LargeModel,
  device: Device,
  options: Omit<OpenModelOptions, 'folder' | 'device' | 'randomWeights'>,
): Promise<NativeModel> {
  const opened = engine.openModel({ ...options, folder: model.folder, device, randomWeights: WEIGHTS_SEED })
  // Measuring looks at what the interface does not show.
  return opened as Promise<NativeModel>
}
