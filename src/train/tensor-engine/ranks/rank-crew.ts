/**
 * The ranks of one training as rank 0 sees them: each an engine's addon, here or in another process. What fails on one of
 * them ends what is under way on all, for they wait for each other; they are then connected anew before anything else. A
 * process that ends takes the training with it: every call is rejected with its reason.
 */
import type { Addon } from '../addon.ts'
import type { EngineError } from '../tensor-engine.ts'
import { makeNonce } from './prove-key.ts'
import type { Peer } from './services.ts'

/** A rank's engine, where it is. */
export interface RankEngine {
  readonly addon: Addon
  /** As the other ranks reach its machine. */
  readonly host: string
  /** `cpu`, or its GPU. */
  readonly device: string
  /** The connection to its process; none of rank 0. */
  readonly peer: Peer | undefined
}

export interface RankCrew {
  /** One for each rank; a call on one ends where one on another fails. */
  readonly addons: readonly Addon[]
  readonly devices: readonly string[]
  /**
   * Does something with every rank at the same time, connected.
   * @throws the first failure that was no consequence of another
   */
  together<Result>(work: (rank: number) => Promise<Result>): Promise<Result[]>
  /** All that is under way, and all that comes, fails with this. */
  lose(reason: EngineError): void
  /** What it was lost for, if it was. */
  lost(): EngineError | undefined
}

/** @param everywhere whether ranks are on several machines */
export function gatherCrew(engines: readonly RankEngine[], everywhere: boolean): RankCrew {
  // Raised where a call fails; another one takes its place once all are connected again.
  let breaking = new AbortController()
  let lost: EngineError | undefined
  let connecting: Promise<void> | undefined
  const running = new Set<Promise<unknown>>()

  const addons = engines.map(
    ({ addon }): Addon => ({
      ...addon,
      async call(operation, argument, signal, listener) {
        // Whatever came apart, what it held is to be freed.
        if (FREEING.includes(operation)) return addon.call(operation, argument)
        const own = breaking
        const both = signal === undefined ? own.signal : AbortSignal.any([signal, own.signal])
        try {
          return await addon.call(operation, argument, both, listener)
        } catch (error) {
          tear(error, own)
          throw error
        }
      },
    }),
  )

  /** @param torn what a failed call was made under: all may be connected anew since, which it does not concern */
  function tear(error: unknown, torn: AbortController): void {
    if (torn.signal.aborted) return
    torn.abort(error)
    if (torn === breaking) connecting = undefined
  }

  async function connect(): Promise<void> {
    await Promise.allSettled(running)
    if (lost !== undefined) throw lost
    breaking = new AbortController()
    const nccl = engines[0]!.device !== 'cpu'
    const places = await together(async (rank) =>
      nccl && rank > 0
        ? undefined
        : addons[rank]!.call<{ port: number; id: Uint8Array }>('listen', { everywhere, nccl }),
    )
    const joining = makeNonce()
    const addresses = engines.map(({ host }, rank) => ({ address: `${host}:${places[rank]?.port ?? 0}` }))
    await together((rank) => {
      const { device } = engines[rank]!
      return addons[rank]!.call('join', { rank, joining, id: places[0]?.id, device, addresses })
    })
  }

  /** Ends when all have. */
  async function together<Result>(work: (rank: number) => Promise<Result>): Promise<Result[]> {
    const { signal } = breaking
    const all = Promise.allSettled(engines.map((_, rank) => work(rank)))
    running.add(all)
    const settled = await all.finally(() => running.delete(all))
    const failures = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []))
    if (failures.length > 0) throw lost ?? rootCause(failures, signal.reason)
    return settled.map((one) => (one as PromiseFulfilledResult<Result>).value)
  }

  return {
    addons,
    devices: engines.map(({ device }) => device),
    async together(work) {
      connecting ??= connect()
      await connecting
      return together(work)
    },
    lose(reason) {
      lost ??= reason
      tear(reason, breaking)
      for (const { peer } of engines) peer?.fail(lost)
    },
    lost: () => lost,
  }
}

const FREEING: readonly string[] = ['close', 'discard']

/** The failure that ended the others; where they were all told to stop, that. */
function rootCause(failures: readonly unknown[], first: unknown): unknown {
  return failures.includes(first) ? first : failures[0]
}
