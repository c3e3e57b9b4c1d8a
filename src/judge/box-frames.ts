/** The host's side of the frames that native/judge-box/judge-box.c documents. Pure functions on bytes. */
import { FrameWriter } from '../sandbox/frame-writer.ts'
import { encodeRequest } from '../sandbox/protocol.ts'
import type { RunRequest } from '../sandbox/run-report.ts'

export const BOX_PROTOCOL_VERSION = 1

const PREPARE = 1
const RUN = 2
const FLAG_WRITABLE_BOX = 4
const FLAG_ONE_PROCESS = 8
const FLAG_ARGS_ONCE = 16

/** A file of the box, its path relative to it. */
export interface BoxFile {
  readonly path: string
  readonly content: string | Uint8Array
  readonly executable?: boolean
}

export interface BoxRun extends RunRequest {
  /** For compilers: the working directory is the box, and may be written to. Otherwise it is an empty /tmp. */
  readonly writableBox?: boolean
  /** It may start threads, but no process. */
  readonly oneProcess?: boolean
  /** Descriptor 4 is a pipe, which forgets what has been read; for up to 1 MiB. */
  readonly argsOnce?: boolean
}

export function encodePrepare(files: readonly BoxFile[], boxBytes: number): Buffer {
  const writer = new FrameWriter()
  writer.u32(PREPARE)
  writer.u64(boxBytes)
  writer.u32(files.length)
  for (const { path, content, executable } of files) {
    writer.text(path)
    writer.u32(executable ? 0o755 : 0o644)
    if (typeof content === 'string') writer.utf8(content)
    else writer.bytes(content)
  }
  return writer.frame()
}

export function encodeBoxRun({ writableBox, oneProcess, argsOnce, ...request }: BoxRun): Buffer {
  // Without its length; the flags come first.
  const body = encodeRequest(request).subarray(4)
  const flags =
    (writableBox ? FLAG_WRITABLE_BOX : 0) |
    (oneProcess ? FLAG_ONE_PROCESS : 0) |
    (argsOnce ? FLAG_ARGS_ONCE : 0)
  body.writeUInt32LE(body.readUInt32LE(0) | flags, 0)
  const writer = new FrameWriter(4 + body.length)
  writer.u32(RUN)
  writer.raw(body)
  return writer.frame()
}
