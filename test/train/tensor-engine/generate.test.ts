/** Drawing responses: greedy parity with transformers is in parity.test.ts, the rest here. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readWeightFiles } from '../../../src/train/tensor-engine/checkpoint-files.ts'
import type {
  Generated,
  GeneratedResponse,
  GenerationRequest,
} from '../../../src/train/tensor-engine/tensor-engine.ts'
import { largestDifference, randomBatch } from './batches.ts'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { TINY, writeRandomCheckpoint } from './random-checkpoint.ts'

const VOCABULARY = TINY.qwen3.vocab_size
const NO_STOP = new Int32Array()

describe.skipIf(NO_ENGINE)(`generation ${NO_ENGINE ?? ''}`, () => {
  const folder = join(SCRATCH, 'model')
  beforeAll(() => writeRandomCheckpoint(folder, TINY.qwen3))
  const open = () => openTiny(folder, { training: { kind: 'none' } })

  const prompts = promptsOf([3, 12, 1, 7, 7])
  const drawn = {
    ...prompts,
    maxNewTokens: 12,
    stopTokens: NO_STOP,
    temperature: 0.8,
    seeds: Uint32Array.of(5, 6, 7, 8, 9),
  }

  it('returns the log-probabilities that the model itself gives', async () => {
    const model = await open()
    const generated = await model.generate({ ...drawn, topP: 0.9, topK: 20 })
    const { tokens } = await model.logProbs(asBatch(prompts, generated))
    expect(largestDifference(generated.logProbs, tokens)).toBeLessThan(1e-5)
  })

  it('draws the same for a seed, whatever else is in the batch', async () => {
    const model = await open()
    const together = await model.generate(drawn)
    for (const batchSize of [1, 2]) {
      expect((await model.generate({ ...drawn, batchSize })).ids).toEqual(together.ids)
    }
    const others = await model.generate({ ...drawn, seeds: Uint32Array.of(5, 60, 70, 80, 90) })
    expect(responsesOf(others)[0]).toEqual(responsesOf(together)[0])
    expect(responsesOf(others)[1]).not.toEqual(responsesOf(together)[1])
  })

  it('gives the place of a response that has ended to the next prompt, and draws the same', async () => {
    const model = await open()
    const many = promptsOf([3, 12, 1, 7, 7, 20, 2, 5, 9])
    const options = {
      ...many,
      maxNewTokens: 30,
      stopTokens: Int32Array.of(3, 11, 40, 62, 90),
      temperature: 1,
      seeds: Uint32Array.from({ length: 9 }, (_, i) => 100 + i),
    }
    const alone = await model.generate({ ...options, batchSize: 1 })
    // They end at different times, so that places are taken one by one.
    expect(new Set(responsesOf(alone).map(({ length }) => length)).size).toBeGreaterThan(4)
    for (const batchSize of [2, 3, 8, 64]) {
      const together = await model.generate({ ...options, batchSize })
      expect(responsesOf(together)).toEqual(responsesOf(alone))
      expect(together.stopped).toEqual(alone.stopped)
      expect(largestDifference(together.logProbs, alone.logProbs)).toBeLessThan(1e-5)
    }
    const { tokens } = await model.logProbs(asBatch(many, alone))
    expect(largestDifference(alone.logProbs, tokens)).toBeLessThan(1e-5)
  })

  it('draws the same in steps of fixed shapes, as recorded ones have, while sequences come and go', async () => {
    const longer = { ...TINY.qwen3, max_position_embeddings: 512 }
    const model = await openTiny(await writeRandomCheckpoint(join(SCRATCH, 'longer'), longer), {
      training: { kind: 'none' },
    })
    // Past the first size of the window, and with numbers of rows that are no size.
    const many = promptsOf([250, 12, 1, 240, 7, 20, 245, 5, 9])
    const options = {
      ...many,
      maxNewTokens: 40,
      stopTokens: Int32Array.of(3, 11, 40),
      temperature: 1,
      seeds: Uint32Array.from({ length: 9 }, (_, i) => 300 + i),
    }
    for (const batchSize of [1, 3, 7, 64]) {
      const usual = await model.generate({ ...options, batchSize })
      const fixed = await model.generate({ ...options, batchSize, graphs: true })
      expect(fixed.ids).toEqual(usual.ids)
      expect(largestDifference(fixed.logProbs, usual.logProbs)).toBeLessThan(1e-5)
    }
  })

  it.each([
    { pageSize: 8, place: 'apart' },
    { pageSize: 64, place: 'to the pages of each' },
  ])(
    'reads a prompt once $place for several responses, which their seeds make different',
    async ({ pageSize }) => {
      const model = await open()
      const one = promptsOf([9])
      const options = {
        ids: Int32Array.from([0, 1, 2, 3].flatMap(() => [...one.ids])),
        offsets: Int32Array.of(0, 9, 18, 27, 36),
        maxNewTokens: 15,
        stopTokens: NO_STOP,
        temperature: 1,
        seeds: Uint32Array.of(1, 2, 1, 3),
        pageSize,
      }
      const [first, second, third, fourth] = responsesOf(await model.generate(options))
      expect(third).toEqual(first)
      expect(second).not.toEqual(first)
      expect(fourth).not.toEqual(first)
      expect(responsesOf(await model.generate({ ...options, batchSize: 1 }))[3]).toEqual(fourth)
    },
  )

  describe('of several prompts with several responses each', () => {
    const kinds = promptsOf([9, 30, 1, 17])
    // In an order in which no prompt's responses follow each other, one of them without a second.
    const order = [0, 1, 2, 0, 1, 2, 0, 3, 1, 0, 1, 1, 2, 0]
    const prompts = order.map((kind) => kinds.ids.slice(kinds.offsets[kind]!, kinds.offsets[kind + 1]!))
    const options = {
      ids: Int32Array.from(prompts.flatMap((prompt) => [...prompt])),
      offsets: Int32Array.from([0, ...prompts.map((_, i) => i + 1)], (count) =>
        prompts.slice(0, count).reduce((sum, { length }) => sum + length, 0),
      ),
      maxNewTokens: 40,
      stopTokens: Int32Array.of(3, 11, 40, 62, 90),
      temperature: 1,
      seeds: Uint32Array.from(order, (_, i) => 700 + i),
    }

    it('draws the same whoever shares a prompt, whatever the batch, and whatever the size of a page', async () => {
      const model = await open()
      const alone: number[][] = []
      for (const [i, ids] of prompts.entries()) {
        const one = {
          ...options,
          ids,
          offsets: Int32Array.of(0, ids.length),
          seeds: options.seeds.slice(i, i + 1),
        }
        alone.push(...responsesOf(await model.generate(one)))
      }
      expect(new Set(alone.map(({ length }) => length)).size).toBeGreaterThan(4)
      for (const batchSize of [1, 2, 5, 64]) {
        for (const pageSize of [1, 3, 16, 64, 1000]) {
          for (const graphs of [false, true]) {
            const drawn = await model.generate({ ...options, batchSize, pageSize, graphs })
            expect(responsesOf(drawn), `${batchSize} in pages of ${pageSize}`).toEqual(alone)
          }
        }
      }
    })

    it('draws the same while a prompt waits for its next response with none at work', async () => {
      const model = await open()
      const [first, second] = [0, 1].map((kind) =>
        kinds.ids.slice(kinds.offsets[kind], kinds.offsets[kind + 1]),
      ) as [Int32Array, Int32Array]
      const [one, both] = [first.length, first.length + second.length]
      const taken = {
        ids: Int32Array.of(...first, ...second, ...first, ...second),
        offsets: Int32Array.of(0, one, both, both + one, 2 * both),
        maxNewTokens: 12,
        temperature: 1,
        seeds: Uint32Array.of(1, 2, 3, 4),
        // Of which a prompt fills one, so that it lies apart.
        pageSize: 8,
      }
      const free = responsesOf(await model.generate({ ...taken, stopTokens: NO_STOP, batchSize: 1 }))
      const stop = free[0]![2]!
      // The first ends early, the second goes on, and the third has the first's prompt.
      expect(free[1]!.slice(0, 4)).not.toContain(stop)
      const options = { ...taken, stopTokens: Int32Array.of(stop) }
      const alone = await model.generate({ ...options, batchSize: 1 })
      const together = await model.generate({ ...options, batchSize: 2 })
      expect(together.ids).toEqual(alone.ids)
      expect(together.offsets).toEqual(alone.offsets)
      expect(largestDifference(together.logProbs, alone.logProbs)).toBeLessThan(1e-5)
    })

    it('gives the log-probabilities that the model itself gives', async () => {
      const model = await open()
      const drawn = await model.generate({ ...options, batchSize: 5, pageSize: 4 })
      const { tokens } = await model.logProbs(asBatch(options, drawn))
      expect(largestDifference(drawn.logProbs, tokens)).toBeLessThan(1e-5)
    })
  })

  describe('takes memory for', () => {
    /** Of a position: keys and values of all layers in float32. */
    const BYTES = TINY.qwen3.num_hidden_layers * 2 * TINY.qwen3.num_key_value_heads * TINY.qwen3.head_dim * 4
    const LONG = 200
    const longer = { ...TINY.qwen3, max_position_embeddings: 1024 }
    const folderOfLonger = join(SCRATCH, 'with room')
    beforeAll(() => writeRandomCheckpoint(folderOfLonger, longer))

    async function peakOf(answers: number, given: Partial<GenerationRequest>): Promise<number> {
      const model = await openTiny(folderOfLonger, { training: { kind: 'none' } })
      const { ids } = promptsOf([LONG])
      const { peakBytes } = await model.count(async () => {
        await model.generate({
          ids: Int32Array.from(Array.from({ length: answers }, () => [...ids]).flat()),
          offsets: Int32Array.from({ length: answers + 1 }, (_, i) => LONG * i),
          maxNewTokens: 16,
          stopTokens: NO_STOP,
          temperature: 1,
          seeds: Uint32Array.from({ length: answers }, (_, i) => i),
          pageSize: 8,
          ...given,
        })
      })
      return peakBytes
    }

    it('a prompt once, however many answers it gets', async () => {
      const [few, many] = [await peakOf(4, {}), await peakOf(64, {})]
      // Each further answer: two pages of its own, their copy while the cache grows, and a row of what a step computes.
      expect((many - few) / 60).toBeLessThan(BYTES * LONG * 0.5)
      expect(many).toBeLessThan(64 * LONG * BYTES * 0.5)
    })

    it('the answers that are at work, not for those that have ended', async () => {
      const [few, many] = [await peakOf(6, { batchSize: 4 }), await peakOf(60, { batchSize: 4 })]
      expect(many).toBeLessThan(1.1 * few)
    })

    it('the tokens that are drawn, not for those that may be', async () => {
      const [short, long] = [
        await peakOf(8, {}),
        await peakOf(8, { maxNewTokens: 800, stopTokens: allTokens() }),
      ]
      expect(long).toBeLessThan(1.1 * short)
    })

    it('the most pages that recorded steps can need, and not for the number that steps are rounded up to', async () => {
      // Of a page each, and one for rows that fill up a shape: 65 and 129, which are rounded up to 80 and 160.
      const pageSize = 256
      const peakOfPages = (count: number) =>
        peakOf(count, {
          graphs: true,
          pageSize,
          maxNewTokens: 3,
          ids: new Int32Array(count),
          offsets: Int32Array.from({ length: count + 1 }, (_, i) => i),
          batchSize: count,
        })
      const [few, many] = [await peakOfPages(64), await peakOfPages(128)]
      expect((many - few) / (64 * pageSize * BYTES)).toBeLessThan(1.1)
    })

    function allTokens() {
      return Int32Array.from({ length: VOCABULARY }, (_, id) => id)
    }
  })

  describe('after a sequence whose numbers are no numbers', () => {
    const NOT_A_NUMBER = VOCABULARY - 1
    const folderOfSpoilt = join(SCRATCH, 'spoilt')
    beforeAll(async () => {
      // Its head is its own, so that the token's numbers are in no other's logits.
      const path = join(await writeRandomCheckpoint(folderOfSpoilt, TINY.llama), 'model.safetensors')
      const [file] = await readWeightFiles(folderOfSpoilt)
      const { begin } = file!.tensors.find(({ name }) => name === 'model.embed_tokens.weight')!
      const row = new Float32Array(TINY.llama.hidden_size).fill(Number.NaN)
      const bytes = await readFile(path)
      bytes.set(new Uint8Array(row.buffer), begin + NOT_A_NUMBER * row.byteLength)
      await writeFile(path, bytes)
    })

    // The first ends at once and the last takes its place.
    const prompts = [promptOf(40, 1), promptOf(18, NOT_A_NUMBER), promptOf(20, 2)]
    const options = { maxNewTokens: 6, temperature: 1, pageSize: 16 }

    it.each([
      { batchSize: 1, graphs: false },
      { batchSize: 1, graphs: true },
      // Here its pages are moved while it is at work.
      { batchSize: 2, graphs: false },
    ])('draws the same in its pages: %j', async (given) => {
      const model = await openTiny(folderOfSpoilt, { training: { kind: 'none' } })
      const drawnOf = (ids: Int32Array, seed: number, stopTokens = NO_STOP) =>
        model.generate({
          ...options,
          ids,
          offsets: Int32Array.of(0, ids.length),
          seeds: Uint32Array.of(seed),
          stopTokens,
        })
      const [stop] = responsesOf(await drawnOf(prompts[0]!, 1))[0]!
      const stopTokens = Int32Array.of(stop!)
      const alone = await drawnOf(prompts[2]!, 3, stopTokens)
      expect(responsesOf(alone)[0]).not.toContain(NOT_A_NUMBER)
      const all = await model.generate({
        ...options,
        ...given,
        ids: Int32Array.from(prompts.flatMap((ids) => [...ids])),
        offsets: Int32Array.of(0, 40, 58, 78),
        seeds: Uint32Array.of(1, 2, 3),
        stopTokens,
      })
      const [first, second] = [all.offsets[1]!, all.offsets[2]!]
      expect(first).toBe(1)
      expect([...all.logProbs.slice(first, second)]).toEqual(Array(6).fill(Number.NaN))
      expect(responsesOf(all)[2]).toEqual(responsesOf(alone)[0])
      expect(largestDifference(all.logProbs.slice(second), alone.logProbs)).toBeLessThan(1e-5)
    })

    function promptOf(length: number, id: number) {
      return new Int32Array(length).fill(id)
    }
  })

  it('hands out each response as it ends, before the others have', async () => {
    const model = await open()
    const heard: GeneratedResponse[] = []
    let isOver = false
    const generated = await model.generate({
      ...drawn,
      maxNewTokens: 60,
      stopTokens: Int32Array.of(3, 11, 40, 62, 90),
      batchSize: 2,
      onResponse: (response) => {
        expect(isOver).toBe(false)
        heard.push(response)
      },
    })
    isOver = true
    expect(heard.map(({ prompt }) => prompt).sort()).toEqual([0, 1, 2, 3, 4])
    for (const { prompt, ids, logProbs, stopped } of heard) {
      const [from, to] = [generated.offsets[prompt]!, generated.offsets[prompt + 1]!]
      expect(ids).toEqual(generated.ids.slice(from, to))
      expect(logProbs).toEqual(generated.logProbs.slice(from, to))
      expect(stopped).toBe(generated.stopped[prompt] === 1)
    }
  })

  it('fails with what a listener throws, and works on', async () => {
    const model = await open()
    const failing = model.generate({
      ...drawn,
      onResponse: () => {
        throw new Error('a bug of the listener')
      },
    })
    await expect(failing).rejects.toThrow('a bug of the listener')
    expect((await model.generate(drawn)).ids).toHaveLength(5 * 12)
  })

  it('is greedy with one token to choose from', async () => {
    const model = await open()
    const greedy = await model.generate({ ...drawn, temperature: 0 })
    expect((await model.generate({ ...drawn, topK: 1 })).ids).toEqual(greedy.ids)
    expect((await model.generate({ ...drawn, topP: 1e-6 })).ids).toEqual(greedy.ids)
  })

  it('ends a response with a stop token and goes on with the others', async () => {
    const model = await open()
    const free = await model.generate(drawn)
    const stop = responsesOf(free)[1]![4]!
    const generated = await model.generate({ ...drawn, stopTokens: Int32Array.of(stop) })
    for (const [i, response] of responsesOf(generated).entries()) {
      const whole = responsesOf(free)[i]!
      const end = whole.indexOf(stop)
      expect(response).toEqual(end < 0 ? whole : whole.slice(0, end + 1))
      expect(generated.stopped[i]).toBe(end < 0 ? 0 : 1)
    }
    expect(generated.stopped[1]).toBe(1)
  })

  describe('draws as often as the probabilities say', () => {
    const DRAWS = 4000
    const one = promptsOf([5])
    const many = {
      ids: Int32Array.from({ length: 5 * DRAWS }, (_, i) => one.ids[i % 5]!),
      offsets: Int32Array.from({ length: DRAWS + 1 }, (_, i) => 5 * i),
    }

    async function compare(
      options: Partial<GenerationRequest>,
      expectedOf: (logits: Float64Array) => Float64Array,
    ) {
      const model = await open()
      const seeds = Uint32Array.from({ length: DRAWS }, (_, i) => i)
      const stopTokens = NO_STOP
      const { ids } = await model.generate({
        ...many,
        maxNewTokens: 1,
        stopTokens,
        seeds,
        batchSize: 1000,
        ...options,
      })
      const counts = new Float64Array(VOCABULARY)
      for (const id of ids) counts[id]!++
      const logits = await model.logits({
        ids: Int32Array.of(...one.ids, 0),
        offsets: Int32Array.of(0, 6),
        promptLengths: Int32Array.of(5),
      })
      const expected = expectedOf(Float64Array.from(logits))
      // Pearson's statistic is about its degrees of freedom, with a deviation of sqrt(2) times their root.
      let statistic = 0
      let kinds = 0
      for (const [id, probability] of expected.entries()) {
        if (probability === 0) expect(counts[id], `token ${id}`).toBe(0)
        if (probability * DRAWS < 5) continue
        kinds++
        statistic += (counts[id]! - probability * DRAWS) ** 2 / (probability * DRAWS)
      }
      expect(statistic).toBeLessThan(kinds + 5 * Math.sqrt(2 * kinds))
      expect(kinds).toBeGreaterThan(2)
    }

    it('of a temperature', () => compare({ temperature: 0.7 }, (logits) => softmax(logits, 0.7)))

    it('of the likeliest five', () =>
      compare({ temperature: 1, topK: 5 }, (logits) => keepFirst(softmax(logits, 1), (_, rank) => rank < 5)))

    it('of those that make up half', () =>
      compare({ temperature: 1.2, topP: 0.5 }, (logits) =>
        keepFirst(softmax(logits, 1.2), (probabilityBefore) => probabilityBefore < 0.5),
      ))
  })

  it('refuses what does not fit', async () => {
    const model = await open()
    const refused = (options: Partial<GenerationRequest>) =>
      expect(model.generate({ ...drawn, ...options })).rejects.toMatchObject({ code: 'bad-input' })
    await refused({ maxNewTokens: 300 })
    await refused({ maxNewTokens: 0 })
    await refused({ topP: 0 })
    await refused({ pageSize: 0 })
    await refused({ temperature: -1 })
    await refused({ seeds: Uint32Array.of(1) })
    await refused({ offsets: Int32Array.of(0, 0, 30) })
  })
})

function promptsOf(lengths: readonly number[]) {
  const offsets = [0]
  for (const length of lengths) offsets.push(offsets.at(-1)! + length)
  const { ids } = randomBatch([[offsets.at(-1)!, 0]], VOCABULARY, 3)
  return { ids, offsets: Int32Array.from(offsets) }
}

function responsesOf({ ids, offsets }: Generated): number[][] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => [...ids.subarray(offsets[i]!, offsets[i + 1]!)])
}

/** Prompts with what was generated for them. */
function asBatch(prompts: { ids: Int32Array; offsets: Int32Array }, generated: Generated) {
  const ids: number[] = []
  const offsets = [0]
  const promptLengths: number[] = []
  for (const [i, response] of responsesOf(generated).entries()) {
    const prompt = prompts.ids.subarray(prompts.offsets[i]!, prompts.offsets[i + 1]!)
    ids.push(...prompt, ...response)
    offsets.push(ids.length)
    promptLengths.push(prompt.length)
  }
  return {
    ids: Int32Array.from(ids),
    offsets: Int32Array.from(offsets),
    promptLengths: Int32Array.from(promptLengths),
  }
}

function softmax(logits: Float64Array, temperature: number): Float64Array {
  const weights = logits.map((logit) => Math.exp(logit / temperature))
  const total = weights.reduce((sum, weight) => sum + weight)
  return weights.map((weight) => weight / total)
}

/** The likeliest for which `keeps` holds, made to sum to one again. */
function keepFirst(
  probabilities: Float64Array,
  keeps: (probabilityBefore: number, rank: number) => boolean,
): Float64Array {
  const order = [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!)
  const kept = new Float64Array(probabilities.length)
  let before = 0
  for (const [rank, id] of order.entries()) {
    if (keeps(before, rank)) kept[id] = probabilities[id]!
    before += probabilities[id]!
  }
  const total = kept.reduce((sum, probability) => sum + probability)
  return kept.map((probability) => probability / total)
}
