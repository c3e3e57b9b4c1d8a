/**
 * The host's side of the messages that native/shared/protocol.h documents: requests become frames, frames become
 * hellos and reports. Pure functions on bytes, except for the reader that cuts a stream into frames.
 */
import { constants } from 'node:os'
import { FrameWriter } from './frame-writer.ts'
import type { RunEnd, RunLimits, RunReport, RunRequest } from './run-report.ts'

export const RUN_PROTOCOL_VERSION = 1

const FLAG_NO_ASLR = 1
const FLAG_WANT_RECORD = 2
/** The wall clock is for programs that wait. A program that computes reaches its CPU limit long before. */
const DEFAULT_WALL_FACTOR = 10

export interface Hello {
  readonly version: number
  readonly landlockAbi: number
  readonly seccomp: boolean
}

/** The clock that ends the run whatever it does, in ms. */
export function wallLimitMs(limits: RunLimits): number {
  return limits.wallMs ?? limits.cpuMs * DEFAULT_WALL_FACTOR
}

/** As `read_limits` reads them. */
export function writeLimits(writer: FrameWriter, limits: RunLimits): void {
  writer.u64(limits.cpuMs)
  writer.u64(wallLimitMs(limits))
  writer.u64(limits.memoryBytes ?? 0)
  writer.u64(limits.dataBytes ?? 0)
  writer.u64(limits.stackBytes ?? 0)
  writer.u64(limits.outputBytes)
  writer.u64(limits.recordBytes ?? limits.outputBytes)
}

/** A request as a whole frame, length included. */
export function encodeRequest(request: RunRequest): Buffer {
  const { limits, stdin } = request
  const writer = new FrameWriter()
  writer.u32((request.aslr === false ? FLAG_NO_ASLR : 0) | (request.wantRecord ? FLAG_WANT_RECORD : 0))
  writeLimits(writer, limits)
  writer.text(request.path)
  writer.list(request.argv ?? [])
  writer.environment(request.env ?? {})
  if (typeof stdin === 'string') writer.latin1(stdin)
  else writer.bytes(stdin)
  writer.bytes(request.args)
  return writer.frame()
}

export function decodeHello(frame: Buffer): Hello {
  const reader = new Reader(frame)
  return { version: reader.u32(), landlockAbi: reader.u32(), seccomp: reader.u32() === 1 }
}

export function decodeReport(frame: Buffer): RunReport {
  return readReport(new Reader(frame))
}

export function readReport(reader: Reader): RunReport {
  const kind = reader.u32()
  const code = reader.u32()
  const cpuMs = reader.u64() / 1000
  const wallMs = reader.u64() / 1000
  const maxRssBytes = reader.u64()
  const stdout = reader.bytes()
  const stderr = reader.bytes()
  const record = reader.bytes()
  const end = decodeEnd(kind, code)
  if (end === undefined) return { kind: 'sandbox-error', detail: stderr.toString('latin1') }
  return { ...end, stdout, stderr, record, cpuMs, wallMs, maxRssBytes }
}

/** Undefined for a run that could not be made. */
function decodeEnd(kind: number, code: number): RunEnd | undefined {
  switch (kind) {
    case 0:
      return { kind: 'exited', code }
    case 1:
      return { kind: 'signaled', signal: signalName(code) }
    case 2:
      return { kind: 'timeout', clock: 'cpu' }
    case 3:
      return { kind: 'timeout', clock: 'wall' }
    case 4:
      return { kind: 'output-limit' }
    case 5:
      return { kind: 'memory-limit' }
    case 6:
      return { kind: 'forbidden-syscall' }
    case 7:
      return undefined
    default:
      throw new Error(`unknown kind ${kind} in a response of the supervisor`)
  }
}

/** Names as <signal.h> has them; where two share a number (SIGABRT, SIGIOT), the first that Node lists. */
function signalName(signal: number): string {
  const found = Object.entries(constants.signals).find(([, number]) => number === signal)
  return found ? found[0] : `SIG${signal}`
}

/** Cuts the chunks of a stream into frames; `push` returns those that the chunk completes, without their length. */
export class FrameReader {
  #chunks: Buffer[] = []
  #length = 0

  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    const frames: Buffer[] = []
    for (let frame = this.#take(); frame; frame = this.#take()) frames.push(frame)
    return frames
  }

  #take(): Buffer | undefined {
    if (this.#length < 4) return undefined
    if (this.#chunks[0]!.length < 4) this.#join()
    const end = 4 + this.#chunks[0]!.readUInt32LE(0)
    if (this.#length < end) return undefined
    const all = this.#join()
    const rest = all.subarray(end)
    this.#chunks = rest.length > 0 ? [rest] : []
    this.#length = rest.length
    return all.subarray(4, end)
  }

  /** Joined only when a frame is complete, so that a long frame is copied once. */
  #join(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks, this.#length)]
    return this.#chunks[0]!
  }
}

/** Reads a frame from front to back. */
export class Reader {
  readonly #frame: Buffer
  #at = 0

  constructor(frame: Buffer) {
    this.#frame = frame
  }

  u32(): number {
    this.#at += 4
    return this.#frame.readUInt32LE(this.#at - 4)
  }

  u64(): number {
    this.#at += 8
    return Number(this.#frame.readBigUInt64LE(this.#at - 8))
  }

  bytes(): Buffer {
    const length = this.u32()
    if (this.#at + length > this.#frame.length) throw new Error('a response of the supervisor ends early')
    this.#at += length
    return this.#frame.subarray(this.#at - length, this.#at)
  }
}
