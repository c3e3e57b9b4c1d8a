/**
 * Java, by a compiler that stays (native/judge-box/drivers/CompileServer.java): starting javac takes forty times as
 * long as compiling an answer. It stays behind a fence of its own, sees sources as text and runs none of them.
 */
import { join } from 'node:path'
import { Reader, u32 } from '../../sandbox/protocol.ts'
import { SupervisorProcess } from '../../sandbox/supervisor-process.ts'
import { PACKAGE_ROOT } from '../../toolchain/locate-tools.ts'
import { boxCommand, SUPPORT } from '../box-command.ts'
import type { BoxFile } from '../box-frames.ts'
import { shareFile, type Workshop } from '../workshop.ts'
import { interpret } from './build-steps.ts'
import type { LanguageDefinition } from './language-definition.ts'

const START_TIMEOUT_MS = 60_000
const COMPILE_TIMEOUT_MS = 30_000
/** Addresses that the virtual machine reserves included. */
const SERVER_MEMORY_BYTES = 2 * 1024 ** 3
const SERVER = 'CompileServer.java'

export const java: LanguageDefinition = {
  language: 'java',
  title: 'Java',
  tags: ['java'],
  aptPackage: 'default-jdk-headless',
  // The compiler as a sign that it is a JDK: a runtime alone does not do.
  programs: { java: ['java'], javac: ['javac'] },
  version: { args: ['-version'], pattern: /version "(\d[^"]*)"/ },
  takesCalls: false,
  outOfMemory: /java\.lang\.OutOfMemoryError/,
  async build(job) {
    const server = await job.workshop.once('java compiler', async () =>
      makeCompileServer(job.programs.java!, job.workshop),
    )
    const compiled = await server.compile(job.code)
    if (compiled.kind !== 'compiled') return compiled
    const heapMiB = Math.floor((job.limits.memoryBytes / 1024 ** 2) * 0.75)
    return interpret(job, compiled.files, {
      command: [
        job.programs.java!,
        ...['-XX:+UseSerialGC', '-Xshare:auto', '-XX:-UsePerfData', `-Xmx${heapMiB}m`, '-Xss32m'],
        ...['-cp', '/box', compiled.mainClass],
      ],
    })
  },
}

type Compiled =
  | { readonly kind: 'compiled'; readonly mainClass: string; readonly files: readonly BoxFile[] }
  | { readonly kind: 'compile-error'; readonly message: string }
  | { readonly kind: 'sandbox-error'; readonly detail: string }

interface CompileServer {
  /** One at a time; more calls wait. */
  compile(code: string): Promise<Compiled>
  close(): Promise<void>
}

function makeCompileServer(javaPath: string, { fence }: Workshop): CompileServer {
  shareFile(join(PACKAGE_ROOT, 'native/judge-box/drivers', SERVER), fence, SERVER)
  let process: SupervisorProcess | undefined
  let last: Promise<unknown> = Promise.resolve()

  const start = async (): Promise<string | undefined> => {
    if (process !== undefined && !process.isDead) return undefined
    const heap = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx512m', '-XX:-UsePerfData']
    const args = ['keep', `${SERVER_MEMORY_BYTES}`, javaPath, ...heap, `${SUPPORT}/${SERVER}`]
    process = new SupervisorProcess(boxCommand(fence.supportFolder, args), fence.user)
    const hello = await process.exchange(undefined, START_TIMEOUT_MS)
    return hello.kind === 'dead' ? hello.detail : undefined
  }
  const compileOnce = async (code: string): Promise<Compiled> => {
    const problem = await start()
    if (problem !== undefined) return { kind: 'sandbox-error', detail: `Java's compiler: ${problem}` }
    const text = Buffer.from(code)
    const asked = performance.now()
    const answer = await process!.exchange(Buffer.concat([u32(text.length), text]), COMPILE_TIMEOUT_MS)
    if (answer.kind === 'frame') return decodeAnswer(answer.frame)
    return performance.now() - asked >= COMPILE_TIMEOUT_MS
      ? { kind: 'compile-error', message: `the compiler took more than ${COMPILE_TIMEOUT_MS / 1000} s` }
      : { kind: 'sandbox-error', detail: `Java's compiler: ${answer.detail}` }
  }
  /** A compiler that has ended may have been the machine's doing: a new one is asked again. */
  const compileNow = async (code: string): Promise<Compiled> => {
    const compiled = await compileOnce(code)
    return compiled.kind === 'sandbox-error' ? compileOnce(code) : compiled
  }
  return {
    compile(code) {
      const compiled = last.then(() => compileNow(code))
      last = compiled
      return compiled
    },
    close: async () => process?.stop(),
  }
}

function decodeAnswer(frame: Buffer): Compiled {
  const reader = new Reader(frame)
  if (reader.u32() !== 0) return { kind: 'compile-error', message: reader.bytes().toString() }
  const mainClass = reader.bytes().toString()
  const files: BoxFile[] = []
  for (let left = reader.u32(); left > 0; left--) {
    files.push({ path: reader.bytes().toString(), content: reader.bytes() })
  }
  // What javac itself could not have written.
  const tooLong = files.find(({ path }) => path.split('/').some((name) => Buffer.byteLength(name) > 255))
  if (tooLong !== undefined)
    return { kind: 'compile-error', message: `the name ${tooLong.path} is too long for a file` }
  return { kind: 'compiled', mainClass, files }
}
