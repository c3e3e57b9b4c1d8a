/**
 * A configuration in, the processes that train it out: on one machine rank 0 starts the others itself, and by torchrun or
 * srun each is started by those. Rank 0 runs the loop, opens the data and writes everything; the others compute what they
 * are told, and one on each machine judges answers. A process whose connection to rank 0 is gone ends.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../base/user-error.ts'
import type { TrainConfig } from '../config/train-config.ts'
import { type OpenCompiling, openCompilingJudge } from '../policy/compiling.ts'
import { compileOnMachines, judgeOnMachines, serveJudges } from '../policy/judge-on-machines.ts'
import type { OpenJudging } from '../policy/judging.ts'
import { openJudging } from '../policy/open-judging.ts'
import { loadAddon } from '../tensor-engine/addon.ts'
import {
  type Arrival,
  awaitRanks,
  joinMeeting,
  listenForRanks,
  type Meeting,
} from '../tensor-engine/ranks/meet-ranks.ts'
import { type OtherRank, openRankedEngine, serveTensors } from '../tensor-engine/ranks/open-ranked-engine.ts'
import { type Launch, readLaunch, readSilence } from '../tensor-engine/ranks/read-launch.ts'
import { askOver, type Ending, serveOver } from '../tensor-engine/ranks/services.ts'
import type { TensorEngine } from '../tensor-engine/tensor-engine.ts'
import { countOwnRanks } from './count-ranks.ts'
import { chooseDevice } from './open-options.ts'

const LOOPBACK = '127.0.0.1'

export interface Ranks {
  /** Its models are on all ranks; the caller closes it, and the other processes end with that. */
  readonly engine: TensorEngine
  readonly openJudging: OpenJudging
  readonly openCompiling: OpenCompiling
  /** What the user should know of them. */
  readonly note: string | undefined
}

/**
 * Undefined where one process trains alone.
 * @throws UserError where the configuration asks for more than there is, or other ranks do not come
 */
export async function openRanks(config: TrainConfig, env: NodeJS.ProcessEnv): Promise<Ranks | undefined> {
  const launch = readLaunch(env)
  if (launch !== undefined) return byLauncher(config, launch, env)
  if (config.engine.devices === 1) return undefined
  const { size, isOnGpu } = await countOwnRanks(config, env)
  return size === 1 ? undefined : byOurselves(config, size, isOnGpu, env)
}

/**
 * What a process that a launcher started as another rank than 0 does, until rank 0 is done.
 * @returns false where it is rank 0, or alone
 * @throws UserError where rank 0 has failed, or is gone
 */
export async function serveAsRank(config: TrainConfig, env: NodeJS.ProcessEnv): Promise<boolean> {
  const launch = readLaunch(env)
  if (launch === undefined || launch.rank === 0) return false
  const ending = await serveRank(launch, meetingOf(config, launch, env), env)
  if (ending.kind === 'done') return true
  throw new UserError(
    ending.kind === 'failed'
      ? `Rank 0 has ended the training: ${ending.reason}`
      : `The connection to rank 0 is lost, whose process or machine has ended: start the same command again, which goes on from the last checkpoint.`,
  )
}

/** Ends the process in the middle of what it computes where that does not end by itself: nothing of it would be of use. */
export async function serveRank(
  place: Pick<Launch, 'rank' | 'localRank' | 'host' | 'port'>,
  meeting: Meeting,
  env: NodeJS.ProcessEnv,
  options?: Parameters<typeof joinMeeting>[2],
): Promise<Ending> {
  const judges = serveJudges()
  const services = { tensors: serveTensors(meeting.key, env), ...judges.services }
  const wire = await joinMeeting(place, meeting, options)
  leaveFirstSignalToRank0()
  const { ending, unfinished } = await serveOver(wire, services)
  if (unfinished > 0) process.kill(process.pid, 'SIGKILL')
  await judges.close()
  return ending
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Ctrl-C reaches all processes of a terminal, and rank 0 says what is to be done: it may want to save what this one holds. The
 * second signal ends this process as it does rank 0, which may be stopped and say nothing.
 */
function leaveFirstSignalToRank0(): void {
  let isFirst = true
  const onSignal = (signal: NodeJS.Signals) => {
    if (isFirst) {
      isFirst = false
      return
    }
    for (const name of SIGNALS) process.off(name, onSignal)
    process.kill(process.pid, signal)
  }
  for (const name of SIGNALS) process.on(name, onSignal)
}

/** All ranks must have been started with the same configuration. */
function meetingOf(config: TrainConfig, { size, key }: Launch, env: NodeJS.ProcessEnv): Meeting {
  return { size, key, purpose: JSON.stringify(config), silenceSeconds: readSilence(env) }
}

async function byLauncher(config: TrainConfig, launch: Launch, env: NodeJS.ProcessEnv): Promise<Ranks> {
  const { rank, size, key, port, host, localRank, localSize, isOneMachine } = launch
  if (rank !== 0) {
    throw new UserError(
      `This is rank ${rank} of ${size}, and trains with rank 0 alone; start it by gepo train, or unset RANK and WORLD_SIZE.`,
    )
  }
  const { server } = await listenForRanks(isOneMachine ? LOOPBACK : '0.0.0.0', port)
  const meeting = meetingOf(config, launch, env)
  const arrivals = await awaitRanks(server, meeting, new AbortController().signal)
  const others = arrivals.map((arrival) => otherRank(arrival, arrival.host ?? host, meeting, undefined))
  return orEndOthers(others, () => {
    const isOnGpu = chooseDevice(config, { hasCuda: loadAddon(env).start(0) }) !== 'cpu'
    const everywhere = !isOneMachine
    const parts = { others, key, host, localRank, localSize, everywhere, isOnGpu, env }
    return gather(config, parts, arrivals, launch.isKeyPublic ? publicKeyNote(key) : undefined)
  })
}

const publicKeyNote = (key: string) =>
  `Ranks know each other by the launcher's name for this start, "${key}", alone: others with an account on this machine can guess it, take part and read what is trained on; set GEPO_RANK_KEY to a secret where there are any.`

/** What ends rank 0 before its engine is open ends the others, too. */
async function orEndOthers<Result>(
  others: readonly OtherRank[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    for (const { peer } of others) peer.close((error as Error).message)
    throw error
  }
}

async function byOurselves(
  config: TrainConfig,
  size: number,
  isOnGpu: boolean,
  env: NodeJS.ProcessEnv,
): Promise<Ranks> {
  const host = LOOPBACK
  const meeting: Meeting = {
    size,
    key: randomBytes(32).toString('hex'),
    purpose: 'ranks of one machine',
    silenceSeconds: readSilence(env),
  }
  const { server, port } = await listenForRanks(host, 0)
  const failing = new AbortController()
  const program = fileURLToPath(new URL(`./rank-worker${extname(import.meta.url)}`, import.meta.url))
  const children = Array.from({ length: size - 1 }, (_, i) => {
    const rank = i + 1
    const child = spawn(process.execPath, [program], {
      env: { ...env, GEPO_RANK: JSON.stringify({ rank, port, meeting }) },
      // Standard output is rank 0's.
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    child.once('exit', () => {
      failing.abort(
        new UserError(`Rank ${rank} did not start (${howEnded(child)}); look at what it said before.`),
      )
    })
    return child
  })
  try {
    const arrivals = await awaitRanks(server, meeting, failing.signal)
    const others = arrivals.map((arrival) => otherRank(arrival, host, meeting, children[arrival.rank - 1]))
    const place = { key: meeting.key, host, localRank: 0, localSize: size, everywhere: false }
    const ranks = await orEndOthers(others, () =>
      gather(config, { others, ...place, isOnGpu, env }, arrivals),
    )
    const close = async () => {
      await ranks.engine.close()
      await endChildren(children)
    }
    return { ...ranks, engine: { ...ranks.engine, close } }
  } catch (error) {
    for (const child of children) child.kill('SIGKILL')
    throw error
  }
}

/** Those that do not end by themselves are stopped, or hang. */
async function endChildren(children: readonly ChildProcess[]): Promise<void> {
  const running = children.filter(isRunning)
  const timer = setTimeout(() => {
    for (const child of running) child.kill('SIGKILL')
  }, CHILD_ENDING_MS)
  await Promise.all(running.map((child) => once(child, 'exit')))
  clearTimeout(timer)
}

const isRunning = ({ exitCode, signalCode }: ChildProcess) => exitCode === null && signalCode === null

async function gather(
  config: TrainConfig,
  parts: Omit<Parameters<typeof openRankedEngine>[0], 'threads'>,
  arrivals: readonly Arrival[],
  note?: string,
): Promise<Ranks> {
  const engine = await openRankedEngine({ ...parts, threads: config.engine.threads })
  // Of each other machine the first: their own first one is rank 0.
  const judges = arrivals.flatMap(({ localRank, machine }, i) =>
    localRank === 0 ? [{ name: machine, peer: parts.others[i]!.peer }] : [],
  )
  return {
    engine,
    openJudging: judgeOnMachines(openJudging, judges),
    openCompiling: compileOnMachines(openCompilingJudge, judges),
    note,
  }
}

function otherRank(
  { rank, localRank, wire, machine, pid }: Arrival,
  host: string,
  { silenceSeconds }: Meeting,
  child: ChildProcess | undefined,
): OtherRank {
  return {
    rank,
    localRank,
    host,
    ended: wire.ended,
    peer: askOver(wire),
    async whyEnded() {
      if (wire.wasSilent()) {
        // One that is stopped would stay.
        child?.kill('SIGKILL')
        return `process ${pid} on ${machine} gave no sign of life for ${silenceSeconds} seconds: it is stopped, or its machine or the way to it is gone`
      }
      if (child === undefined) return `process ${pid} on ${machine} is not to be reached`
      if (isRunning(child)) {
        await Promise.race([once(child, 'exit'), sleep(CHILD_PATIENCE_MS)])
      }
      return howEnded(child)
    },
  }
}

/** Between the end of a process's connection and that of itself. */
const CHILD_PATIENCE_MS = 2000
/** Between being told to end and the end. */
const CHILD_ENDING_MS = 10_000

function howEnded({ pid, exitCode, signalCode }: ChildProcess): string {
  if (signalCode !== null) return `process ${pid} was ended by ${signalCode}`
  return exitCode === null ? `process ${pid} hung up` : `process ${pid} left with status ${exitCode}`
}
