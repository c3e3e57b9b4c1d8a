/** Several processes with an engine each in, one engine whose models are on all of them out. */
import { availableParallelism } from 'node:os'
import { type Addon, loadAddon } from '../addon.ts'
import { engineClosed, openNativeModel } from '../open-tensor-engine.ts'
import { EngineError, type Model, type TensorEngine } from '../tensor-engine.ts'
import { joiningWords } from './prove-key.ts'
import { gatherCrew, type RankEngine } from './rank-crew.ts'
import { createRankedModel } from './ranked-model.ts'
import type { Peer, Service } from './services.ts'

/** Another process of the training. */
export interface OtherRank {
  readonly rank: number
  readonly peer: Peer
  /** Its machine as the other ranks reach it. */
  readonly host: string
  /** Its number on its machine. */
  readonly localRank: number
  /** Its words for why it ended, as far as they are known by then; waits a little for them. */
  readonly whyEnded: () => Promise<string>
  /** Resolves when its connection is gone. */
  readonly ended: Promise<void>
}

export interface RankedEngineOptions {
  readonly others: readonly OtherRank[]
  /** What all ranks know and nobody else. */
  readonly key: string
  /** This machine as the other ranks reach it, and its number of ranks. */
  readonly host: string
  readonly localRank: number
  readonly localSize: number
  readonly everywhere: boolean
  /** Of each rank; null: its share of the machine's cores. */
  readonly threads: number | null
  readonly isOnGpu: boolean
  readonly env: NodeJS.ProcessEnv
}

/**
 * One at a time in a process, whose engine is a rank of it.
 * @throws EngineError of the kind `unavailable`, of any rank
 */
export async function openRankedEngine(options: RankedEngineOptions): Promise<TensorEngine> {
  const { others, env, localSize, isOnGpu } = options
  const own = loadAddon(env)
  const threads = options.threads ?? Math.max(1, Math.floor(availableParallelism() / localSize))
  const hasCuda = own.start(threads)
  let isClosed = false
  let lose = (reason: EngineError) => {
    for (const { peer } of others) peer.fail(reason)
  }
  for (const other of others) {
    void other.ended.then(async () => {
      if (isClosed) return other.peer.fail(engineClosed())
      const why = await other.whyEnded()
      lose(
        new EngineError(
          'rank-lost',
          `Rank ${other.rank} has ended (${why}), and the others with it: start the same command again, which goes on from the last checkpoint.`,
        ),
      )
    })
  }
  const started = await Promise.all([
    own.call<string[]>('listGpus', {}).then((gpus) => ({
      rank: 0,
      localRank: options.localRank,
      gpus,
      addon: joiningBy(options.key, own),
      host: options.host,
      peer: undefined,
    })),
    ...others.map(async ({ rank, peer, host, localRank }) => {
      const { torchVersion, gpus } = await peer.call<StartedEngine>('tensors', START, threads)
      if (torchVersion !== own.torchVersion) {
        throw new EngineError(
          'unavailable',
          `Rank ${rank} has libtorch ${torchVersion} and rank 0 ${own.torchVersion}: set up the same on all machines.`,
        )
      }
      return { rank, localRank, gpus, addon: remoteAddon(peer, torchVersion), host, peer }
    }),
  ])
  const devices = isOnGpu ? chooseGpus(started) : started.map(() => 'cpu')
  const engines = started.map(
    ({ addon, host, peer }, i): RankEngine => ({ addon, host, device: devices[i]!, peer }),
  )
  const crew = gatherCrew(engines, options.everywhere)
  lose = crew.lose

  const models = new Set<Model>()
  return {
    torchVersion: own.torchVersion,
    hasCuda,
    async openModel(modelOptions) {
      if (isClosed) throw engineClosed()
      const parts = await crew.together((rank) =>
        openNativeModel(
          crew.addons[rank]!,
          { ...modelOptions, device: crew.devices[rank]! as typeof modelOptions.device },
          rank,
        ),
      )
      const model = createRankedModel(crew, parts)
      models.add(model)
      return model
    },
    async close() {
      isClosed = true
      await Promise.all([...models].map((model) => model.close()))
      for (const { peer } of others) peer.close(crew.lost()?.message)
    },
  }
}

interface SeenGpus {
  readonly rank: number
  readonly localRank: number
  /** Those that its process sees, each by the name that it has in all processes; empty where that is not known. */
  readonly gpus: readonly string[]
}

/**
 * Each rank's own of the GPUs that it sees: where a launcher shows each process one alone, that.
 * @throws EngineError of the kind `unavailable` where there are fewer than ranks
 */
export function chooseGpus(ranks: readonly SeenGpus[]): string[] {
  const taken = new Set<string>()
  return ranks.map(({ rank, localRank, gpus }) => {
    const number = gpus.length === 1 ? 0 : localRank
    const name = gpus[number]
    if (name === undefined || taken.has(name)) {
      throw new EngineError(
        'unavailable',
        `Rank ${rank} has number ${localRank} on its machine and sees ${gpus.length} GPUs there: start no more ranks on a machine than it has.`,
      )
    }
    if (name !== '') taken.add(name)
    return `cuda:${number}`
  })
}

const START = 'start'

interface StartedEngine {
  readonly torchVersion: string
  readonly gpus: readonly string[]
}

/** Joins the others by the key, which is never sent. */
function joiningBy(key: string, addon: Addon): Addon {
  return {
    ...addon,
    call(operation, argument, signal, listener) {
      if (operation !== 'join') return addon.call(operation, argument, signal, listener)
      const { joining, rank, addresses } = argument as JoinArgument
      const words = joiningWords(key, joining, rank, addresses.length)
      return addon.call(operation, { ...argument, ...words }, signal, listener)
    },
  }
}

/** Of it what the words follow from. */
interface JoinArgument {
  readonly joining: string
  readonly rank: number
  readonly addresses: readonly object[]
}

/** The engine of another process. */
function remoteAddon(peer: Peer, torchVersion: string): Addon {
  return {
    torchVersion,
    start: () => {
      throw new Error('started by its own process')
    },
    call: (operation, argument, signal, listener) =>
      peer.call('tensors', operation, argument, { signal, onPart: listener }),
  }
}

/**
 * What a rank other than 0 does with its engine. That is loaded at once, before anybody waits for a sign of life; where it
 * cannot be, whatever is asked fails with the reason.
 */
export function serveTensors(key: string, env: NodeJS.ProcessEnv): Service {
  const load = async () => joiningBy(key, loadAddon(env))
  const loading = load()
  loading.catch(() => {})
  return async (operation, argument, { signal, onPart }) => {
    const addon = await loading
    if (operation !== START) return addon.call(operation, argument as object, signal, onPart)
    addon.start(argument as number)
    return {
      torchVersion: addon.torchVersion,
      gpus: await addon.call<string[]>('listGpus', {}),
    } satisfies StartedEngine
  }
}
