/**
 * How the processes of one training find each other: rank 0 waits, the others come to it, and each proves to the other that
 * it has the training's key before anything else is read. All later words of one to another go over these connections, but
 * for tensors, which the engines exchange among themselves.
 *
 * Where a meeting fails, every process that came is told why, and no connection is left open.
 */
import { createServer, connect as openConnection, type Server, type Socket } from 'node:net'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { packageVersion } from '../../../base/package-version.ts'
import { UserError } from '../../../base/user-error.ts'
import { isProof, makeNonce, proofOf } from './prove-key.ts'
import type { Launch } from './read-launch.ts'
import { endServing } from './services.ts'
import { type FirstWords, openFirstWords, parseWord, type Wire } from './wire.ts'

/** What all processes of one training have in common. */
export interface Meeting {
  readonly size: number
  /** A secret. */
  readonly key: string
  /** What is trained: all must have been started with the same. */
  readonly purpose: string
  /** How long one may give no sign of life while it is asked something. */
  readonly silenceSeconds: number
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

const nonceSchema = z.object({ nonce: z.string() })
const claimSchema = z.object({ claim: z.string(), proof: z.string() })
const answerSchema = z.union([
  z.object({ kind: z.literal('known'), proof: z.string() }),
  z.object({ kind: z.literal('stranger') }),
])
/** What a rank says of itself. */
const rankSchema = z.object({
  purpose: z.string(),
  /** Of all, as it was told. */
  size: z.int().positive(),
  rank: z.int().nonnegative(),
  localRank: z.int().nonnegative(),
  machine: z.string(),
  pid: z.int(),
})

const MEETING_SECONDS = 300
/**
 * As many as this may have connected and said nothing yet, beside as many as there are ranks; then the oldest has to leave,
 * so that connections do not run out. A rank that loses its own so comes again.
 */
const MOST_STRANGERS = 64

/** @throws UserError where the port is taken */
export async function listenForRanks(host: string, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer()
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
 * Waits for all others, in the order of their ranks then. Who does not prove itself is sent away, and who says nothing
 * hinders nobody, however many those are. Where one cannot take part, those that are still to come are told so as well.
 * Listens no more afterwards.
 *
 * @throws UserError where they do not come, or were started for something else
 */
export async function awaitRanks(
  server: Server,
  meeting: Meeting,
  signal: AbortSignal,
  seconds = MEETING_SECONDS,
): Promise<Arrival[]> {
  const others = Array.from({ length: meeting.size - 1 }, (_, i) => i + 1)
  const arrived = new Map<number, Arrival>()
  /** Whatever has connected and is no rank, or not yet. */
  const strangers = new Set<Socket>()
  let failure: UserError | undefined
  let isOver = false
  const { promise: complete, resolve, reject } = Promise.withResolvers<void>()
  const tell = (error: Error) => {
    for (const { wire } of arrived.values()) endServing(wire, error.message)
  }
  const fail = (reason: string) => {
    if (isOver || failure !== undefined) return
    failure = new UserError(reason)
    tell(failure)
  }
  const welcome = async (socket: Socket) => {
    strangers.add(socket)
    socket.once('close', () => strangers.delete(socket))
    if (strangers.size > others.length + MOST_STRANGERS) {
      const [oldest] = strangers
      strangers.delete(oldest!)
      oldest!.destroy()
    }
    const met = await meetRank(socket, meeting)
    if (met === undefined) return void socket.destroySoon()
    strangers.delete(socket)
    const { arrival, size, hasSamePurpose } = met
    const { rank, wire } = arrival
    if (size !== meeting.size) {
      fail(
        `Rank ${nameOf(arrival)} was started as one of ${size}, rank 0 as one of ${meeting.size}; start all ranks by one launcher.`,
      )
    }
    const isSecond = !others.includes(rank) || arrived.has(rank)
    if (isSecond) fail(`There is a second rank ${nameOf(arrival)}; start each rank once.`)
    else arrived.set(rank, arrival)
    if (!hasSamePurpose) {
      fail(
        `Rank ${nameOf(arrival)} was started with another configuration, release or GEPO_RANK_SILENCE; start all ranks with the same.`,
      )
    }
    if (failure !== undefined) endServing(wire, failure.message)
    void wire.ended.then(() => fail(`Rank ${nameOf(arrival)} ended before all had come.`))
    if (arrived.size < others.length) return
    if (failure === undefined) resolve()
    else reject(failure)
  }
  const giveUp = (error: Error) => {
    tell(error)
    reject(error)
  }
  const abort = () => giveUp(signal.reason)
  const timer = setTimeout(() => {
    const missing = others.filter((rank) => !arrived.has(rank))
    giveUp(failure ?? tooLate(missing, meeting.size, seconds))
  }, seconds * 1000)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort)
  server.on('connection', welcome)
  try {
    await complete
    return [...arrived.values()].sort((a, b) => a.rank - b.rank)
  } finally {
    isOver = true
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
    server.close()
    for (const socket of strangers) socket.destroy()
  }
}

const nameOf = ({ rank, pid, machine }: Arrival) => `${rank} (process ${pid} on ${machine})`

function tooLate(missing: readonly number[], size: number, seconds: number): UserError {
  return new UserError(
    `${missing.length === 1 ? 'Rank' : 'Ranks'} ${missing.join(', ')} of ${size} did not come within ${seconds} seconds; start all ranks at the same time, with the same GEPO_RANK_KEY.`,
  )
}

/** Undefined for who does not have the key. */
async function meetRank(
  socket: Socket,
  meeting: Meeting,
): Promise<
  { readonly arrival: Arrival; readonly size: number; readonly hasSamePurpose: boolean } | undefined
> {
  const { key, silenceSeconds } = meeting
  const words = openFirstWords(socket)
  const hello = nonceSchema.safeParse(await words.hear())
  if (!hello.success) return undefined
  const nonces = [hello.data.nonce, makeNonce()] as const
  words.say({ nonce: nonces[1] })
  const claimed = claimSchema.safeParse(await words.hear())
  if (!claimed.success) return undefined
  const { claim, proof } = claimed.data
  const read = rankSchema.safeParse(parseWord(claim))
  if (!isProof(proof, proofOf(key, 'rank', ...nonces, claim)) || !read.success) {
    words.say({ kind: 'stranger' })
    return undefined
  }
  const { purpose: theirs, size, ...rank } = read.data
  words.say({ kind: 'known', proof: proofOf(key, 'rank 0', ...nonces, claim) })
  const host = isLoopback(socket.remoteAddress) ? undefined : socket.remoteAddress
  return {
    arrival: { ...rank, host, wire: words.toWire(silenceSeconds * 1000) },
    size,
    hasSamePurpose: isProof(theirs, purposeMark(meeting)),
  }
}

const isLoopback = (address: string | undefined) => address?.startsWith('127.') ?? true

/**
 * To rank 0, which may start a little later.
 *
 * @param seconds how late it may come, and how long it may take to answer
 * @param isThere whether rank 0 waits already, so that one that refuses connections is gone
 * @throws UserError where it is not there, or does not have the key
 */
export async function joinMeeting(
  { rank, localRank, host, port }: Pick<Launch, 'rank' | 'localRank' | 'host' | 'port'>,
  meeting: Meeting,
  { seconds = MEETING_SECONDS, isThere = false }: { seconds?: number; isThere?: boolean } = {},
): Promise<Wire> {
  const { size, key, silenceSeconds } = meeting
  const own = {
    purpose: purposeMark(meeting),
    size,
    rank,
    localRank,
    machine: hostname(),
    pid: process.pid,
  }
  const until = performance.now() + seconds * 1000
  for (;;) {
    const socket = openConnection({ host, port })
    const timer = setTimeout(() => socket.destroy(), Math.max(1, until - performance.now()))
    const met = await meetRank0(socket, key, JSON.stringify(own)).finally(() => clearTimeout(timer))
    if (met.kind === 'known') return met.words.toWire(silenceSeconds * 1000)
    socket.destroy()
    if (met.kind === 'stranger') {
      throw new UserError(
        `What answers at ${host}:${port} and this rank ${rank} do not have the same key; set GEPO_RANK_KEY to the same for all ranks, and MASTER_PORT to a port that nothing else has.`,
      )
    }
    if ((isThere && !met.isOpen) || performance.now() >= until) {
      throw new UserError(
        `Rank 0 is not at ${host}:${port} (${met.why}); start all ranks at the same time, with MASTER_ADDR the machine of rank 0.`,
      )
    }
    await sleep(200)
  }
}

type MetRank0 =
  | { readonly kind: 'known'; readonly words: FirstWords }
  | { readonly kind: 'stranger' }
  /** `isOpen`: something takes connections there. */
  | { readonly kind: 'absent'; readonly why: string; readonly isOpen: boolean }

async function meetRank0(socket: Socket, key: string, claim: string): Promise<MetRank0> {
  const absent: MetRank0 = { kind: 'absent', why: 'no answer', isOpen: true }
  const failure = await failureToConnect(socket)
  if (failure !== undefined) return { kind: 'absent', why: failure, isOpen: false }
  const words = openFirstWords(socket)
  const nonce = makeNonce()
  words.say({ nonce })
  const hello = nonceSchema.safeParse(await words.hear())
  if (!hello.success) return absent
  const nonces = [nonce, hello.data.nonce] as const
  words.say({ claim, proof: proofOf(key, 'rank', ...nonces, claim) })
  const answer = answerSchema.safeParse(await words.hear())
  if (!answer.success) return absent
  const isRank0 =
    answer.data.kind === 'known' && isProof(answer.data.proof, proofOf(key, 'rank 0', ...nonces, claim))
  return isRank0 ? { kind: 'known', words } : { kind: 'stranger' }
}

/** Why it is not connected; undefined once it is. */
function failureToConnect(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    socket
      .once('connect', () => resolve(undefined))
      .once('error', ({ code }: NodeJS.ErrnoException) => resolve(code))
      .once('close', () => resolve('no answer'))
  })
}

/** Stands for the purpose, the release and what must be the same of all beside. */
function purposeMark({ key, purpose, silenceSeconds }: Meeting): string {
  return proofOf(key, 'purpose', packageVersion(), purpose, String(silenceSeconds))
}
