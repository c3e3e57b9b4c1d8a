/** What opening and calling a model refuses, in which words, and that the engine goes on afterwards. */
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { TokenBatch } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { randomBatch } from './batches.ts'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { TINY, type TinyConfig, writeRandomCheckpoint } from './random-checkpoint.ts'

const BATCH = randomBatch([[3, 5]], TINY.qwen3.vocab_size)

describe.skipIf(NO_ENGINE)(`opening a model ${NO_ENGINE ?? ''}`, () => {
  let folder: string
  let made = 0
  beforeEach(async () => {
    folder = await writeRandomCheckpoint(join(SCRATCH, `model ${made++}`), TINY.qwen3)
  })

  const refused = (code: string, words: RegExp) =>
    expect(openTiny(folder)).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
  const editConfig = (change: object) => editJson(join(folder, 'config.json'), change)

  it('says what it has opened', async () => {
    const { info } = await openTiny(folder)
    expect(info).toEqual({
      architecture: 'qwen3',
      vocabularySize: 97,
      layers: 3,
      hiddenSize: 32,
      maxPositions: 256,
      parameters: 37984,
      trainableParameters: 37984,
      kernels: 'torch',
    })
  })

  it('refuses a configuration by the name of what is not computed', async () => {
    await editConfig({ use_sliding_window: true })
    await refused('unsupported-model', /config\.json asks for .*use_sliding_window/)
    await editConfig({ use_sliding_window: false, num_experts: 8 })
    await refused('unsupported-model', /num_experts/)
  })

  it('refuses another architecture', async () => {
    await editConfig({ model_type: 'gpt2' })
    await refused('unsupported-model', /model_type/)
  })

  it('refuses weights that config.json has no place for, and the lack of others', async () => {
    await editConfig({ num_hidden_layers: 2 })
    await refused('bad-checkpoint', /holds model\.layers\.2\..*, which its config\.json has no place for/)
    await editConfig({ num_hidden_layers: 4 })
    await refused(
      'bad-checkpoint',
      /lacks 11 tensors, the first model\.layers\.3\.self_attn\.q_proj|lacks 11 tensors/,
    )
  })

  it('refuses weights of another shape', async () => {
    await editConfig({ intermediate_size: 48 })
    await refused(
      'bad-checkpoint',
      /gate_proj\.weight has the shape \[56, 32\] and config\.json asks for \[48, 32\]/,
    )
  })

  it('refuses a file that was cut off, and one that is none', async () => {
    const weights = join(folder, 'model.safetensors')
    await truncate(weights, 100_000)
    await refused('bad-checkpoint', /is shorter than its header says/)
    await writeFile(weights, 'not a header')
    await refused('bad-checkpoint', /cannot be read as safetensors/)
  })

  it('refuses weights that lie over each other, within an element, or are whole numbers', async () => {
    const weights = join(folder, 'model.safetensors')
    await editHeader(weights, (entries) => {
      const [first, second] = Object.values(entries)
      const length = second!.data_offsets[1]! - second!.data_offsets[0]!
      second!.data_offsets = [first!.data_offsets[0]!, first!.data_offsets[0]! + length]
    })
    await refused('bad-checkpoint', /lies over/)
    await editHeader(weights, (entries) => {
      for (const entry of Object.values(entries)) entry.data_offsets = entry.data_offsets.map((at) => at + 1)
    })
    await refused('bad-checkpoint', /begins within an element|shorter than its header/)
    await editHeader(weights, (entries) => {
      for (const entry of Object.values(entries)) {
        entry.dtype = 'I16'
        entry.shape = [...entry.shape.slice(0, -1), 2 * entry.shape.at(-1)!]
      }
    })
    await refused('bad-checkpoint', /is of type I16/)
  })

  it('refuses a shard elsewhere, and a pipe in the place of a file', async () => {
    const weights = join(folder, 'model.safetensors')
    await rename(weights, join(folder, 'part.safetensors'))
    const index = join(folder, 'model.safetensors.index.json')
    await writeFile(index, JSON.stringify({ weight_map: { 'model.norm.weight': '../../part.safetensors' } }))
    await refused('bad-checkpoint', /is no safetensors file beside it/)
    await rm(index)
    execFileSync('mkfifo', [weights])
    await refused('bad-checkpoint', /neither model\.safetensors nor/)
    await writeFile(index, JSON.stringify({ weight_map: { 'model.norm.weight': 'pipe.safetensors' } }))
    execFileSync('mkfifo', [join(folder, 'pipe.safetensors')])
    await refused('bad-checkpoint', /no regular file/)
    await rm(join(folder, 'config.json'))
    execFileSync('mkfifo', [join(folder, 'config.json')])
    await refused('bad-checkpoint', /no regular file/)
  })

  it('refuses a folder without weights or without a configuration', async () => {
    folder = join(SCRATCH, 'empty')
    await mkdir(folder, { recursive: true })
    await refused('bad-checkpoint', /config\.json cannot be read/)
    await writeFile(join(folder, 'config.json'), JSON.stringify(TINY.qwen3))
    await refused('bad-checkpoint', /neither model\.safetensors nor model\.safetensors\.index\.json/)
  })

  it('refuses a GPU where there is none', async ({ skip }) => {
    if (openTensorEngine().hasCuda) skip('there is a GPU')
    const model = openTiny(folder, { device: 'cuda' })
    await expect(model).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('says what the addon is missing for', () => {
    const open = () => openTensorEngine({ env: { GEPO_TRAINER: '/nowhere/trainer.node' } })
    expect(open).toThrow(/is not built here \(no \/nowhere\/trainer\.node\): run /)
  })
})

describe.skipIf(NO_ENGINE)(`an open model ${NO_ENGINE ?? ''}`, () => {
  const open = async (config: TinyConfig = TINY.qwen3) =>
    openTiny(await writeRandomCheckpoint(join(SCRATCH, `of ${config.num_hidden_layers} layers`), config))

  it('refuses batches that do not fit it, and works on', async () => {
    const model = await open()
    const refused = (batch: Partial<TokenBatch>, words: RegExp) =>
      expect(model.logProbs({ ...BATCH, ...batch })).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringMatching(words),
      })
    await refused({ ids: BATCH.ids.map((id, i) => (i === 2 ? 97 : id)) }, /Token 97 is outside/)
    await refused({ ids: BATCH.ids.map((id, i) => (i === 7 ? -1 : id)) }, /Token -1 is outside/)
    await refused({ offsets: Int32Array.of(0, 9) }, /offsets/)
    await refused({ offsets: Int32Array.of(1, 8) }, /offsets/)
    await refused({ promptLengths: Int32Array.of(8) }, /at least one token of prompt and one of response/)
    await refused({ promptLengths: Int32Array.of(0) }, /at least one token of prompt and one of response/)
    await refused({ promptLengths: Int32Array.of(3, 3) }, /one prompt length for each/)
    await refused(randomBatch([[100, 157]], 97), /Sequence 0 has 257 tokens and the model 256 positions/)
    await expect(model.backward(BATCH, { perSequence: Float64Array.of(1, 2) })).rejects.toMatchObject({
      code: 'bad-input',
    })
    await expect(model.backward(BATCH, { perToken: Float32Array.of(1) })).rejects.toMatchObject({
      code: 'bad-input',
    })
    expect((await model.logProbs(BATCH)).tokens).toHaveLength(5)
  })

  it('takes calls in their order, without waiting in between', async () => {
    const model = await open()
    const before = model.logProbs(BATCH)
    const backward = model.backward(BATCH, { perSequence: Float64Array.of(-1) })
    const step = model.step({ learningRate: 1e-2 })
    const after = model.logProbs(BATCH)
    const [first, second] = [await before, await after]
    await Promise.all([backward, step])
    expect(second.sums[0]!).toBeGreaterThan(first.sums[0]!)
  })

  it('stops in the middle of a call', async () => {
    const model = await open({ ...TINY.qwen3, num_hidden_layers: 40, max_position_embeddings: 4096 })
    const long = randomBatch(Array(8).fill([1000, 1000]), 97)
    const controller = new AbortController()
    const call = model.logProbs(long, { signal: controller.signal })
    setTimeout(() => controller.abort(), 50)
    await expect(call).rejects.toMatchObject({ code: 'aborted' })
    await expect(model.logProbs(BATCH, { signal: controller.signal })).rejects.toMatchObject({
      code: 'aborted',
    })
    expect((await model.logProbs(BATCH)).tokens).toHaveLength(5)
  })

  it('says what it was doing when memory ran out, and works on', async () => {
    const model = await open({ ...TINY.qwen3, max_position_embeddings: 2 ** 45 })
    const endless = { ids: Int32Array.of(1), offsets: Int32Array.of(0, 1), stopTokens: new Int32Array() }
    // Pages come as they are filled: one that is larger than all memory is the first that there is no room for.
    const endlessPage = { ...endless, maxNewTokens: 2 ** 44, pageSize: 2 ** 40 }
    await expect(model.generate(endlessPage)).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(
        /^Out of memory while making room for the keys and values of 1 responses, which wanted \d+ bytes more: lower batchSize, or maxNewTokens\.$/,
      ),
    })
    expect((await model.logProbs(BATCH)).tokens).toHaveLength(5)
  })

  it('is closed for good', async () => {
    const model = await open()
    await model.close()
    await model.close()
    await expect(model.logProbs(BATCH)).rejects.toMatchObject({ code: 'closed' })
  })

  it('is closed with its engine', async () => {
    const folder = await writeRandomCheckpoint(join(SCRATCH, 'of an engine'), TINY.qwen3)
    const engine = openTensorEngine({ threads: 1 })
    const options = { folder, device: 'cpu', numberType: 'float32', training: { kind: 'none' } } as const
    const model = await engine.openModel(options)
    await engine.close()
    await expect(model.logProbs(BATCH)).rejects.toMatchObject({ code: 'closed' })
    await expect(engine.openModel(options)).rejects.toMatchObject({ code: 'closed' })
  })
})

async function editJson(path: string, change: object): Promise<void> {
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), ...change }))
}

interface HeaderEntry {
  dtype: string
  shape: number[]
  data_offsets: number[]
}

/** A new checkpoint's header, edited in place of the old one: what follows stays where it is. */
async function editHeader(path: string, edit: (entries: Record<string, HeaderEntry>) => void): Promise<void> {
  const original = `${path}.original`
  const bytes = await readFile(original).catch(() => readFile(path))
  await writeFile(original, bytes)
  const length = Number(bytes.readBigUInt64LE())
  const { __metadata__, ...entries } = JSON.parse(bytes.subarray(8, 8 + length).toString())
  edit(entries)
  const header = Buffer.from(JSON.stringify({ ...(__metadata__ && { __metadata__ }), ...entries }))
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(header.length))
  await writeFile(path, Buffer.concat([prefix, header, bytes.subarray(8 + length)]))
}
