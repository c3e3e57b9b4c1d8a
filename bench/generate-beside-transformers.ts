/**
 * Greedy generation by the engine and by transformers, on the same model, prompts, threads and batch size: tokens per
 * second of the clock and of the processor (which others on the machine take less from), their ratios, and how many
 * answers are the same.
 * `node bench/generate-beside-transformers.ts [--sizes tiny,small] [--prompts 128] [--tokens 128] [--batch 32]
 * [--threads 1] [--save <name>]`
 *
 * Twice: with answers that are all as long as they may be, and with ends that come at any time, where a place in the
 * batch that becomes free is used again or not. The model is new, with random weights. transformers runs in
 * `.tools/oracle` (scripts/oracle-environment.mjs). Nothing here decides whether a test passes.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { createRandom } from '../src/base/random.ts'
import { makeModel } from '../src/train/model/init-model.ts'
import { MODEL_SIZES, type ModelSize } from '../src/train/model/model-sizes.ts'
import { openTensorEngine } from '../src/train/tensor-engine/open-tensor-engine.ts'
import type { Model, TensorEngine } from '../src/train/tensor-engine/tensor-engine.ts'
import { makeExpressionTasks } from './expression-tasks.ts'
import { saveReport } from './save-report.ts'

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: 'tiny,small' },
    prompts: { type: 'string', default: '128' },
    tokens: { type: 'string', default: '128' },
    batch: { type: 'string', default: '32' },
    threads: { type: 'string', default: '1' },
    save: { type: 'string' },
  },
})
const threads = Number(values.threads)
const maxNewTokens = Number(values.tokens)
const batchSize = Number(values.batch)

interface Answers {
  readonly seconds: number
  readonly cpuSeconds: number
  readonly answers: readonly (readonly number[])[]
}
type Asked = { readonly prompts: readonly (readonly number[])[]; readonly stopTokens: readonly number[] }

async function byEngine(model: Model, { prompts, stopTokens }: Asked): Promise<Answers> {
  const offsets = [0]
  for (const prompt of prompts) offsets.push(offsets.at(-1)! + prompt.length)
  const startedAt = performance.now()
  const before = process.cpuUsage()
  const generated = await model.generate({
    ids: Int32Array.from(prompts.flat()),
    offsets: Int32Array.from(offsets),
    maxNewTokens,
    batchSize,
    stopTokens: Int32Array.from(stopTokens),
  })
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(before)
  const answers = prompts.map((_, i) => [
    ...generated.ids.subarray(generated.offsets[i]!, generated.offsets[i + 1]!),
  ])
  return { seconds, cpuSeconds: (user + system) / 1e6, answers }
}

async function byTransformers(folder: string, { prompts, stopTokens }: Asked): Promise<Answers> {
  const root = join(import.meta.dirname, '..')
  const { stdout } = await execa(
    join(root, '.tools/oracle/bin/python'),
    [join(import.meta.dirname, 'transformers-generate.py')],
    {
      input: JSON.stringify({ model: folder, prompts, stopTokens, maxNewTokens, batchSize, threads }),
      env: { HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: String(threads) },
    },
  )
  return JSON.parse(stdout.trim().split('\n').at(-1)!)
}

/** Ends that come at any time: ids that the model itself draws somewhere in some of its answers. */
function chooseStopTokens({ answers }: Answers): number[] {
  const random = createRandom('ends')
  const some = answers.filter((_, i) => i % 4 === 0)
  return [...new Set(some.map((answer) => random.pick(answer)))].slice(0, 12)
}

async function measure(size: ModelSize, engine: TensorEngine, scratch: string) {
  const folder = join(scratch, size)
  const texts = makeExpressionTasks('texts', 200, 'train').map(
    ({ task, answer }) => task.source.code + answer,
  )
  const shape = { ...MODEL_SIZES[size], out: folder, seed: 1, maxPositions: 4096 }
  const { vocabulary, parameters } = await makeModel(texts, shape)
  const training = { kind: 'none' } as const
  const model = await engine.openModel({ folder, device: 'cpu', numberType: 'float32', training })
  const random = createRandom('prompts')
  const prompts = Array.from({ length: Number(values.prompts) }, () =>
    Array.from({ length: random.int(8, 64) }, () => random.int(1, vocabulary - 1)),
  )
  const free = await byEngine(model, { prompts, stopTokens: [] })
  const rows = []
  for (const [name, stopTokens] of [
    ['all as long as they may be', []],
    ['ends at any time', chooseStopTokens(free)],
  ] as const) {
    const own = await byEngine(model, { prompts, stopTokens })
    const theirs = await byTransformers(folder, { prompts, stopTokens })
    const tokens = own.answers.flat().length
    const perSecond = (seconds: number) => Math.round(tokens / seconds)
    const ratio = (of: 'seconds' | 'cpuSeconds') => Number((theirs[of] / own[of]).toFixed(2))
    rows.push({
      parameters,
      answers: name,
      tokens,
      engine: perSecond(own.seconds),
      transformers: perSecond(theirs.seconds),
      ratio: ratio('seconds'),
      engineCpu: perSecond(own.cpuSeconds),
      transformersCpu: perSecond(theirs.cpuSeconds),
      ratioCpu: ratio('cpuSeconds'),
      same: `${own.answers.filter((answer, i) => `${answer}` === `${theirs.answers[i]}`).length} of ${prompts.length}`,
    })
  }
  await model.close()
  return rows
}

const scratch = mkdtempSync(join(tmpdir(), 'gepo-generate-'))
const engine = openTensorEngine({ threads })
try {
  const results = []
  for (const size of values.sizes.split(','))
    results.push(...(await measure(size as ModelSize, engine, scratch)))
  console.table(results)
  const machine = { cpu: os.cpus()[0]?.model, load: os.loadavg()[0] }
  saveReport(values.save, { benchmark: 'generate-beside-transformers', machine, options: values, results })
} finally {
  await engine.close()
  rmSync(scratch, { recursive: true, force: true })
}
