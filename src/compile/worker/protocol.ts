/**
 * The host's side of the messages that native/compile-worker/protocol.h documents. Pure functions on bytes.
 */

export const COMPILE_PROTOCOL_VERSION = 2

const FLAG_PRECOMPILED = 1

export interface CompileOutput {
  readonly kind: 'ok'
  /** IR text or an object file. A view of the frame, not a copy. */
  readonly output: Buffer
  /** The headers came from a precompiled header. */
  readonly precompiled: boolean
}

export type CompileResponse =
  | CompileOutput
  /** The text was refused; `stderr` as clang or llvm-as prints it. */
  | { readonly kind: 'rejected'; readonly stderr: string }
  /** The worker cannot do what the arguments ask: a bug of the caller. */
  | { readonly kind: 'unsupported'; readonly detail: string }

/** A request as a whole frame, length included. Without arguments the text is assembled. */
export function encodeCompileRequest(args: readonly string[], text: string): Buffer {
  const parts = args.map((argument) => Buffer.byteLength(argument))
  const textLength = Buffer.byteLength(text)
  const length = 4 + parts.reduce((sum, part) => sum + 4 + part, 0) + 4 + textLength
  const frame = Buffer.allocUnsafe(4 + length)
  let at = frame.writeUInt32LE(length, 0)
  at = frame.writeUInt32LE(args.length, at)
  for (const [index, argument] of args.entries()) {
    at = frame.writeUInt32LE(parts[index]!, at)
    at += frame.write(argument, at)
  }
  at = frame.writeUInt32LE(textLength, at)
  frame.write(text, at)
  return frame
}

/** The version that a worker says hello with. */
export function decodeCompileHello(frame: Buffer): number {
  return frame.readUInt32LE(0)
}

export function decodeCompileResponse(frame: Buffer): CompileResponse {
  const kind = frame.readUInt32LE(0)
  const precompiled = (frame.readUInt32LE(4) & FLAG_PRECOMPILED) !== 0
  const outputEnd = 12 + frame.readUInt32LE(8)
  const end = outputEnd + 4 + frame.readUInt32LE(outputEnd)
  if (end !== frame.length) throw new Error('a response of the compiler has another length than its parts')
  const diagnostics = () => frame.toString('utf8', outputEnd + 4)
  switch (kind) {
    case 0:
      return { kind: 'ok', output: frame.subarray(12, outputEnd), precompiled }
    case 1:
      return { kind: 'rejected', stderr: diagnostics() }
    case 2:
      return { kind: 'unsupported', detail: diagnostics() }
    default:
      throw new Error(`unknown kind ${kind} in a response of the compiler`)
  }
}
