/**
 * Training on several processes of the CPU beside one: what ZeRO's stages and offloading change in losses and weights,
 * going on with fewer ranks, and kill -9 of any process at random moments, and of any while a checkpoint or the trained
 * model is being written.
 * `node bench/ranks.ts [--ranks 2,3,4] [--kills 20] [--kills-in-writing 20] [--steps 6] [--seed 1] [--save <name>]`
 *
 * `--ranks ''` compares nothing, and kills alone.
 *
 * The model has 0.1 million parameters and the groups are synthetic, so that a step takes little. In float64 what is left
 * is whether the same is computed; in float32 it is rounding, too. After a kill the run's other processes must be gone,
 * and the same command must end with the very bytes of a run that nobody disturbed. The exit status is 1 where one of it
 * is not so.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as setImmediately, setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { execa } from 'execa'
import { PACKAGE_ROOT } from '../src/base/package-root.ts'
import { createRandom } from '../src/base/random.ts'
import { openTrainingRows } from '../src/store/training-rows.ts'
import { parseTrainConfig } from '../src/train/config/load-train-config.ts'
import type { TrainConfig } from '../src/train/config/train-config.ts'
import { initModel } from '../src/train/model/init-model.ts'
import { MODEL_SIZES } from '../src/train/model/model-sizes.ts'
import { openRanks } from '../src/train/run/open-ranks.ts'
import { train } from '../src/train/run/train.ts'
import { openTensorEngine } from '../src/train/tensor-engine/open-tensor-engine.ts'
import type { TensorEngine } from '../src/train/tensor-engine/tensor-engine.ts'
import { writeSyntheticDatabase } from '../test/store/synthetic-records.ts'
import { largestDifference } from '../test/train/tensor-engine/batches.ts'
import { readCheckpoint } from '../test/train/tensor-engine/read-checkpoint.ts'
import { hardware, saveReport } from './save-report.ts'

const { values } = parseArgs({
  options: {
    ranks: { type: 'string', default: '2,3,4' },
    kills: { type: 'string', default: '20' },
    'kills-in-writing': { type: 'string', default: '20' },
    steps: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
    save: { type: 'string' },
  },
})
const steps = Number(values.steps)
const numbers = values.ranks.split(',').filter(Boolean).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'gepo-ranks-'))
const database = join(folder, 'groups.db')
const model = join(folder, 'model')
const random = createRandom(`kills ${values.seed}`)

const named = (name: string, engine: Record<string, unknown>): TrainConfig =>
  parseTrainConfig({
    method: 'gepo',
    model,
    out: join(folder, name),
    data: { groups: database },
    batch: { groups: 5 },
    epochs: 10,
    maxSteps: steps,
    optimizer: { learningRate: 0.003 },
    checkpoints: { everySteps: 2 },
    engine: { device: 'cpu', threads: 1, ...engine },
  })

interface Difference {
  readonly name: string
  /** The largest: of a loss; of a gradient's norm, relative; of a weight. */
  readonly loss: number
  readonly gradientNorm: number
  readonly weight: number
}

async function compare(name: string, found: TrainConfig, wanted: TrainConfig): Promise<Difference> {
  const [own, others] = [stepsOf(found), stepsOf(wanted)]
  const [weights, expected] = await Promise.all(
    [found, wanted].map(({ out }) => readCheckpoint(join(out, 'model'))),
  )
  const difference = {
    name,
    loss: largestDifference(
      own.map(({ loss }) => loss),
      others.map(({ loss }) => loss),
    ),
    gradientNorm: Math.max(...own.map(({ norm }, i) => Math.abs(norm / others[i]!.norm - 1))),
    weight: Math.max(
      ...Object.entries(expected!).map(([tensor, entries]) => largestDifference(weights![tensor]!, entries)),
    ),
  }
  console.log(
    `${name.padEnd(44)} loss ${difference.loss.toExponential(1)}  norm ${difference.gradientNorm.toExponential(1)}  weights ${difference.weight.toExponential(1)}`,
  )
  return difference
}

function stepsOf({ out }: Pick<TrainConfig, 'out'>): { readonly loss: number; readonly norm: number }[] {
  const lines = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trimEnd().split('\n')
  return lines
    .map((line) => JSON.parse(line) as { kind: string; loss: number; gradientNorm: number })
    .flatMap(({ kind, loss, gradientNorm }) => (kind === 'train' ? [{ loss, norm: gradientNorm }] : []))
}

/** @param stopAt the step after which it is told to stop; undefined for none */
async function run(config: TrainConfig, engine: TensorEngine, stopAt?: number): Promise<TrainConfig> {
  const stop = new AbortController()
  await train(config, {
    engine,
    signal: stop.signal,
    report: (event) => {
      if (event.kind === 'step' && event.step === stopAt) setImmediate(() => stop.abort())
    },
  })
  return config
}

async function withRanks(ranks: number, work: (engine: TensorEngine) => Promise<void>): Promise<void> {
  const opened = await openRanks(named('never', { devices: ranks }), process.env)
  try {
    await work(opened!.engine)
  } finally {
    await opened!.engine.close()
  }
}

const TYPES = ['float64', 'float32'] as const
const differences: Difference[] = []

async function compareStages(alone: ReadonlyMap<string, TrainConfig>): Promise<void> {
  for (const ranks of numbers) {
    await withRanks(ranks, async (engine) => {
      for (const numberType of TYPES) {
        for (const stage of [0, 1, 2, 3]) {
          for (const offload of [false, true]) {
            const name = `${numberType}, ${ranks} ranks, ZeRO ${stage}${offload ? ', offloaded' : ''}`
            const config = named(name, { numberType, devices: ranks, zero: { stage, offload } })
            differences.push(await compare(name, await run(config, engine), alone.get(numberType)!))
          }
        }
      }
    })
  }
}

/** From four ranks on two and on three, in the middle. */
async function compareResumed(alone: ReadonlyMap<string, TrainConfig>): Promise<void> {
  for (const ranks of [2, 3]) {
    const name = `float64, 4 ranks, then ${ranks}`
    const zero = { stage: 3, offload: false }
    await withRanks(4, async (engine) => {
      await run(named(name, { numberType: 'float64', devices: 4, zero }), engine, Math.floor(steps / 2))
    })
    await withRanks(ranks, async (engine) => {
      const config = named(name, { numberType: 'float64', devices: ranks, zero })
      differences.push(await compare(name, await run(config, engine), alone.get('float64')!))
    })
  }
}

interface Kill {
  readonly rank: number
  /** After the run's start. */
  readonly killedAtMs: number
  /** What was on the disk then and not yet under its name, with its bytes. */
  readonly writing: readonly string[]
  /** From the kill to the end of the last other process. */
  readonly othersEndedAfterMs: number
  /** Rank 0's last words. */
  readonly words: string
  /** Whether the process was still there: a run may end before its time. */
  readonly hasHit: boolean
  readonly sameWeights: boolean
  /** Whether each step is in the metrics once, with the same loss. */
  readonly sameSteps: boolean
}

const KILL_RANKS = 4
const commandOf = (name: string) => {
  const file = join(folder, `${name}.json`)
  writeFileSync(file, JSON.stringify(named(name, { devices: KILL_RANKS, zero: { stage: 2, offload: true } })))
  return [join(PACKAGE_ROOT, 'bin/gepo.mjs'), 'train', file]
}
const UNDISTURBED = 'undisturbed'
const stepsIn = (name: string) => stepsOf({ out: join(folder, name) })
const weightsOf = (name: string) => readFileSync(join(folder, name, 'model/model.safetensors'))

/** Returns when it is time to kill one. */
type Wait = (startedAt: number, isOver: () => boolean) => Promise<void>

const anyTime =
  (lastsMs: number): Wait =>
  async (startedAt) =>
    sleep(random.int(0, Math.max(0, Math.round(lastsMs - (performance.now() - startedAt)))))

/** Files that are being written, and folders of such, with their bytes. */
function writingIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.includes('.partial'))
      .map((path) => `${path}: ${statSync(join(folder, path)).size}`)
      .sort()
  } catch {
    // It went on meanwhile.
    return []
  }
}

/** How many moments of a run's writing can be told apart, as far as one looks often enough. */
async function watchWriting(folder: string, most: number, isOver: () => boolean): Promise<number> {
  let [before, changes] = ['', 0]
  while (changes < most && !isOver()) {
    const now = writingIn(folder).join()
    if (now !== '' && now !== before) changes++
    before = now
    await setImmediately()
  }
  return changes
}

/** @param most how many moments the last run had: a busy machine shows fewer */
const inWriting =
  (folder: string, most: { moments: number }): Wait =>
  async (_, isOver) => {
    const moment = random.int(1, most.moments)
    const seen = await watchWriting(folder, moment, isOver)
    if (seen < moment) most.moments = Math.max(1, seen)
  }

async function killOne(name: string, wait: Wait): Promise<Kill> {
  const startedAt = performance.now()
  const training = execa(process.execPath, commandOf(name), { reject: false })
  const processes = () => [training.pid!, ...childrenOf(training.pid!)]
  while (processes().length < KILL_RANKS) await sleep(1)
  const all = processes()
  const rank = random.int(0, KILL_RANKS - 1)
  await wait(startedAt, () => !isAlive(all[rank]!))
  const killedAt = performance.now()
  const hasHit = isAlive(all[rank]!)
  if (hasHit) process.kill(all[rank]!, 'SIGKILL')
  const writing = writingIn(join(folder, name))
  const { stderr } = await training
  while (all.some(isAlive)) await sleep(5)
  const othersEndedAfterMs = Math.round(performance.now() - killedAt)
  const again = await execa(process.execPath, commandOf(name), { reject: false })
  const kill: Kill = {
    rank,
    killedAtMs: Math.round(killedAt - startedAt),
    writing,
    othersEndedAfterMs,
    hasHit,
    words: stderr.trim().split('\n').at(-1) ?? '',
    sameWeights: again.exitCode === 0 && weightsOf(name).equals(weightsOf(UNDISTURBED)),
    sameSteps: isDeepStrictEqual(stepsIn(name), stepsIn(UNDISTURBED)),
  }
  console.log(
    `rank ${kill.rank} ${hasHit ? 'killed' : 'was done'} after ${kill.killedAtMs} ms: all gone ${kill.othersEndedAfterMs} ms later, ${kill.sameWeights ? 'same weights' : 'OTHER WEIGHTS'}, ${kill.sameSteps ? 'same steps' : 'OTHER STEPS'} ${writing.join(', ')}`,
  )
  return kill
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number)
  } catch {
    return []
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function killMany(): Promise<Kill[]> {
  const [atAnyTime, whileWriting] = [Number(values.kills), Number(values['kills-in-writing'])]
  if (atAnyTime + whileWriting === 0) return []
  const startedAt = performance.now()
  let isOver = false
  const undisturbed = execa(process.execPath, commandOf(UNDISTURBED)).finally(() => {
    isOver = true
  })
  const most = {
    moments: await watchWriting(join(folder, UNDISTURBED), Number.POSITIVE_INFINITY, () => isOver),
  }
  await undisturbed
  const lastsMs = performance.now() - startedAt
  const kills: Kill[] = []
  const killSome = async (count: number, kind: string, wait: (name: string) => Wait) => {
    for (let n = 1, hits = 0; hits < count; n++) {
      const name = `killed ${kind} ${n}`
      const kill = await killOne(name, wait(name))
      if (kill.hasHit) hits++
      kills.push(kill)
    }
  }
  await killSome(atAnyTime, 'at any time', () => anyTime(lastsMs))
  await killSome(whileWriting, 'in writing', (name) => inWriting(join(folder, name), most))
  return kills
}

try {
  writeSyntheticDatabase(database, 24)
  const rows = openTrainingRows(database)
  const sizes = { ...MODEL_SIZES.tiny, hidden: 32, intermediate: 96, vocabulary: 320 }
  await initModel(rows, { ...sizes, out: model, seed: 1, maxPositions: 1024, textBytes: 1e6 })
  rows.close()

  const engine = openTensorEngine({ threads: 1 })
  const alone = new Map<string, TrainConfig>()
  for (const numberType of TYPES)
    alone.set(numberType, await run(named(`alone ${numberType}`, { numberType }), engine))
  if (numbers.length > 0) {
    await compareStages(alone)
    await compareResumed(alone)
  }
  await engine.close()
  const kills = await killMany()

  saveReport(values.save, {
    date: new Date().toISOString().slice(0, 10),
    hardware: hardware(),
    command: `node bench/ranks.ts ${process.argv.slice(2).join(' ')}`,
    steps,
    differences,
    kills,
  })
  // In float64 nothing but the order of sums differs; checkpoints are in float32.
  const isSame = ({ name, loss, weight }: Difference) =>
    name.startsWith('float64') ? loss < 1e-9 && weight < 1e-7 : loss < 1e-4 && weight < 1e-3
  if (!differences.every(isSame) || !kills.every(({ sameWeights, sameSteps }) => sameWeights && sameSteps))
    process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
