/**
 * DPO by `gepo train` and by TRL's DPOTrainer on the same model, pairs and machine: tokens per second and peak memory.
 * `node bench/dpo-beside-trl.ts groups.db model [--groups 64] [--pairs matched|all] [--threads 1] [--save <name>]`
 *
 * Both take the same pairs of ids in steps of as many pairs, in passes of about as many tokens. A pair's tokens count
 * as TRL computes them, its prompt twice; a response in several pairs counts in each, though gepo computes it once.
 * TRL runs in `.tools/oracle` (scripts/oracle-environment.mjs). Nothing here decides whether a test passes.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { execa } from 'execa'
import { stringify } from 'yaml'
import { parseTrainConfig } from '../src/train/config/load-train-config.ts'
import type { GroupConfig } from '../src/train/config/train-config.ts'
import type { EncodedGroup } from '../src/train/data/encoded-group.ts'
import { openTrainingData } from '../src/train/data/open-training-data.ts'
import { hardware, saveReport } from './save-report.ts'

const ROOT = join(import.meta.dirname, '..')
const GROUPS_PER_STEP = 8

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    groups: { type: 'string', default: '64' },
    pairs: { type: 'string', default: 'matched' },
    'pairs-at-a-time': { type: 'string', default: '4' },
    'max-tokens': { type: 'string', default: '1024' },
    threads: { type: 'string', default: '1' },
    save: { type: 'string' },
  },
})
const [database = 'groups.db', model = 'models/small'] = positionals
const threads = Number(values.threads)
const pairsAtATime = Number(values['pairs-at-a-time'])
const scratch = mkdtempSync(join(tmpdir(), 'gepo-beside-trl-'))

const given = {
  method: 'dpo',
  model,
  out: join(scratch, 'run'),
  data: { groups: database, limit: Number(values.groups), cache: join(scratch, 'cache') },
  length: { maxTokens: Number(values['max-tokens']) },
  batch: { groups: GROUPS_PER_STEP },
  evaluation: { everySteps: 1_000_000, groups: 1 },
  checkpoints: { everySteps: 1_000_000 },
  dpo: { pairs: values.pairs },
}

interface Pair {
  readonly prompt: readonly number[]
  readonly chosen: readonly number[]
  readonly rejected: readonly number[]
}

function pairsOf({ prompt, responses, winners }: EncodedGroup): Pair[] {
  const chosen = responses.slice(0, winners)
  const rejected = responses.slice(winners)
  const pair = (winner: Int32Array, loser: Int32Array) => ({
    prompt: [...prompt],
    chosen: [...winner],
    rejected: [...loser],
  })
  if (values.pairs === 'all') return chosen.flatMap((winner) => rejected.map((loser) => pair(winner, loser)))
  const count = Math.max(chosen.length, rejected.length)
  return Array.from({ length: count }, (_, index) =>
    pair(chosen[index % chosen.length]!, rejected[index % rejected.length]!),
  )
}

/** Bytes; the most that the process and what it started have held in memory, asked while it runs. */
async function peakOf(run: PromiseLike<unknown> & { readonly pid?: number | undefined }): Promise<number> {
  let peak = 0
  const look = () => {
    try {
      const status = readFileSync(`/proc/${run.pid}/status`, 'utf8')
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024)
    } catch {
      // It has ended.
    }
  }
  const timer = setInterval(look, 50)
  try {
    await run
  } finally {
    clearInterval(timer)
  }
  return peak
}

async function runOurs(packedTokens: number) {
  const file = join(scratch, 'dpo.yaml')
  writeFileSync(file, stringify({ ...given, engine: { device: 'cpu', threads, packedTokens } }))
  const run = execa(process.execPath, [join(ROOT, 'bin/gepo.mjs'), 'train', file], {
    env: { OMP_NUM_THREADS: String(threads) },
  })
  const peakBytes = await peakOf(run)
  const steps = readFileSync(join(scratch, 'run/metrics.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'train')
  return {
    steps: steps.length,
    secondsInSteps: steps.reduce((sum, { tokens, tokensPerSecond }) => sum + tokens / tokensPerSecond, 0),
    peakBytes,
  }
}

async function runTrl(pairs: readonly Pair[], pairsPerStep: number, precompute: boolean) {
  const { stdout } = await execa(
    join(ROOT, '.tools/oracle/bin/python'),
    [join(import.meta.dirname, 'trl-dpo.py')],
    {
      input: JSON.stringify({
        ...{ model, pairs, pairsAtATime, pairsPerStep, precompute, threads },
        beta: 0.1,
        learningRate: 5e-7,
        vocabulary: JSON.parse(readFileSync(join(model, 'config.json'), 'utf8')).vocab_size,
        end: pairs[0]!.chosen.at(-1),
      }),
      env: { HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: String(threads) },
    },
  )
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as {
    seconds: number
    peakBytes: number
    steps: number
  }
}

try {
  const config = parseTrainConfig(given) as GroupConfig
  const data = await openTrainingData(config, model)
  const source = await data.source({ split: 'train', limit: given.data.limit, seed: config.seed })
  const groups = await source.load(source.ids)
  data.close()
  const pairs = groups.flatMap(pairsOf)
  const tokens = pairs.reduce(
    (sum, { prompt, chosen, rejected }) => sum + 2 * prompt.length + chosen.length + rejected.length,
    0,
  )
  const pairsPerStep = Math.max(
    pairsAtATime,
    Math.round(((pairs.length / groups.length) * GROUPS_PER_STEP) / pairsAtATime) * pairsAtATime,
  )
  // As many tokens in a pass as TRL has on the average, padding left out.
  const packedTokens = Math.round((tokens / pairs.length) * pairsAtATime)

  const ours = await runOurs(packedTokens)
  const sides = [{ name: 'gepo', seconds: ours.secondsInSteps, peakBytes: ours.peakBytes, steps: ours.steps }]
  for (const { name, precompute } of [
    { name: 'TRL, reference computed before', precompute: true },
    { name: 'TRL, as it is by default', precompute: false },
  ])
    sides.push({ name, ...(await runTrl(pairs, pairsPerStep, precompute)) })

  const [first] = sides
  const report = {
    date: new Date().toISOString().slice(0, 10),
    hardware: hardware(),
    command: `node bench/dpo-beside-trl.ts ${process.argv.slice(2).join(' ')}`,
    groups: groups.length,
    pairs: pairs.length,
    tokens,
    pairsPerStep,
    pairsAtATime,
    packedTokens,
    sides: sides.map((side) => ({
      ...side,
      tokensPerSecond: Math.round(tokens / side.seconds),
      speedOfOurs: Math.round((side.seconds / first!.seconds) * 100) / 100,
      memoryOverOurs: Math.round((side.peakBytes / first!.peakBytes) * 100) / 100,
    })),
  }
  console.log(JSON.stringify(report, null, 2))
  saveReport(values.save, report)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
