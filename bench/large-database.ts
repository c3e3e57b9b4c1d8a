/**
 * What gepo's commands take on a database of many groups beside one of a tenth: wall, processor time and the most memory,
 * each command a process of its own.
 * `node bench/large-database.ts groups.db --groups 30000,300000 --work many [--steps stats,audit] [--save <name>]`
 *
 * The databases are made by many-groups.ts from `groups.db`, in shards that the step `merge` brings together. What was
 * measured is kept in the work folder, so that an interrupted call goes on; remove the folder afterwards. Processor time
 * and memory say the same on a busy machine, wall time does not.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { hardware, saveReport } from './save-report.ts'

interface Usage {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  readonly peakMiB: number
}

/** Arguments of gepo, in the folder of one size. */
interface Step {
  readonly args: readonly string[]
  /** A file or folder that it writes and that must not be there. */
  readonly fresh?: string
  /** Removed once it was measured. */
  readonly remove?: string
  /** Where standard output is too much to keep. */
  readonly toNothing?: true
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    groups: { type: 'string', default: '30000,300000' },
    work: { type: 'string', default: 'many' },
    shards: { type: 'string', default: '8' },
    steps: { type: 'string' },
    save: { type: 'string' },
  },
})
const [from = 'groups.db'] = positionals
const sizes = values.groups.split(',').map(Number)
const bin = resolve(import.meta.dirname, '../bin/gepo.mjs')
const preload = resolve(import.meta.dirname, 'report-usage.mjs')

const shardNames = Array.from(
  { length: Number(values.shards) },
  (_, i) => `shard-${i + 1}-of-${values.shards}.db`,
)
/** In this order: the first one makes what the others read. */
const STEPS: Readonly<Record<string, Step>> = {
  merge: { args: ['merge', ...shardNames, '--out', 'all.db'], fresh: 'all.db' },
  stats: { args: ['stats', 'all.db', '--json'] },
  show: { args: ['show', 'all.db', '--seed', '1'] },
  verify: { args: ['verify', 'all.db', '--sample', '10', '--jobs', '1', '--json'] },
  'export jsonl': { args: ['export', 'all.db', '--out', '-'], toNothing: true },
  'export parquet': {
    args: ['export', 'all.db', '--format', 'parquet', '--no-audit', '--out', 'parquet'],
    fresh: 'parquet',
    remove: 'parquet',
  },
  'export trl': {
    args: ['export', 'all.db', '--format', 'trl', '--no-audit', '--out', 'trl'],
    fresh: 'trl',
    remove: 'trl',
  },
  audit: { args: ['audit', 'all.db', '--json'] },
  'build again': { args: ['build', 'templates.jsonl', '--seed', '1', '--jobs', '1', '--out', 'all.db'] },
  'train dry run': { args: ['train', 'step.yaml', '--dry-run', '--json'] },
  'train first step': { args: ['train', 'step.yaml', '--json'], fresh: 'step' },
  'train second opening': { args: ['train', 'again.yaml', '--json'], fresh: 'again' },
}
const asked = values.steps?.split(',') ?? Object.keys(STEPS)
for (const step of asked)
  if (STEPS[step] === undefined) throw new Error(`${step} is none of ${Object.keys(STEPS).join(', ')}`)

const measured = sizes.map((groups) => ({ groups, usage: measure(groups) }))
const [few, many] = measured
const table = asked.map((step) => {
  const [before, after] = [few?.usage[step], many?.usage[step]]
  return { step, few: before, many: after, ...(before && after && { ratio: ratios(before, after) }) }
})
for (const { step, few, many, ratio } of table)
  console.log(
    [step.padEnd(26), text(few), text(many), ratio && `x${ratio.cpu} cpu, x${ratio.memory} memory`].join(
      '  ',
    ),
  )
saveReport(values.save, {
  date: new Date().toISOString().slice(0, 10),
  hardware: hardware(),
  command: `node bench/large-database.ts ${process.argv.slice(2).join(' ')}`,
  groups: sizes,
  table,
})

function ratios(before: Usage, after: Usage) {
  const ratio = (a: number, b: number) => Number((b / a).toFixed(1))
  return {
    cpu: ratio(before.cpuSeconds, after.cpuSeconds),
    wall: ratio(before.wallSeconds, after.wallSeconds),
    memory: ratio(before.peakMiB, after.peakMiB),
  }
}

function text(usage: Usage | undefined): string {
  if (usage === undefined) return '-'
  const { cpuSeconds, wallSeconds, peakMiB } = usage
  return `${cpuSeconds.toFixed(1)} s cpu, ${wallSeconds.toFixed(1)} s, ${peakMiB.toFixed(0)} MiB`
}

/** Steps that are known of an earlier call are not done again. */
function measure(groups: number): Record<string, Usage> {
  const folder = join(values.work, `n${groups}`)
  const kept = join(folder, 'usage.json')
  mkdirSync(folder, { recursive: true })
  make(groups, folder)
  const usage: Record<string, Usage> = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {}
  for (const name of asked) {
    if (usage[name] !== undefined) continue
    usage[name] = run(STEPS[name]!, folder)
    console.error(`${groups} groups, ${name}: ${text(usage[name])}`)
    writeFileSync(kept, JSON.stringify(usage))
  }
  return usage
}

function make(groups: number, folder: string): void {
  const maker = resolve(import.meta.dirname, 'many-groups.ts')
  const made = spawnSync(
    process.execPath,
    [maker, from, '--groups', String(groups), '--shards', values.shards, '--out', folder],
    { stdio: 'inherit' },
  )
  if (made.status !== 0) throw new Error(`${maker} ended with ${made.status}`)
}

function run({ args, fresh, remove, toNothing }: Step, folder: string): Usage {
  if (fresh !== undefined) rmSync(join(folder, fresh), { recursive: true, force: true })
  if (args[0] === 'train') prepareTraining(folder)
  const file = join(folder, 'usage-of-one.json')
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', preload, bin, ...args],
    {
      cwd: folder,
      env: { ...process.env, USAGE_FILE: file },
      stdio: ['ignore', toNothing ? 'ignore' : 'pipe', 'pipe'],
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
    },
  )
  if (status !== 0)
    throw new Error(`gepo ${args.join(' ')}: ${status ?? signal}\n${stdout ?? ''}\n${stderr.slice(-2000)}`)
  if (remove !== undefined) rmSync(join(folder, remove), { recursive: true, force: true })
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** A tiny model, and a run of one step whose first opening looks through all groups, and whose second finds that done. */
function prepareTraining(folder: string): void {
  const model = resolve(values.work, 'model')
  if (!existsSync(model)) {
    const made = spawnSync(
      process.execPath,
      [bin, 'init-model', 'templates.db', '--size', 'tiny', '--max-positions', '1024', '--out', model],
      { cwd: folder, stdio: 'inherit' },
    )
    if (made.status !== 0) throw new Error(`gepo init-model ended with ${made.status}`)
  }
  for (const out of ['step', 'again'])
    writeFileSync(
      join(folder, `${out}.yaml`),
      [
        'method: sft',
        `model: ${model}`,
        `out: ${out}`,
        'data: { groups: all.db }',
        'length: { maxTokens: 1024 }',
        'maxSteps: 1',
        'engine: { device: cpu }',
        'evaluation: { groups: 4 }',
        '',
      ].join('\n'),
    )
}
