import type { DecoderShape } from '../../../src/train/model/decoder-tensors.ts'

/** Of its published config.json. */
export const QWEN3_8B: DecoderShape = {
  vocabulary: 151_936,
  hidden: 4096,
  intermediate: 12_288,
  layers: 36,
  heads: 32,
  keyHeads: 8,
  headSize: 128,
  headNorms: true,
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
  tied: false,
}
