/** Which config.json files are understood; what they mean is proven against transformers in parity.test.ts. */
import { describe, expect, it } from 'vitest'
import { readModelConfig } from '../../../src/train/tensor-engine/model-config.ts'
import { TINY } from './random-checkpoint.ts'

const read = (json: object) => readModelConfig(json, 'config.json')

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
    ['auto_map', { auto_map: { AutoModel: 'theirs.Model' } }],
    ['vocab_size', { vocab_size: undefined }],
    ['do not go together', { num_key_value_heads: 3 }],
  ])('is refused for its %s', (name, change) => {
    expect(() => read({ ...TINY.qwen3, ...change })).toThrow(name)
  })
})
