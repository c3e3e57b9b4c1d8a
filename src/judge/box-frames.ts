/** The host's side of the frames that native/judge-box/judge-box.c documents. Pure functions on bytes. */
import { bytes, encodeRequest, frameOf, list, u32, u64 } from '../sandbox/protocol.ts'
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
  return frameOf([
    u32(PREPARE),
    u64(boxBytes),
    u32(files.length),
    ...files.flatMap(({ path, content, executable }) => [
      ...list([path]).slice(1),
      u32(executable ? 0o755 : 0o644),
      ...bytes(typeof content === 'string' ? Buffer.from(content) : content),
    ]),
  ])
}

export function encodeBoxRun({ writableBox, oneProcess, argsOnce, ...request }: BoxRun): Buffer {
  // Without its length; the flags come first.
  const body = encodeRequest(request).subarray(4)
  const flags =
    (writableBox ? FLAG_WRITABLE_BOX : 0) |
    (oneProcess ? FLAG_ONE_PROCESS : 0) |
    (argsOnce ? FLAG_ARGS_ONCE : 0)
  body.writeUInt32LE(body.readUInt32LE(0) | flags, 0)
  return frameOf([u32(RUN), body])
}
