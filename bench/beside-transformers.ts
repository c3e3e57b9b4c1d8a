/**
 * A model's folder as gepo and as transformers take it: ids of texts, the chat template, log-probabilities, greedy answers,
 * and what a forward pass and a training step cost.
 * `node bench/beside-transformers.ts groups.db models/smollm2 [--groups 8] [--max-tokens 512] [--threads 1]
 * [--number-types float32,bfloat16] [--save <name>]`
 *
 * Texts are the C and the IR of groups. Both sides take the same ids, in the same number type, with as many threads; the
 * step is that of supervised training on all responses together: forward, backward, AdamW. transformers runs in
 * `.tools/oracle` (scripts/oracle-environment.mjs). Nothing here decides whether a test passes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { promptOf } from '../src/records/prompt-template.ts'
import { openTrainingRows, type TrainingGroup } from '../src/store/training-rows.ts'
import { createMessageText } from '../src/train/prompt/prompt-text.ts'
import { openTensorEngine } from '../src/train/tensor-engine/open-tensor-engine.ts'
import type { Model, NumberType, TokenBatch } from '../src/train/tensor-engine/tensor-engine.ts'
import { loadTokenizer } from '../src/train/tokenizer/load-tokenizer.ts'
import { hardware, saveReport } from './save-report.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    groups: { type: 'string', default: '8' },
    'max-tokens': { type: 'string', default: '512' },
    'new-tokens': { type: 'string', default: '24' },
    threads: { type: 'string', default: '1' },
    'number-types': { type: 'string', default: 'float32,bfloat16' },
    save: { type: 'string' },
  },
})
const [database = 'groups.db', folder = 'models/smollm2'] = positionals
const threads = Number(values.threads)
const LEARNING_RATE = 1e-5
/** For templates that write the day. */
const FROZEN_DATE = '2024-07-26'

interface Side {
  /** Of every response token. */
  readonly logProbs: readonly number[]
  readonly greedy: readonly (readonly number[])[]
  readonly forwardSeconds: number
  readonly stepSeconds: number
  /** Of the log-probabilities' mean, after the step: tells whether the step was the same. */
  readonly lossAfter: number
  readonly peakMiB: number
}

const tokenizer = await loadTokenizer(folder)
const chat = createMessageText({ style: 'chat', system: null, date: FROZEN_DATE }, 'prompt', tokenizer)
const groups = readGroups()
const texts = groups.flatMap(({ code, winners, losers }) => [
  code,
  ...[...winners, ...losers].map(({ ir }) => ir),
])
const prompts = groups.map(({ code }) => promptOf({ code }))
const ids = await tokenizer.encode(texts)
const sequences = await shortSequences()

/** Each group's code and first winner, where the two are short enough. */
async function shortSequences() {
  const encoded = await Promise.all(
    groups.map(async ({ code, winners }) => {
      const [prompt, response] = await tokenizer.encode([promptOf({ code }), winners[0]!.ir])
      return { prompt: prompt!, response: Int32Array.of(...response!, tokenizer.end.id) }
    }),
  )
  return encoded.filter(
    ({ prompt, response }) => prompt.length + response.length <= Number(values['max-tokens']),
  )
}

function readGroups(): TrainingGroup[] {
  const rows = openTrainingRows(database)
  try {
    const all = rows.groupIds('train').map((id) => rows.group(id))
    return all.sort((a, b) => a.code.length - b.code.length).slice(0, Number(values.groups))
  } finally {
    rows.close()
  }
}

function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = [0]
  for (const length of lengths) offsets.push(offsets.at(-1)! + length)
  return Int32Array.from(offsets)
}

const batch: TokenBatch = {
  ids: Int32Array.from(sequences.flatMap(({ prompt, response }) => [...prompt, ...response])),
  offsets: offsetsOf(sequences.map(({ prompt, response }) => prompt.length + response.length)),
  promptLengths: Int32Array.from(sequences, ({ prompt }) => prompt.length),
}
const responseTokens = sequences.reduce((sum, { response }) => sum + response.length, 0)

async function timed<Result>(work: () => Promise<Result>): Promise<{ result: Result; seconds: number }> {
  const start = process.cpuUsage()
  const result = await work()
  const { user, system } = process.cpuUsage(start)
  return { result, seconds: (user + system) / 1e6 }
}

async function byEngine(numberType: NumberType): Promise<Side> {
  // The peak is told anew for each number type.
  writeFileSync('/proc/self/clear_refs', '5')
  const engine = openTensorEngine({ threads })
  try {
    const model = await engine.openModel({ folder, device: 'cpu', numberType, training: { kind: 'full' } })
    await model.logProbs(batch)
    const forward = await timed(() => model.logProbs(batch))
    const greedy = await greedyOf(model)
    const slopes = new Float64Array(sequences.length).fill(-1 / responseTokens)
    const step = await timed(async () => {
      await model.backward(batch, { perSequence: slopes })
      await model.step({ learningRate: LEARNING_RATE })
    })
    const after = await model.logProbs(batch)
    return {
      logProbs: [...forward.result.tokens],
      greedy,
      forwardSeconds: forward.seconds,
      stepSeconds: step.seconds,
      lossAfter: -after.sums.reduce((sum, one) => sum + one, 0) / responseTokens,
      peakMiB: Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024,
    }
  } finally {
    await engine.close()
  }
}

async function greedyOf(model: Model): Promise<number[][]> {
  const { ids: answers, offsets } = await model.generate({
    ids: Int32Array.from(sequences.flatMap(({ prompt }) => [...prompt])),
    offsets: offsetsOf(sequences.map(({ prompt }) => prompt.length)),
    maxNewTokens: Number(values['new-tokens']),
    stopTokens: Int32Array.of(tokenizer.end.id),
  })
  return sequences.map((_, i) => [...answers.subarray(offsets[i]!, offsets[i + 1]!)])
}

async function byTransformers(numberType: NumberType): Promise<Side & { ids: number[][]; chats: string[] }> {
  const { stdout } = await execa(
    join(import.meta.dirname, '../.tools/oracle/bin/python'),
    [join(import.meta.dirname, 'beside-transformers.py')],
    {
      input: JSON.stringify({
        ...{ folder, numberType, threads, texts, prompts, learningRate: LEARNING_RATE },
        newTokens: Number(values['new-tokens']),
        sequences: sequences.map(({ prompt, response }) => ({
          prompt: [...prompt],
          response: [...response],
        })),
        end: tokenizer.end.id,
      }),
      env: { HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: String(threads) },
    },
  )
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}

const sameCount = (ours: readonly unknown[], theirs: readonly unknown[]) =>
  `${ours.filter((one, i) => JSON.stringify(one) === JSON.stringify(theirs[i])).length} of ${ours.length}`

const sides = []
for (const numberType of values['number-types'].split(',') as NumberType[]) {
  const [ours, theirs] = [await byEngine(numberType), await byTransformers(numberType)]
  const perSecond = (seconds: number) => Number((batch.ids.length / seconds).toFixed(1))
  const figures = ({ forwardSeconds, stepSeconds, lossAfter, peakMiB }: Side) => ({
    forwardTokensPerCpuSecond: perSecond(forwardSeconds),
    stepTokensPerCpuSecond: perSecond(stepSeconds),
    lossAfter,
    peakMiB: Math.round(peakMiB),
  })
  sides.push({
    numberType,
    sameIds: sameCount(
      ids.map((one) => [...one]),
      theirs.ids,
    ),
    sameChats: sameCount(
      prompts.map((prompt) => chat.of(prompt)),
      theirs.chats,
    ),
    largestLogProbDifference: Math.max(...ours.logProbs.map((one, i) => Math.abs(one - theirs.logProbs[i]!))),
    sameGreedy: sameCount(ours.greedy, theirs.greedy),
    gepo: figures(ours),
    transformers: figures(theirs),
  })
}
const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  command: `node bench/beside-transformers.ts ${process.argv.slice(2).join(' ')}`,
  sequences: sequences.length,
  tokens: batch.ids.length,
  responseTokens,
  sides,
}
console.log(JSON.stringify(report, null, 2))
saveReport(values.save, report)
