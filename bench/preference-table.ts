/**
 * SFT first, then DPO and GEPO from the same start, over several seeds: what each does to held-out groups.
 * `node bench/preference-table.ts groups.db --work <folder> [--seeds 3] [--folds 5] [--size small] [--arms dpo,gepo:1,gepo:0.01] [--save <name>]`
 *
 * An arm is a method, for GEPO with its lambda; `sft` is the start itself, by its log-probs per token. Every run is
 * `gepo train` in the work folder, which goes on where an earlier one of the same options stopped. Of groups that are
 * trained on there are the figures of the second half of the first epoch, each taken before its own step.
 *
 * Held out are the groups of the validation and test splits together. Few are left of them where programs must be short;
 * `--folds` n holds out an nth of the families of sources instead, with each seed another.
 * Nothing here decides whether a test passes.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { stringify } from 'yaml'
import { clusterSources } from '../src/audit/cluster-sources.ts'
import { sourceShingles } from '../src/audit/source-shingles.ts'
import type { Split } from '../src/records/split.ts'
import { openStore } from '../src/store/store.ts'
import { hardware, saveReport } from './save-report.ts'

const ROOT = join(import.meta.dirname, '..')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    work: { type: 'string' },
    seeds: { type: 'string', default: '3' },
    folds: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    size: { type: 'string', default: 'small' },
    hidden: { type: 'string' },
    layers: { type: 'string' },
    arms: { type: 'string', default: 'dpo,gepo:1,gepo:0.01' },
    'max-tokens': { type: 'string', default: '640' },
    batch: { type: 'string', default: '8' },
    'sft-epochs': { type: 'string', default: '4' },
    'sft-rate': { type: 'string', default: '1e-3' },
    epochs: { type: 'string', default: '1' },
    rate: { type: 'string', default: '1e-4' },
    threads: { type: 'string', default: '1' },
    save: { type: 'string' },
  },
})
const database = resolve(positionals[0] ?? 'groups.db')
const work = resolve(values.work ?? 'preference-table')
const HELD_OUT = values.folds === undefined ? ['validation', 'test'] : ['test']

const FIGURES = ['accuracy', 'pairAccuracy', 'margin', 'winnerVariance'] as const
type Figures = Readonly<Record<(typeof FIGURES)[number], number>>

const gepo = async (...args: string[]): Promise<string> => {
  const run = execa(process.execPath, [join(ROOT, 'bin/gepo.mjs'), ...args], {
    cwd: work,
    env: { OMP_NUM_THREADS: values.threads },
  })
  return (await run).stdout
}

/** Versions of one program that were mutated apart are less alike than the copies that splits keep together. */
const FAMILY_SIMILARITY = 0.5

/** @returns a database of the same groups in which every nth family is held out, with each seed another */
function makeFold(seed: number, folds: number): string {
  const path = join(work, `fold-${seed}.db`)
  if (existsSync(path)) return path
  const draft = `${path}.draft`
  copyFileSync(database, draft)
  const store = openStore(draft)
  const ids = store.groupedSources()
  const shinglesOf = (index: number) => sourceShingles(store.source(ids[index]!)!.text)
  const families = clusterSources({ count: ids.length, shinglesOf, leastSimilarity: FAMILY_SIMILARITY })
  const order = new Map([...new Set(families)].map((family, place) => [family, place]))
  const splitOf = (index: number): Split =>
    order.get(families[index]!)! % folds === seed % folds ? 'test' : 'train'
  store.setSplits(new Map(ids.map((id, index) => [id, splitOf(index)])))
  store.close()
  renameSync(draft, path)
  return path
}

async function makeModel(seed: number, groups: string): Promise<string> {
  const folder = `model-${seed}`
  const shape = (['hidden', 'layers'] as const).flatMap((name) => {
    const value = values[name]
    return value === undefined ? [] : [`--${name}`, value]
  })
  const longest = ['--max-positions', values['max-tokens']]
  if (!existsSync(join(work, folder)))
    await gepo(
      'init-model',
      groups,
      '--out',
      folder,
      '--size',
      values.size,
      ...shape,
      ...longest,
      '--seed',
      `${seed}`,
    )
  return folder
}

/** @returns the folder of the trained model */
async function trainOn(
  name: string,
  options: object,
  { seed, groups }: { readonly seed: number; readonly groups: string },
): Promise<{ model: string; config: string }> {
  const config = `${name}.yaml`
  const common = {
    out: name,
    seed,
    data: { groups },
    length: { maxTokens: Number(values['max-tokens']) },
    evaluation: { everySteps: 1_000_000, groups: 16 },
    checkpoints: { everySteps: 200 },
    engine: { device: 'cpu', threads: Number(values.threads) },
  }
  writeFileSync(join(work, config), stringify({ ...common, ...options }))
  await gepo('train', config)
  return { model: `${name}/model`, config }
}

/** Over the groups of the held-out splits. */
async function evaluateOn(config: string, model: string): Promise<Figures & { readonly groups: number }> {
  const parts: (Figures & { readonly groups: number })[] = []
  for (const split of HELD_OUT)
    parts.push(JSON.parse(await gepo('eval', config, '--model', model, '--split', split, '--json')))
  return { groups: parts.reduce((sum, { groups }) => sum + groups, 0), ...meanByGroups(parts) }
}

/** Groups of the second half of the first epoch, when preference has met them for the first time. */
const firstMet = (name: string): Figures =>
  meanByGroups(readMetrics(name).filter(({ kind, epoch }) => kind === 'train' && epoch > 0.5 && epoch <= 1))

function meanByGroups(parts: readonly (Figures & { readonly groups: number })[]): Figures {
  const groups = parts.reduce((sum, part) => sum + part.groups, 0)
  const mean = (name: keyof Figures) =>
    parts.reduce((sum, part) => sum + part[name] * part.groups, 0) / groups
  return byFigure(mean)
}

const byFigure = <T>(of: (name: keyof Figures) => T) =>
  Object.fromEntries(FIGURES.map((name) => [name, of(name)])) as Readonly<Record<keyof Figures, T>>

function readMetrics(name: string) {
  const lines = readFileSync(join(work, name, 'metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
  return lines.map((line) => JSON.parse(line))
}

interface Row {
  readonly seed: number
  readonly arm: string
  readonly heldOut: Figures & { readonly groups: number }
  /** Absent of the start, which met no group as a group. */
  readonly firstMet?: Figures
}

async function rowsOf(seed: number): Promise<readonly Row[]> {
  const groups = values.folds === undefined ? database : makeFold(seed, Number(values.folds))
  const fresh = await makeModel(seed, groups)
  const batch = { groups: Number(values.batch) }
  const start = await trainOn(
    `sft-${seed}`,
    {
      method: 'sft',
      model: fresh,
      epochs: Number(values['sft-epochs']),
      batch,
      optimizer: { learningRate: Number(values['sft-rate']) },
    },
    { seed, groups },
  )
  const rows: Row[] = [{ seed, arm: 'sft', heldOut: await evaluateOn(start.config, start.model) }]
  for (const arm of values.arms.split(',')) {
    const [method, lambda] = arm.split(':')
    const name = `${arm.replace(':', '-')}-${seed}`
    const run = await trainOn(
      name,
      {
        method,
        model: start.model,
        epochs: Number(values.epochs),
        batch,
        optimizer: { learningRate: Number(values.rate) },
        ...(lambda !== undefined && { gepo: { lambda: Number(lambda) } }),
      },
      { seed, groups },
    )
    rows.push({ seed, arm, heldOut: await evaluateOn(run.config, run.model), firstMet: firstMet(name) })
    console.error(JSON.stringify(rows.at(-1)))
  }
  return rows
}

mkdirSync(work, { recursive: true })
const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1)
const rowsBySeed: (readonly Row[])[] = []
const waiting = seeds.values()
const workers = Array.from({ length: Number(values.jobs) }, async () => {
  for (const seed of waiting) rowsBySeed[seed - 1] = await rowsOf(seed)
})
await Promise.all(workers)
const rows = rowsBySeed.flat()

const round = (value: number) => Math.round(value * 1000) / 1000
const overSeeds = (own: readonly Figures[]) =>
  byFigure((name) => {
    const mean = own.reduce((sum, row) => sum + row[name], 0) / own.length
    const variance = own.reduce((sum, row) => sum + (row[name] - mean) ** 2, 0) / own.length
    return { mean: round(mean), deviation: round(Math.sqrt(variance)) }
  })
const arms = [...Map.groupBy(rows, ({ arm }) => arm)].map(([arm, own]) => ({
  arm,
  heldOut: overSeeds(own.map(({ heldOut }) => heldOut)),
  firstMet: arm === 'sft' ? undefined : overSeeds(own.map((row) => row.firstMet!)),
}))
const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  command: `node bench/preference-table.ts ${process.argv.slice(2).join(' ')}`,
  heldOutGroups: rowsBySeed.map((own) => own[0]!.heldOut.groups),
  sftSteps: readMetrics('sft-1').at(-1).step,
  arms,
  rows,
}
console.log(JSON.stringify(report, null, 2))
saveReport(values.save, report)
