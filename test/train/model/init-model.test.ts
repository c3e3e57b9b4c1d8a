import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openTrainingRows } from '../../../src/store/training-rows.ts'
import { type InitModelOptions, initModel } from '../../../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../../../src/train/model/model-sizes.ts'
import { readModelConfig } from '../../../src/train/tensor-engine/model-config.ts'
import { loadTokenizer } from '../../../src/train/tokenizer/load-tokenizer.ts'
import { makeTinyWorld } from '../run/tiny-run.ts'

const world = makeTinyWorld(12)
const root = mkdtempSync(join(tmpdir(), 'gepo-init-'))
afterAll(() => {
  for (const folder of [world.folder, root]) rmSync(folder, { recursive: true, force: true })
})

async function make(name: string, given: Partial<InitModelOptions> = {}) {
  const rows = openTrainingRows(world.database)
  const out = join(root, name)
  try {
    const summary = await initModel(rows, {
      ...MODEL_SIZES.tiny,
      out,
      seed: 1,
      maxPositions: 512,
      textBytes: 1e6,
      ...given,
    })
    return { summary, out }
  } finally {
    rows.close()
  }
}

describe('a new model', () => {
  it("is a folder in Hugging Face's format", async () => {
    const { out, summary } = await make('whole')
    expect(readdirSync(out).sort()).toEqual([
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    const tokenizer = await loadTokenizer(out)
    const config = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))
    expect(readModelConfig(config, 'config.json', { isTrained: true })).toMatchObject({
      architecture: 'qwen3',
      hidden: 64,
      layers: 2,
      vocabulary: summary.vocabulary,
    })
    expect(config.eos_token_id).toBe(tokenizer.end.id)
    expect(config.max_position_embeddings).toBe(512)
  })

  it('has every weight that its configuration asks for, of the right shape', async () => {
    const { out, summary } = await make('weights')
    const { header, values } = readSafetensors(join(out, 'model.safetensors'))
    const numbers = Object.values(header).reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1),
      0,
    )
    expect(numbers).toBe(summary.parameters)
    expect(Object.keys(header)).toHaveLength(2 * 11 + 2)
    expect(header['model.embed_tokens.weight']!.shape).toEqual([summary.vocabulary, 64])
    expect(header['model.layers.1.self_attn.k_proj.weight']!.shape).toEqual([32, 64])
    expect(new Set(values('model.layers.0.self_attn.q_norm.weight'))).toEqual(new Set([1]))
  })

  it('has normal numbers of deviation 0.02 in its matrices', async () => {
    const { out } = await make('normal')
    const numbers = readSafetensors(join(out, 'model.safetensors')).values(
      'model.layers.0.mlp.up_proj.weight',
    )
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
    const moment = (power: number) =>
      numbers.reduce((sum, value) => sum + (value - mean) ** power, 0) / numbers.length
    // Of 12,288 numbers: standard errors 0.0002, 0.6% and 0.04.
    expect(Math.abs(mean)).toBeLessThan(0.001)
    expect(Math.sqrt(moment(2))).toBeCloseTo(0.02, 3)
    expect(moment(4) / moment(2) ** 2).toBeGreaterThan(2.8)
    expect(moment(4) / moment(2) ** 2).toBeLessThan(3.2)
  })

  it('is the same for the same seed, and another for another', async () => {
    const bytes = async (name: string, seed: number) => {
      const { out } = await make(name, { seed })
      return readFileSync(join(out, 'model.safetensors')).toString('hex')
    }
    const [a, again, b] = [await bytes('a', 1), await bytes('again', 1), await bytes('b', 2)]
    expect(again).toBe(a)
    expect(b).not.toBe(a)
  })

  it('overwrites nothing', async () => {
    await make('there')
    await expect(make('there')).rejects.toThrow(/exists already; name a new folder/)
  })

  it('needs groups to make its tokenizer from', async () => {
    const empty = makeTinyWorld(1)
    const rows = openTrainingRows(empty.database)
    const out = join(root, 'empty')
    const options = { ...MODEL_SIZES.tiny, out, seed: 1, maxPositions: 512, textBytes: 1e6 }
    await expect(initModel(rows, options)).rejects.toThrow(/has no group of split train/)
    expect(existsSync(out)).toBe(false)
    rows.close()
  })
})

function readSafetensors(path: string) {
  const file = readFileSync(path)
  const start = 8 + Number(file.readBigUInt64LE())
  const { __metadata__: _, ...header } = JSON.parse(file.toString('utf8', 8, start)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >
  const values = (name: string): Float32Array => {
    const [from, to] = header[name]!.data_offsets
    const bytes = Uint8Array.from(file.subarray(start + from, start + to))
    return new Float32Array(bytes.buffer)
  }
  return { header, values }
}
