/**
 * Small compilers: many ways to go on from one start, each over several seeds, and what each gives.
 * `node bench/small-compilers/run.ts --work <folder> [--trials | --long] [--only sft,dpo] [--seeds 3] [--jobs 1] [--threads 1]
 * [--train-only] [--drawn 40] [--save <name>]`
 *
 * The folder is prepare.ts's. First the model is trained that all begin with, where it is not there yet. A run is
 * `gepo train`, then `gepo eval` for preferences and `gepo eval --compile` for what its IR does, and leaves a JSON file;
 * killed at any point, the same command goes on. `--train-only` leaves the evaluations for later, `--drawn` is of how many functions answers are drawn. At the end there is a
 * table (`table-<split or long>.md`, `.json`).
 *
 * `--trials` goes over arms.ts's trials, one seed each, on the validation split; else its arms, on the test split.
 * `--long` gives the arms four times the steps and ten times the tokens; `gepo report` draws the curves of those runs.
 * Nothing here decides whether a test passes.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { execa } from 'execa'
import { stringify } from 'yaml'
import { writeFileAtomically } from '../../src/base/write-atomically.ts'
import { openStore } from '../../src/store/store.ts'
import { hardware, saveReport } from '../save-report.ts'
import {
  ANSWER_TOKENS,
  ARMS,
  type Arm,
  COMMON,
  COMPARISONS,
  LONG_ARMS,
  NUMBERS,
  PREFERENCE,
  START,
  TRIALS,
} from './arms.ts'
import type { ChosenFunction } from './choose-functions.ts'
import {
  type AnswerLine,
  compare,
  comparisonTable,
  markdownTable,
  type RunResult,
  tabulate,
} from './tabulate.ts'

const { values } = parseArgs({
  options: {
    work: { type: 'string', default: 'small-compilers' },
    trials: { type: 'boolean', default: false },
    only: { type: 'string' },
    seeds: { type: 'string', default: '3' },
    jobs: { type: 'string', default: '1' },
    threads: { type: 'string', default: '1' },
    drawn: { type: 'string', default: '40' },
    'train-only': { type: 'boolean', default: false },
    long: { type: 'boolean', default: false },
    save: { type: 'string' },
  },
})
const work = resolve(values.work)
const split = values.trials ? 'validation' : 'test'
const place = (...names: string[]) => join(work, ...names)

/** The model before any arm, which is looked at too. */
const BEFORE: Arm = { name: 'start', options: {} }
const START_MODEL = `${START.out}/model`
/** Groups that are evaluated on, the same for all; of each the likeliest answer. */
const GROUPS = 200
/** For some of them answers are drawn too, but for trials. */
const SAMPLES = 4

const engine = { device: 'cpu', threads: Number(values.threads), packedTokens: 4096, ...NUMBERS }

/** @returns what it prints; an answer that the judge could not judge is no failure */
async function gepo(...args: string[]): Promise<string> {
  const bin = join(import.meta.dirname, '../../bin/gepo.mjs')
  const { stdout, stderr, exitCode } = await execa(process.execPath, [bin, ...args], {
    cwd: work,
    env: { OMP_NUM_THREADS: values.threads },
    reject: false,
  })
  if (exitCode !== 0 && exitCode !== 3) throw new Error(`gepo ${args.join(' ')}: ${stderr}`)
  return stdout
}

function writeConfig(file: string, options: object): string {
  writeFileSync(place(file), stringify({ model: START_MODEL, ...COMMON, ...options, engine }))
  return file
}

async function trainStart(): Promise<void> {
  if (existsSync(place(START_MODEL))) return
  writeFileSync(place('start.yaml'), stringify({ ...START, engine }))
  await gepo('train', 'start.yaml')
}

const fileName = (name: string) => name.replaceAll(/[^\w.-]+/g, '-')

const resultsFile = (arm: string, seed: number, ending: string) =>
  place('results', split, `${fileName(`${arm}-${seed}`)}.${ending}`)
const answersFile = (arm: string, seed: number, how: AnswerLine['how']) =>
  resultsFile(arm, seed, `${how}.jsonl`)
/** Of the likeliest ones, and of those that were drawn. */
const answersOf = ({ arm, seed, compile }: RunResult): AnswerLine[] =>
  (['greedy', 'drawn'] as const)
    .filter((how) => compile[how] !== undefined)
    .flatMap((how) =>
      readLines<AnswerLine>(answersFile(arm, seed, how)).filter((answer) => answer.how === how),
    )

/** @returns the figures of `gepo eval` */
async function evaluate(model: string, ...flags: string[]) {
  const config = writeConfig(`evaluation-${split}.yaml`, { ...PREFERENCE, out: 'none' })
  return JSON.parse(await gepo('eval', config, '--model', model, '--split', split, '--json', ...flags))
}

async function compileFigures(model: string, out: string, how: AnswerLine['how'], ...flags: string[]) {
  const asked = ['--compile', '--max-tokens', `${ANSWER_TOKENS}`, '--jobs', '1', '--out', out]
  return (await evaluate(model, ...asked, ...flags))[how]
}

function keep(result: RunResult): RunResult {
  const file = resultsFile(result.arm, result.seed, 'json')
  writeFileAtomically(file, `${JSON.stringify(result, null, 2)}\n`)
  return result
}

async function runArm(arm: Arm, seed: number): Promise<RunResult> {
  const file = resultsFile(arm.name, seed, 'json')
  if (existsSync(file)) return readResult(file, arm)
  const trained =
    arm === BEFORE ? { model: START_MODEL, steps: 0, tokens: 0, seconds: 0 } : await train(arm, seed)
  const { model } = trained
  const groups = ['--groups', `${GROUPS}`]
  const preference = await evaluate(model, ...groups)
  const out = answersFile(arm.name, seed, 'greedy')
  const greedy = await compileFigures(model, out, 'greedy', ...groups)
  return keep({
    arm: arm.name,
    options: arm.options,
    seed,
    split,
    ...trained,
    preference,
    compile: { greedy },
  })
}

/** Adds what is drawn to what is there. */
async function drawAnswers(result: RunResult): Promise<RunResult> {
  const { arm, seed, model, compile } = result
  if (compile.drawn?.tasks === Number(values.drawn)) return result
  const asked = ['--groups', values.drawn, '--samples', `${SAMPLES}`, '--k', `${SAMPLES}`]
  const out = answersFile(arm, seed, 'drawn')
  const drawn = await compileFigures(model, out, 'drawn', ...asked, '--seed', `${seed}`)
  return keep({ ...result, compile: { ...compile, drawn } })
}

/** An arm that was changed since is another, and its old figures are not its own. */
function readResult(file: string, { name, options }: Arm): RunResult {
  const result: RunResult = JSON.parse(readFileSync(file, 'utf8'))
  if (isDeepStrictEqual(result.options, JSON.parse(JSON.stringify(options)))) return result
  throw new Error(
    `${file} is of other options than ${name} has now: give the arm another name, or remove it and its run`,
  )
}

interface StepLine {
  readonly kind: string
  readonly tokens: number
  readonly tokensPerSecond: number
}

function readLines<Line>(file: string): Line[] {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line))
}

/** For each group the cluster that its function is of. */
function readClusters(): Map<string, number> {
  const functions = readLines<ChosenFunction>(place('functions.jsonl'))
  const clusters = new Map(functions.map(({ text, cluster }) => [text, cluster]))
  const store = openStore(place('groups.db'), { readonly: true })
  try {
    return new Map(
      [...store.groups({ split })].map(({ group, source }) => [group.id, clusters.get(source.text)!]),
    )
  } finally {
    store.close()
  }
}

/** Goes on where it stopped, and says what it was if it is done. */
async function train({ name, options }: Arm, seed: number) {
  const out = `runs/${fileName(name)}-${values.trials ? 'trial' : seed}`
  const config = writeConfig(`${out}.yaml`, { ...options, out, seed })
  await gepo('train', config)
  const steps = readLines<StepLine>(place(out, 'metrics.jsonl')).filter(({ kind }) => kind === 'train')
  return {
    model: `${out}/model`,
    steps: steps.length,
    tokens: steps.reduce((sum, { tokens }) => sum + tokens, 0),
    seconds: Math.round(
      steps.reduce((sum, { tokens, tokensPerSecond }) => sum + tokens / tokensPerSecond, 0),
    ),
  }
}

/** Seed by seed, so that an early end leaves whole rows of the table. */
async function forEachRun(run: (arm: Arm, seed: number) => Promise<void>): Promise<void> {
  const waiting = seeds.flatMap((seed) => arms.map((arm) => ({ arm, seed }))).values()
  const workers = Array.from({ length: Number(values.jobs) }, async () => {
    for (const { arm, seed } of waiting) await run(arm, seed)
  })
  await Promise.all(workers)
}

for (const folder of ['runs', join('results', split)]) mkdirSync(place(folder), { recursive: true })
await trainStart()
const wanted = values.only?.split(',')
const arms = (values.trials ? TRIALS : values.long ? LONG_ARMS : ARMS).filter(
  ({ name }) => wanted?.includes(name) ?? true,
)
const seeds = Array.from({ length: values.trials ? 1 : Number(values.seeds) }, (_, index) => index + 1)
if (values['train-only']) {
  await forEachRun(async (arm, seed) => {
    const { steps, tokens, seconds } = await train(arm, seed)
    console.error(`${arm.name} ${seed}: ${steps} steps, ${tokens} tokens, ${seconds} s`)
  })
  process.exit()
}
let results: RunResult[] = [await runArm(BEFORE, 1)]
await forEachRun(async (arm, seed) => {
  const result = await runArm(arm, seed)
  results.push(result)
  const { greedy } = result.compile
  console.error(
    `${result.arm} ${seed}: equal ${greedy.equalRate.toFixed(3)}, malformed ${greedy.shares.malformed.toFixed(3)}, accuracy ${result.preference.accuracy.toFixed(3)}`,
  )
})
const order = ['start', ...arms.map(({ name }) => name)]
results.sort((a, b) => order.indexOf(a.arm) - order.indexOf(b.arm) || a.seed - b.seed)
// The likeliest answers count most: their table is there before anything is drawn.
writeTables()
if (!values.trials) {
  const all = results
  results = []
  for (const result of all) results.push(await drawAnswers(result))
  writeTables()
}

function writeTables(): void {
  const tableName = `table-${values.long ? 'long' : split}`
  const clusters = readClusters()
  const clusterOf = (group: string) => clusters.get(group)!
  const judged = results.map((result) => ({ result, answers: answersOf(result) }))
  const rows = tabulate(judged, clusterOf)
  const done = new Set(results.map(({ arm }) => arm))
  const isDrawn = (pair: readonly string[]) =>
    results.every(({ arm, compile }) => !pair.includes(arm) || compile.drawn !== undefined)
  const comparisons = COMPARISONS.filter((pair) => pair.every((arm) => done.has(arm))).map((pair) => ({
    arms: pair,
    difference: compare(judged, clusterOf, pair),
    drawn: isDrawn(pair) ? compare(judged, clusterOf, pair, 'drawn') : undefined,
  }))
  const tables = [
    markdownTable(rows, SAMPLES),
    ...(comparisons.length > 0 ? [comparisonTable(comparisons)] : []),
  ].join('\n')
  const { save, ...options } = values
  const report = {
    benchmark: 'small-compilers',
    date: new Date().toISOString().slice(0, 10),
    hardware: hardware(),
    options: { ...options, work: undefined },
    split,
    rows,
    comparisons,
    runs: results.map(briefOf),
  }
  writeFileAtomically(place(`${tableName}.json`), `${JSON.stringify(report, null, 2)}\n`)
  writeFileAtomically(place(`${tableName}.md`), tables)
  console.log(tables)
  saveReport(save, report)
}

/** Of a run what the tables are made of; the rest stays in the folder. */
function briefOf({ preference, compile: { greedy, drawn }, ...run }: RunResult) {
  const { accuracy, pairAccuracy, margin, winnerVariance, winnerScore } = preference
  return {
    ...run,
    preference: { accuracy, pairAccuracy, margin, winnerVariance, winnerScore },
    shares: { greedy: greedy.shares, drawn: drawn?.shares },
  }
}
