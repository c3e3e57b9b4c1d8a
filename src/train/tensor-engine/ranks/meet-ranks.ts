/**
 * How the processes of one training find each other: rank 0 waits, the others come to it. All later words of one to
 * another go over these connections, but for tensors, which the engines exchange among themselves.
 */
import { createHash } from 'node:crypto'
import { createServer, connect as openConnection, type Server, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { packageVersion } from '../../../base/package-version.ts'
import { UserError } from '../../../base/user-error.ts'
import type { Launch } from './read-launch.ts'
import { openWire, readGreeting, sendGreeting, type Wire } from './wire.ts'

/** What all processes of one training have in common. */
export interface Meeting {
  readonly size: number
  /** A secret, or at least what no other training here has. */
  readonly key: string
  /** What is trained: all must have been started with the same. */
  readonly purpose: string
}

export interface Arrival {
  readonly rank: number
  readonly wire: Wire
  readonly localRank: number
  /** As rank 0 reaches its machine; undefined for rank 0's own. */
  readonly host: string | undefined
  readonly machine: string
  readonly pid: number
}

const greetingSchema = z.object({
  key: z.string(),
  purpose: z.string(),
  rank: z.int().nonnegative(),
  localRank: z.int().nonnegative(),
  machine: z.string(),
  pid: z.int(),
})

const MEETING_SECONDS = 300

/** @throws UserError where the port is taken */
export async function listenForRanks(host: string, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer({ pauseOnConnect: false })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  }).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(
      `Port ${port} for the other ranks cannot be opened (${error.code}); set MASTER_PORT to one that is free.`,
    )
  })
  return { server, port: (server.address() as { port: number }).port }
}

/**
 * Waits for all others, in the order of their ranks then. Who does not show the key is sent away.
 * @throws UserError where they do not come, or were started for something else
 */
export async function awaitRanks(server: Server, meeting: Meeting, signal: AbortSignal): Promise<Arrival[]> {
  const arrived = new Map<number, Arrival>()
  const patience = AbortSignal.any([signal, AbortSignal.timeout(MEETING_SECONDS * 1000)])
  try {
    return await new Promise((resolve, reject) => {
      const welcome = async (socket: Socket) => {
        socket.setNoDelay(true)
        const met = await readGreeting(socket)
        const greeting = greetingSchema.safeParse(met?.greeting)
        if (met === undefined || !greeting.success || greeting.data.key !== proof(meeting.key)) {
          socket.destroy()
          return
        }
        const { rank, localRank, purpose, machine, pid } = greeting.data
        if (purpose !== proof(meeting.purpose)) {
          return reject(
            new UserError(
              `Rank ${rank} (process ${pid} on ${machine}) was started with another configuration or release; start all ranks with the same.`,
            ),
          )
        }
        if (rank === 0 || rank >= meeting.size || arrived.has(rank)) {
          return reject(
            new UserError(
              `There is a second rank ${rank} (process ${pid} on ${machine}); start each rank once.`,
            ),
          )
        }
        const host = socket.remoteAddress!.startsWith('127.') ? undefined : socket.remoteAddress
        arrived.set(rank, { rank, localRank, wire: met.wire, host, machine, pid })
        if (arrived.size === meeting.size - 1) resolve([...arrived.values()].sort((a, b) => a.rank - b.rank))
      }
      server.on('connection', welcome)
      patience.addEventListener('abort', () => {
        const missing = Array.from({ length: meeting.size - 1 }, (_, i) => i + 1).filter(
          (r) => !arrived.has(r),
        )
        reject(
          signal.aborted
            ? signal.reason
            : new UserError(
                `${missing.length === 1 ? 'Rank' : 'Ranks'} ${missing.join(', ')} of ${meeting.size} did not come within ${MEETING_SECONDS} seconds; start all ranks at the same time.`,
              ),
        )
      })
    })
  } finally {
    server.close()
  }
}

/**
 * To rank 0, which may start a little later: as late as `patienceMs` says.
 * @throws UserError where it is not there
 */
export async function joinMeeting(
  { rank, localRank, host, port }: Pick<Launch, 'rank' | 'localRank' | 'host' | 'port'>,
  meeting: Meeting,
  patienceMs = MEETING_SECONDS * 1000,
): Promise<Wire> {
  const until = performance.now() + patienceMs
  for (;;) {
    try {
      const socket = await connect(host, port)
      socket.setNoDelay(true)
      sendGreeting(socket, {
        key: proof(meeting.key),
        purpose: proof(meeting.purpose),
        rank,
        localRank,
        machine: hostname(),
        pid: process.pid,
      })
      return openWire(socket)
    } catch (error) {
      if (performance.now() > until) {
        throw new UserError(
          `Rank 0 is not at ${host}:${port} (${(error as NodeJS.ErrnoException).code}); start all ranks at the same time, with MASTER_ADDR the machine of rank 0.`,
        )
      }
      await sleep(200)
    }
  }
}

function connect(host: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = openConnection({ host, port }, () => {
      socket.off('error', reject)
      resolve(socket)
    })
    socket.once('error', reject)
  })
}

function proof(secret: string): string {
  return createHash('sha256').update(`gepo ${packageVersion()}\n${secret}`).digest('hex')
}
