/**
 * SFT first, then DPO and GEPO from the same start, over several seeds: what each does to held-out groups.
 * `node bench/preference-table.ts groups.db --work <folder> [--seeds 3] [--size small] [--arms dpo,gepo:1,gepo:0.01] [--save <name>]`
 *
 * An arm is a method, for GEPO with its lambda. Every run is `gepo train` in the work folder, which goes on where an
 * earlier one of the same options stopped; held-out groups are those of the validation and test splits together. Of
 * groups that are trained on there are the figures of the second half of the first epoch, each taken before its own step.
 * Nothing here decides whether a test passes.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { stringify } from 'yaml'
import { hardware, saveReport } from './save-report.ts'

const ROOT = join(import.meta.dirname, '..')

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    work: { type: 'string' },
    seeds: { type: 'string', default: '3' },
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
const HELD_OUT = ['validation', 'test'] as const

const FIGURES = ['accuracy', 'pairAccuracy', 'margin', 'winnerVariance'] as const
type Figures = Readonly<Record<(typeof FIGURES)[number], number>>

const gepo = async (...args: string[]): Promise<string> => {
  const run = execa(process.execPath, [join(ROOT, 'bin/gepo.mjs'), ...args], {
    cwd: work,
    env: { OMP_NUM_THREADS: values.threads },
  })
  return (await run).stdout
}

async function makeModel(seed: number): Promise<string> {
  const folder = `model-${seed}`
  const shape = (['hidden', 'layers'] as const).flatMap((name) => {
    const value = values[name]
    return value === undefined ? [] : [`--${name}`, value]
  })
  const longest = ['--max-positions', values['max-tokens']]
  if (!existsSync(join(work, folder)))
    await gepo(
      'init-model',
      database,
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
  seed: number,
): Promise<{ model: string; config: string }> {
  const config = `${name}.yaml`
  const common = {
    out: name,
    seed,
    data: { groups: database },
    length: { maxTokens: Number(values['max-tokens']) },
    evaluation: { everySteps: 1_000_000, groups: 16 },
    checkpoints: { everySteps: 200 },
    engine: { device: 'cpu', threads: Number(values.threads) },
  }
  writeFileSync(join(work, config), stringify({ ...common, ...options }))
  await gepo('train', config)
  return { model: `${name}/model`, config }
}

/** Over the groups of both held-out splits. */
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
  readonly firstMet: Figures
}

mkdirSync(work, { recursive: true })
const rows: Row[] = []
for (let seed = 1; seed <= Number(values.seeds); seed++) {
  const fresh = await makeModel(seed)
  const sft = await trainOn(
    `sft-${seed}`,
    {
      method: 'sft',
      model: fresh,
      epochs: Number(values['sft-epochs']),
      batch: { groups: Number(values.batch) },
      optimizer: { learningRate: Number(values['sft-rate']) },
    },
    seed,
  )
  for (const arm of values.arms.split(',')) {
    const [method, lambda] = arm.split(':')
    const run = await trainOn(
      `${arm.replace(':', '-')}-${seed}`,
      {
        method,
        model: sft.model,
        epochs: Number(values.epochs),
        batch: { groups: Number(values.batch) },
        optimizer: { learningRate: Number(values.rate) },
        ...(lambda !== undefined && { gepo: { lambda: Number(lambda) } }),
      },
      seed,
    )
    const heldOut = await evaluateOn(run.config, run.model)
    const row = { seed, arm, heldOut, firstMet: firstMet(run.config.replace('.yaml', '')) }
    rows.push(row)
    console.error(JSON.stringify(row))
  }
}

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
  firstMet: overSeeds(own.map((row) => row.firstMet)),
}))
const report = {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  command: `node bench/preference-table.ts ${process.argv.slice(2).join(' ')}`,
  heldOutGroups: rows[0]?.heldOut.groups,
  sftSteps: readMetrics('sft-1').at(-1).step,
  arms,
  rows,
}
console.log(JSON.stringify(report, null, 2))
saveReport(values.save, report)
