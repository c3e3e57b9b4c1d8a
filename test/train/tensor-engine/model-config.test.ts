/** Which config.json files are understood; what they mean is proven against transformers in parity.test.ts. */
import { describe, expect, it } from 'vitest'
import { readModelConfig } from '../../../src/train/tensor-engine/model-config.ts'
import { TINY } from './random-checkpoint.ts'

const read = (json: object, isTrained = true) => readModelConfig(json, 'config.json', { isTrained })

describe('config.json', () => {
  it('of transformers 4 means what that of transformers 5 means', () => {
    const { rope_parameters, ...rest } = TINY.llama
    const { rope_theta, ...scaling } = rope_parameters
    expect(read({ ...rest, rope_theta, rope_scaling: scaling })).toEqual(read(TINY.llama))
  })

  it('may use the older name of the kind of scaling', () => {
    const { rope_type, ...rest } = TINY.llama.rope_parameters
    expect(read({ ...TINY.llama, rope_parameters: { type: rope_type, ...rest } })).toEqual(read(TINY.llama))
  })

  it('may leave out what transformers has a default for', () => {
    const { head_dim: _, rope_parameters: __, ...rest } = TINY.qwen3
    const config = read(rest)
    expect(config).toMatchObject({ headSize: 128, normEpsilon: 1e-6, qkvBias: false })
    expect(config.rotaryFrequencies[63]).toBeCloseTo(10000 ** -(126 / 128), 10)
  })

  it('may hold what has no part in the computation', () => {
    const plain = read(TINY.qwen3)
    const { rope_parameters: _, ...others } = TINY.qwen3
    for (const [base, fields] of [
      [TINY.qwen3, { _name_or_path: 'a/b', _model_name_or_path: 'a/b', unk_token_id: 0, use_mrope: false }],
      [TINY.qwen3, { is_llama_config: true, rope_interleaved: false, pruned_heads: {}, is_decoder: true }],
      [TINY.qwen3, { unsloth_fixed: true, unsloth_version: '2026.1', _attn_implementation_autoset: true }],
      [TINY.qwen3, { quantization_config: null, auto_map: null, 'transformers.js_config': { dtype: 'q4' } }],
      [TINY.qwen3, { id2label: { 0: 'LABEL_0' }, label2id: { LABEL_0: 0 }, temperature: 0.7, top_p: 0.9 }],
      [others, { rope_parameters: TINY.qwen3.rope_parameters, torchscript: false, output_attentions: false }],
    ] as const) {
      expect(read({ ...base, ...fields }), JSON.stringify(fields)).toEqual(plain)
    }
  })

  it('may spell out that the width is shared by the heads', () => {
    const { hidden_size, num_attention_heads } = TINY.llama
    expect(read({ ...TINY.llama, head_dim: null }).headSize).toBe(hidden_size / num_attention_heads)
    expect(read({ ...TINY.qwen3, head_dim: null }).headSize).toBe(
      TINY.qwen3.hidden_size / TINY.qwen3.num_attention_heads,
    )
  })

  it('may say that yarn multiplies attention by 1', () => {
    const yarn = { rope_type: 'yarn', rope_theta: 1e6, factor: 4 }
    expect(read({ ...TINY.qwen3, rope_parameters: { ...yarn, attn_factor: 1 } })).toEqual(
      read({ ...TINY.qwen3, rope_parameters: yarn }),
    )
  })

  it('may have a dropout where nothing is trained', () => {
    expect(read({ ...TINY.qwen3, attention_dropout: 0.1 }, false)).toEqual(read(TINY.qwen3))
  })

  it('has biases where the architecture has them', () => {
    expect(read(TINY.qwen2)).toMatchObject({
      qkvBias: true,
      outputBias: false,
      mlpBias: false,
      headNorms: false,
    })
    expect(read(TINY.llama)).toMatchObject({
      qkvBias: true,
      outputBias: true,
      mlpBias: true,
      headNorms: false,
    })
    expect(read(TINY.qwen3)).toMatchObject({ qkvBias: false, outputBias: false, headNorms: true })
  })

  it.each([
    ['hidden_act', { hidden_act: 'gelu' }],
    ['attention_dropout', { attention_dropout: 0.1 }],
    ['quantization_config', { quantization_config: { bits: 4 } }],
    ['layer_types', { layer_types: ['full_attention', 'sliding_attention', 'full_attention'] }],
    ['rope_type', { rope_parameters: { rope_type: 'dynamic', factor: 2 } }],
    ['rope_type', { rope_parameters: { rope_type: 'longrope', factor: 2 } }],
    ['partial_rotary_factor', { rope_parameters: { rope_type: 'default', partial_rotary_factor: 0.5 } }],
    ['factor', { rope_parameters: { rope_type: 'linear' } }],
    ['use_mrope', { use_mrope: true }],
    ['rope_interleaved', { rope_interleaved: true }],
    ['attn_factor', { rope_parameters: { rope_type: 'yarn', factor: 4, attn_factor: 2 } }],
    ['num_hidden_layers', { num_hidden_layers: 2 ** 31 }],
    ['head_dim', { head_dim: 2 ** 33 }],
    ['an_option_of_tomorrow', { an_option_of_tomorrow: false }],
    ['auto_map', { auto_map: { AutoModel: 'theirs.Model' } }],
    ['vocab_size', { vocab_size: undefined }],
    ['do not go together', { num_key_value_heads: 3 }],
  ])('is refused for its %s', (name, change) => {
    expect(() => read({ ...TINY.qwen3, ...change })).toThrow(name)
  })
})
