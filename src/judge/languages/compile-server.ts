/**
 * A compiler that stays: a Java program (native/judge-box/drivers) that takes one source after another and gives class
 * files. Starting such a compiler takes forty times as long as compiling an answer. It stays behind a fence of its own,
 * sees sources as text and runs none of them.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../../base/package-root.ts'
import { FrameWriter } from '../../sandbox/frame-writer.ts'
import { Reader } from '../../sandbox/protocol.ts'
import { SupervisorProcess } from '../../sandbox/supervisor-process.ts'
import { boxCommand, SUPPORT } from '../box-command.ts'
import type { BoxFile } from '../box-frames.ts'
import { shareText, type Workshop } from '../workshop.ts'
import { COMPILE_LIMITS } from './build-steps.ts'

const DRIVERS = join(PACKAGE_ROOT, 'native/judge-box/drivers')
/** What the servers have in common. */
const FRAMES = 'CompileFrames.java'
const START_TIMEOUT_MS = 600_000
/** For a compiler that is stuck: it bounds its CPU time itself, waits for nothing, and gets a core when it gets one. */
const COMPILE_PATIENCE_MS = 3_600_000
/** Addresses that the virtual machine reserves included. */
const MEMORY_BYTES = 3 * 1024 ** 3

export interface CompileServerOptions {
  /** As people call what is compiled. */
  readonly title: string
  readonly javaPath: string
  /** File among the drivers. */
  readonly source: string
  /** Further arguments of the virtual machine. */
  readonly javaArguments: readonly string[]
  /** CPU time that one source may take; default what every compiler has. */
  readonly cpuMs?: number
}

export type Compiled =
  | {
      readonly kind: 'compiled' /** Empty if there is none. */
      readonly mainClass: string
      readonly files: readonly BoxFile[]
    }
  | { readonly kind: 'compile-error'; readonly message: string }
  | { readonly kind: 'sandbox-error'; readonly detail: string }

export interface CompileServer {
  /**
   * One at a time; more calls wait.
   *
   * @param more what else the server is told of this source
   */
  compile(code: string, more?: readonly string[]): Promise<Compiled>
  close(): Promise<void>
}

export function makeCompileServer(
  { title, javaPath, source, javaArguments, cpuMs = COMPILE_LIMITS.cpuMs }: CompileServerOptions,
  { fence }: Workshop,
): CompileServer {
  // Java's launcher takes a single file.
  const text = [source, FRAMES].map((file) => readFileSync(join(DRIVERS, file), 'utf8'))
  shareText(text.join('\n'), fence, source)
  let process: SupervisorProcess | undefined
  let isClosed = false
  let last: Promise<unknown> = Promise.resolve()

  const start = async (): Promise<string | undefined> => {
    if (isClosed) return 'closed'
    if (process !== undefined && !process.isDead) return undefined
    const machine = [
      javaPath,
      ...['-XX:+UseSerialGC', '-XX:-UsePerfData', `-Dgepo.cpuMs=${cpuMs}`, ...javaArguments],
    ]
    const args = ['keep', `${MEMORY_BYTES}`, ...machine, `${SUPPORT}/${source}`]
    process = new SupervisorProcess(boxCommand(fence.supportFolder, args), fence.user)
    const hello = await process.exchange(undefined, START_TIMEOUT_MS)
    return hello.kind === 'dead' ? hello.detail : undefined
  }
  const compileOnce = async (
    texts: readonly string[],
  ): Promise<Compiled | { kind: 'ended'; detail: string }> => {
    const problem = await start()
    if (problem !== undefined) return { kind: 'sandbox-error', detail: `${title}'s compiler: ${problem}` }
    const answer = await process!.exchange(encodeTexts(texts), COMPILE_PATIENCE_MS)
    return answer.kind === 'frame' ? decodeAnswer(answer.frame) : { kind: 'ended', detail: answer.detail }
  }
  /** A compiler that has ended may have been the machine's doing. One that ends again, on the same, was not. */
  const compileNow = async (texts: readonly string[]): Promise<Compiled> => {
    let compiled = await compileOnce(texts)
    if (compiled.kind === 'ended') compiled = await compileOnce(texts)
    if (compiled.kind !== 'ended') return compiled
    return isClosed
      ? { kind: 'sandbox-error', detail: 'closed' }
      : { kind: 'compile-error', message: `the compiler ended: ${compiled.detail}` }
  }
  return {
    compile(code, more = []) {
      const compiled = last.then(() => compileNow([code, ...more]))
      last = compiled
      return compiled
    },
    async close() {
      isClosed = true
      await process?.stop()
    },
  }
}

/** Without a length of all: their number comes first. */
function encodeTexts(texts: readonly string[]): Buffer {
  const writer = new FrameWriter()
  writer.u32(texts.length)
  for (const text of texts) writer.utf8(text)
  return writer.frame().subarray(4)
}

function decodeAnswer(frame: Buffer): Compiled {
  const reader = new Reader(frame)
  if (reader.u32() !== 0) return { kind: 'compile-error', message: reader.bytes().toString() }
  const mainClass = reader.bytes().toString()
  const files: BoxFile[] = []
  for (let left = reader.u32(); left > 0; left--) {
    files.push({ path: reader.bytes().toString(), content: reader.bytes() })
  }
  const strange = files.find(({ path }) => !isPath(path))
  if (strange !== undefined)
    return { kind: 'compile-error', message: `no file can be called ${JSON.stringify(strange.path)}` }
  return { kind: 'compiled', mainClass, files }
}

/** Whether it names a file beneath a folder on every system. A class may have a name that does not. */
const isPath = (path: string) =>
  Buffer.byteLength(path) < 4000 &&
  path
    .split('/')
    .every((name) => /^[^\0]+$/.test(name) && !/^\.\.?$/.test(name) && Buffer.byteLength(name) <= 255)
