/**
 * Drawing from Qwen3-8B, one answer and 64 at a time, with and without CUDA graphs, and eight answers to each of eight
 * prompts. Its greedy ids are kept for the part `beside`.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import type { Generated } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { largestDifference } from '../../../test/train/tensor-engine/batches.ts'
import { gib, readContext, round, tell, timed, usedGpuBytes } from '../context.ts'
import { makeGroup } from '../make-group.ts'
import { openLargeModel, WEIGHTS_SEED, writeLargeModel } from '../models.ts'

const { device, tiny, scratch } = readContext()
const large = writeLargeModel(scratch, tiny)
const engine = openTensorEngine()
const options = { numberType: 'bfloat16', training: { kind: 'none' } } as const
const { result: model, seconds } = await timed(() => openLargeModel(engine, large, device, options))
tell({ openSeconds: round(seconds) })

const PROMPT = tiny ? 8 : 256
const NEW_TOKENS = tiny ? 12 : 128
const ROWS = 64
const drawn = makeGroup(large.shape.vocabulary, { promptTokens: 1, responseTokens: ROWS * PROMPT })
  .responses[0]!
const prompts = Array.from({ length: ROWS }, (_, i) => drawn.subarray(i * PROMPT, (i + 1) * PROMPT))
const answers: Record<string, number[][]> = {}

function generate(rows: number, graphs: boolean, temperature: number, from = prompts): Promise<Generated> {
  return model.generate({
    ids: Int32Array.from(from.slice(0, rows).flatMap((ids) => [...ids])),
    offsets: Int32Array.from({ length: rows + 1 }, (_, i) => i * PROMPT),
    maxNewTokens: NEW_TOKENS,
    stopTokens: new Int32Array(),
    temperature,
    seeds: Uint32Array.from({ length: rows }, (_, i) => i),
    batchSize: rows,
    graphs,
  })
}

/** How far what was said while drawing is from what a whole pass over prompts and answers says. */
async function disagreement({ ids, offsets, logProbs }: Generated, from = prompts): Promise<number> {
  const rows = offsets.length - 1
  const sequences = Array.from({ length: rows }, (_, i) => [
    ...from[i]!,
    ...ids.subarray(offsets[i], offsets[i + 1]),
  ])
  const { tokens } = await model.logProbs({
    ids: Int32Array.from(sequences.flat()),
    offsets: Int32Array.from({ length: rows + 1 }, (_, i) => i * (PROMPT + NEW_TOKENS)),
    promptLengths: new Int32Array(rows).fill(PROMPT),
  })
  return largestDifference(logProbs, tokens)
}

for (const rows of [1, ROWS]) {
  for (const graphs of [false, true]) {
    const name = `${rows}${graphs ? 'ByGraphs' : ''}`
    // Once for handles and workspaces; graphs are recorded anew by every call.
    await generate(rows, graphs, 0)
    const greedy = await timed(() => generate(rows, graphs, 0))
    const sampled = await timed(() => generate(rows, graphs, 1))
    const tokens = rows * NEW_TOKENS
    answers[name] = Array.from({ length: rows }, (_, i) => [
      ...greedy.result.ids.subarray(greedy.result.offsets[i]!, greedy.result.offsets[i + 1]!),
    ])
    tell({
      [`rows${name}`]: {
        tokens,
        greedyTokensPerSecond: round(tokens / greedy.seconds, 4),
        sampledTokensPerSecond: round(tokens / sampled.seconds, 4),
        millisecondsPerToken: round((greedy.seconds / NEW_TOKENS) * 1000, 4),
        farthestLogProb: round(await disagreement(sampled.result)),
      },
    })
  }
  const same = answers[`${rows}`]!.filter((ids, i) => `${ids}` === `${answers[`${rows}ByGraphs`]![i]}`).length
  tell({ [`same${rows}`]: `${same} of ${rows} greedy answers are the same by graphs` })
}
// Eight answers to each prompt, which is read once for them.
const ofEight = prompts.map((_, i) => prompts[Math.floor(i / 8)]!)
await generate(ROWS, false, 1, ofEight)
const together = await timed(() => generate(ROWS, false, 1, ofEight))
tell({
  [`rows${ROWS}OfSharedPrompts`]: {
    sampledTokensPerSecond: round((ROWS * NEW_TOKENS) / together.seconds, 4),
    farthestLogProb: round(await disagreement(together.result, ofEight)),
  },
})
const { devicePeak } = await model.memory()
tell({ peakGib: devicePeak === null ? null : gib(devicePeak), usedGib: gib(usedGpuBytes() ?? 0) })
await engine.close()
writeFileSync(
  join(scratch, 'generation.json'),
  JSON.stringify({
    folder: large.folder,
    seed: WEIGHTS_SEED,
    prompts: prompts.map((ids) => [...ids]),
    newTokens: NEW_TOKENS,
    answers,
  }),
)
