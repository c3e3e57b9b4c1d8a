/**
 * REINFORCE++ alone, with DPO and with GEPO in the same steps, over several seeds, each with a start of its own that its
 * arms share: does the share of solved tasks rise, and what becomes of the accuracy on groups?
 * `node bench/oorl-ablation.ts groups.db [--seeds 3] [--steps 40] [--arms rl,rl+dpo,rl+gepo] [--folder <folder>]
 * [--save <name>]`; a folder's starts are used again.
 *
 * Tasks are those of expression-tasks.ts, judged by the real judge: Bash must be there. The start is a new small model
 * that was shown the winners of groups and pairs of program and answer, of which a share (`--mistaken`) has a sum in the
 * place of whatever comes last: it knows the form, and the right answer is neither its likeliest nor unlikely. beta and
 * lambda are such that a few dozen steps at a high rate show something of the groups. Nothing here decides whether a
 * test passes.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { evaluateModel } from '../src/evaluate/evaluate-model.ts'
import { openJudge } from '../src/judge/open-judge.ts'
import { parseTrainConfig } from '../src/train/config/load-train-config.ts'
import type { RolloutConfig } from '../src/train/config/train-config.ts'
import { makeModel } from '../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../src/train/model/model-sizes.ts'
import { createJudging, type OpenJudging } from '../src/train/policy/judging.ts'
import type { Evaluation } from '../src/train/preference/evaluate-preference.ts'
import { train } from '../src/train/run/train.ts'
import { openTensorEngine } from '../src/train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine } from '../src/train/tensor-engine/tensor-engine.ts'
import { makeExpressionTasks } from './expression-tasks.ts'
import { saveReport } from './save-report.ts'
import { makeStartingPairs, TASK_TEMPLATE } from './starting-pairs.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '3' },
    steps: { type: 'string', default: '40' },
    rate: { type: 'string', default: '3e-4' },
    'sft-steps': { type: 'string', default: '500' },
    arms: { type: 'string', default: 'rl,rl+dpo,rl+gepo' },
    mistaken: { type: 'string', default: '0.6' },
    weight: { type: 'string', default: '0.01' },
    beta: { type: 'string', default: '1' },
    lambda: { type: 'string', default: '0.01' },
    threads: { type: 'string', default: '1' },
    folder: { type: 'string' },
    save: { type: 'string' },
  },
})
const [database = 'groups.db'] = positionals
const steps = Number(values.steps)
const scratch = values.folder ?? mkdtempSync(join(tmpdir(), 'gepo-oorl-'))

/** Of a group's sequence: longer ones would take most of the time. */
const MAX_TOKENS = 512
/** Groups that are evaluated of a split at the end, at most. */
const GROUPS_EVALUATED = 48
const TASKS = [
  ...makeExpressionTasks('train', 512, 'train'),
  ...makeExpressionTasks('validation', 96, 'validation'),
]

interface GroupFigures {
  readonly groups: number
  readonly accuracy: number
  readonly pairAccuracy: number
  readonly margin: number
  readonly winnerVariance: number
}
interface RunResult {
  readonly arm: string
  readonly seed: number
  /** Share of the validation's tasks that the likeliest answer solves. */
  readonly passedAtStart: number
  readonly passedAtEnd: number
  /** At the end, of the groups of validation and test, and of those that are trained on. At the start half is right. */
  readonly heldOut: GroupFigures
  readonly trained: GroupFigures
  readonly seconds: number
  /** Share of drawn answers that passed, the mean over tenths of the run. */
  readonly drawn: readonly number[]
}

const openJudging: OpenJudging = async () =>
  createJudging(
    async ({ split }) => TASKS.map(({ task }) => task).filter((task) => task.split === split),
    await openJudge({ slots: Number(values.threads) }),
  )

/** Source and meant answer of every task must pass, or the tasks are wrong. */
async function proveTasks(): Promise<void> {
  const proof = join(scratch, 'tasks-are-proven')
  if (existsSync(proof)) return
  const judging = await openJudging(parseConfig('prove', 0, 'rl', 'none'))
  const judge = await openJudge({ slots: Number(values.threads) })
  for (const { task, answer } of TASKS) {
    const verdicts = [await judge.judge(task.source, task.suite), await judging.judge(task, answer, {})]
    const failed = verdicts.find(({ kind }) => kind !== 'passed')
    if (failed !== undefined) throw new Error(`${task.source.code} is judged ${JSON.stringify(failed)}`)
  }
  await judge.close()
  await judging.close()
  writeFileSync(proof, '')
}

async function makeStart(engine: TensorEngine, seed: number): Promise<string> {
  const out = join(scratch, `start-${seed}`)
  const made = join(out, 'model')
  // Of an earlier start in the same --folder.
  if (existsSync(made)) return made
  const model = join(scratch, `new-model-${seed}`)
  const file = join(scratch, `pairs-${seed}.jsonl`)
  const mistaken = Number(values.mistaken)
  const pairs = makeStartingPairs({ seed, answers: 3000, mistaken, groups: database })
  writeFileSync(file, pairs.map((pair) => JSON.stringify(pair)).join('\n'))
  const size = {
    ...MODEL_SIZES.tiny,
    hidden: 128,
    layers: 3,
    headSize: 32,
    intermediate: 384,
    vocabulary: 768,
  }
  const texts = pairs.flatMap(({ prompt, response }) => [prompt, response])
  await makeModel(texts, { ...size, out: model, seed, maxPositions: 2048 })
  const config = parseTrainConfig({
    method: 'sft',
    model,
    out,
    seed,
    pairs: { file },
    length: { maxTokens: 1024 },
    batch: { groups: 32 },
    epochs: 100,
    maxSteps: Number(values['sft-steps']),
    optimizer: { learningRate: 3e-3 },
    engine: { device: 'cpu', packedTokens: 4096 },
    checkpoints: { everySteps: 10_000 },
  })
  const { modelFolder } = await train(config, { engine, report: () => {} })
  return modelFolder!
}

function parseConfig(name: string, seed: number, arm: string, model: string): RolloutConfig {
  const translating = {
    model,
    out: join(scratch, name),
    seed,
    tasks: { problems: 'bench/expression-tasks.ts' },
    translation: { template: TASK_TEMPLATE },
    rollout: { tasks: 16, samples: 4, maxNewTokens: 96, batchSize: 64 },
    length: { maxTokens: MAX_TOKENS },
    epochs: 1000,
    maxSteps: steps,
    optimizer: { learningRate: Number(values.rate) },
    schedule: { kind: 'constant', warmupRatio: 0.05 },
    engine: { device: 'cpu', packedTokens: 4096 },
    evaluation: { everySteps: 1_000_000, groups: 1 },
    checkpoints: { everySteps: 1_000_000 },
  }
  if (arm === 'rl') return parseTrainConfig({ method: 'reinforce', ...translating }) as RolloutConfig
  return parseTrainConfig({
    method: 'oorl',
    ...translating,
    data: { groups: database, cache: join(scratch, 'cache') },
    batch: { groups: 4 },
    gepo: { beta: Number(values.beta), lambda: Number(values.lambda) },
    dpo: { beta: Number(values.beta) },
    oorl: {
      preferenceWeight: Number(values.weight),
      preference: arm === 'rl+dpo' ? 'dpo' : 'gepo',
    },
  }) as RolloutConfig
}

async function runArm(arm: string, seed: number, model: string, engine: TensorEngine): Promise<RunResult> {
  const config = parseConfig(`${arm}-${seed}`, seed, arm, model)
  const startedAt = performance.now()
  const { modelFolder } = await train(config, { engine, openJudging, report: () => {} })
  const seconds = (performance.now() - startedAt) / 1000
  const lines = readFileSync(join(config.out, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const [first, last] = lines.flatMap(({ translation }) =>
    translation ? [translation.passRate as number] : [],
  )
  const rates = lines.flatMap(({ rollout }) => (rollout === undefined ? [] : [rollout.passRate as number]))
  const tenth = Math.max(1, Math.floor(rates.length / 10))
  const drawn = Array.from({ length: Math.floor(rates.length / tenth) }, (_, i) =>
    round(mean(rates.slice(i * tenth, (i + 1) * tenth))),
  )
  return {
    arm,
    seed,
    passedAtStart: round(first!),
    passedAtEnd: round(last!),
    heldOut: await evaluateGroups(['validation', 'test'], modelFolder!, model, engine),
    trained: await evaluateGroups(['train'], modelFolder!, model, engine),
    seconds: Math.round(seconds),
    drawn,
  }
}

async function evaluateGroups(
  splits: readonly ('train' | 'validation' | 'test')[],
  folder: string,
  reference: string,
  engine: TensorEngine,
): Promise<GroupFigures> {
  const config = parseTrainConfig({
    method: 'gepo',
    model: reference,
    out: join(scratch, 'none'),
    data: { groups: database, cache: join(scratch, 'cache') },
    length: { maxTokens: MAX_TOKENS },
    engine: { device: 'cpu', packedTokens: 4096 },
  })
  const parts: Evaluation[] = []
  for (const split of splits) {
    const evaluated = await evaluateModel(config, {
      engine,
      folder,
      split,
      limit: GROUPS_EVALUATED,
      report: () => {},
    })
    parts.push(evaluated.preference!)
  }
  const groups = parts.reduce((sum, part) => sum + part.groups, 0)
  const over = (name: 'accuracy' | 'pairAccuracy' | 'margin' | 'winnerVariance') =>
    round(parts.reduce((sum, part) => sum + part.groups * part[name], 0) / groups)
  return {
    groups,
    accuracy: over('accuracy'),
    pairAccuracy: over('pairAccuracy'),
    margin: over('margin'),
    winnerVariance: over('winnerVariance'),
  }
}

const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length
const round = (value: number) => Math.round(value * 1000) / 1000

const engine = openTensorEngine({ threads: Number(values.threads) })
const results: RunResult[] = []
try {
  mkdirSync(scratch, { recursive: true })
  await proveTasks()
  for (let seed = 1; seed <= Number(values.seeds); seed++) {
    const model = await makeStart(engine, seed)
    for (const arm of values.arms.split(',')) {
      const result = await runArm(arm, seed, model, engine)
      results.push(result)
      const { passedAtStart, passedAtEnd, heldOut, trained, drawn } = result
      const groupsText = ({ accuracy, pairAccuracy, margin, winnerVariance }: GroupFigures) =>
        `accuracy ${accuracy} (pairs ${pairAccuracy}) margin ${margin} variance ${winnerVariance}`
      console.log(
        `${arm} ${seed}: passed ${passedAtStart} -> ${passedAtEnd}, ${result.seconds} s, drawn ${drawn.join(' ')}`,
      )
      console.log(`  held out ${groupsText(heldOut)}; trained on ${groupsText(trained)}`)
    }
  }
} finally {
  await engine.close()
  if (values.folder === undefined) rmSync(scratch, { recursive: true, force: true })
}
const table = values.arms.split(',').map((arm) => {
  const own = results.filter((result) => result.arm === arm)
  const over = (of: (result: RunResult) => number) => round(mean(own.map(of)))
  return {
    arm,
    passedAtStart: over(({ passedAtStart }) => passedAtStart),
    passedAtEnd: over(({ passedAtEnd }) => passedAtEnd),
    heldOutAccuracy: over(({ heldOut }) => heldOut.accuracy),
    heldOutPairs: over(({ heldOut }) => heldOut.pairAccuracy),
    trainedAccuracy: over(({ trained }) => trained.accuracy),
    trainedVariance: over(({ trained }) => trained.winnerVariance),
    seconds: over(({ seconds }) => seconds),
  }
})
console.table(table)
const machine = { cpu: os.cpus()[0]?.model, threads: Number(values.threads) }
const { folder: _folder, ...options } = values
saveReport(values.save, { benchmark: 'oorl-ablation', machine, options, table, runs: results })
