/** The host's side of the messages that native/unit-runner/messages.h documents. Pure functions on bytes. */
import { FrameWriter } from '../../sandbox/frame-writer.ts'
import { Reader, readReport, writeLimits } from '../../sandbox/protocol.ts'
import type { FinishedRun, RunLimits } from '../../sandbox/run-report.ts'

export const UNIT_RUNNER_VERSION = 5
/** What a request may name. */
export const MOST_IMAGES = 32

const FLAG_ISOLATED = 1
const FLAG_WANT_RECORD = 2
const FLAG_WRAP = 4
const STOP_FLAGS = { never: 0, difference: 8, deviation: 16 } as const
const NO_FILL = 0xffff_ffff
/** What an input mostly takes in a request. */
const ROOM_BYTES = 512

export interface UnitInput {
  /** Index of what it runs, not below that of the input before; default 0. */
  readonly image?: number
  /** One char a byte. */
  readonly stdin: string
  /** Content of descriptor 4, for calls. */
  readonly args?: Uint8Array | undefined
  readonly env?: Readonly<Record<string, string>>
  /** Inputs of one group lie together, and one of them can end it (`UnitRun.stopAt`); default 0. */
  readonly group?: number
  /**
   * Byte that the stack is filled with and malloc'ed memory from; without it the stack is zero. What ASan's runner
   * fills memory with is fixed at its start: one for all inputs.
   */
  readonly fill?: number
  /** What the run is compared with, for `stopAt`; an input without it ends nothing. */
  readonly expected?: { readonly exit: number; readonly stdout: string }
}

/** Ids of objects, in the order of a linker's command line. */
export interface UnitImage {
  readonly before?: readonly number[]
  /** The unit's own: what the kernel refuses it is remembered with it. */
  readonly unit: number
  readonly behind?: readonly number[]
}

/** All of them, in their order. */
export const imageObjects = ({ before = [], unit, behind = [] }: UnitImage): readonly number[] => [
  ...before,
  unit,
  ...behind,
]

export interface UnitRun {
  /** Those of several inputs may share a process. */
  readonly images: readonly UnitImage[]
  readonly inputs: readonly UnitInput[]
  readonly env: Readonly<Record<string, string>>
  /** For each input. */
  readonly limits: RunLimits
  /** Descriptor 3 is open and what is written there becomes the record. */
  readonly wantRecord?: boolean
  /** Allocations go through the calling harness, as the linker's --wrap makes them. */
  readonly wrapAllocations?: boolean
  /** A process of its own for every input: slower, and even undefined behaviour cannot reach from one to another. */
  readonly isolated?: boolean
  /**
   * What ends an input's group, so that the rest of it is skipped: a run that ended well (no crash, limit, report of
   * a sanitizer, nor a record cut off by _exit) with another status or output than expected, or (`deviation`) anything
   * but that status and output. Records are not compared. Default `never`.
   */
  readonly stopAt?: 'never' | 'difference' | 'deviation'
}

export type UnitRunReply =
  /** One report an input, undefined for those that were skipped with their group. */
  | { readonly kind: 'run'; readonly reports: readonly (FinishedRun | undefined)[] }
  /** The objects need the real linker: a thread-local variable, an unknown relocation, an undefined symbol. */
  | { readonly kind: 'unsupported'; readonly reason: string }
  /** Says nothing about the unit. */
  | { readonly kind: 'failed'; readonly detail: string }

export interface RunFrame {
  readonly forget: readonly number[]
  readonly keep: ReadonlyMap<number, Uint8Array>
  readonly run: UnitRun
}

/** A request as a whole frame, length included. */
export function encodeUnitRun({ forget, keep, run }: RunFrame): Buffer {
  const { limits, images } = run
  const flags =
    (run.isolated ? FLAG_ISOLATED : 0) |
    (run.wantRecord ? FLAG_WANT_RECORD : 0) |
    (run.wrapAllocations ? FLAG_WRAP : 0) |
    STOP_FLAGS[run.stopAt ?? 'never']
  const roomBytes = keep
    .values()
    .reduce((sum, { length }) => sum + length, ROOM_BYTES * (run.inputs.length + 1))
  const writer = new FrameWriter(roomBytes)
  writer.u32(forget.length)
  for (const id of forget) writer.u32(id)
  writer.u32(keep.size)
  for (const [id, object] of keep) {
    writer.u32(id)
    writer.bytes(object)
  }
  writer.u32(flags)
  writeLimits(writer, limits)
  writer.u32(images.length)
  for (const image of images) {
    const objects = imageObjects(image)
    writer.u32(objects.length)
    for (const id of objects) writer.u32(id)
    writer.u32(image.unit)
  }
  writer.environment(run.env)
  writer.u32(run.inputs.length)
  for (const input of run.inputs) writeInput(writer, input)
  return writer.frame()
}

function writeInput(
  writer: FrameWriter,
  { image, stdin, args, env, group, fill, expected }: UnitInput,
): void {
  writer.u32(image ?? 0)
  writer.environment(env ?? {})
  writer.latin1(stdin)
  writer.bytes(args)
  writer.u32(group ?? 0)
  writer.u32(fill ?? NO_FILL)
  writer.u32(expected === undefined ? 0 : 1)
  writer.u32(expected?.exit ?? 0)
  writer.latin1(expected?.stdout ?? '')
}

export function decodeRunnerHello(frame: Buffer): { version: number } {
  return { version: new Reader(frame).u32() }
}

export function decodeReply(frame: Buffer): UnitRunReply {
  const reader = new Reader(frame)
  const kind = reader.u32()
  const reason = reader.bytes().toString('latin1').replace(/\0.*$/s, '')
  if (kind === 1) return { kind: 'unsupported', reason }
  if (kind === 2) return { kind: 'failed', detail: reason }
  const count = reader.u32()
  const reports: (FinishedRun | undefined)[] = []
  for (let i = 0; i < count; i++) {
    const wasMade = reader.u32() === 1
    const report = wasMade ? readReport(reader) : undefined
    if (report?.kind === 'sandbox-error') return { kind: 'failed', detail: report.detail }
    reports.push(report)
  }
  return { kind: 'run', reports }
}
