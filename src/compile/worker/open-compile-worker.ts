/**
 * C or IR text in, IR text or object code out, by a process that holds clang's libraries and lives for thousands of
 * jobs (native/compile-worker). What comes out is byte for byte what the clang command prints.
 *
 * A job that breaks clang, or takes too much time or memory, ends the process: that job alone gets the blame, the
 * others are sent again to a new one. Not guaranteed: that what crashes here also crashes the command; whoever needs
 * to know asks it (src/toolchain/run-clang.ts).
 */

import type { Level } from '../../records/level.ts'
import type { ClangResult } from '../../toolchain/run-clang.ts'
import { type Code, type EmitOptions, emitArguments } from '../code.ts'
import {
  type CompileAnswer,
  type CompileCounts,
  CompileQueue,
  type CompileWorkerOptions,
} from './compile-queue.ts'

export type { CompileWorkerOptions } from './compile-queue.ts'

export type ObjectResult =
  | { readonly kind: 'ok'; readonly object: Buffer }
  | Exclude<ClangResult, { readonly kind: 'ok' }>

export interface CompileWorker {
  /** The same as `runClang(clang, args, text)`; `args` are to make clang read `-`, and to emit IR, preprocess or check syntax. */
  run(args: readonly string[], text: string): Promise<ClangResult>
  /** IR as clang prints it. */
  emit(code: Code, level: Level, options?: EmitOptions): Promise<ClangResult>
  /** An ELF object at O0. `flags` are those of the build (`unitFlags` in src/execute/harness/harness-objects.ts). */
  object(code: Code, flags: readonly string[]): Promise<ObjectResult>
  /** What llvm-as makes of it; nothing in `stdout`. */
  assemble(ir: string): Promise<ClangResult>
  readonly counts: CompileCounts
  /** Of the process that works at this moment. */
  readonly pid: number | undefined
  /** Waits for nothing: jobs that are not answered yet fail. */
  close(): Promise<void>
}

/** @throws UserError when the worker does not start */
export async function openCompileWorker(options: CompileWorkerOptions): Promise<CompileWorker> {
  const queue = new CompileQueue(options)
  await queue.start()
  /** Without arguments the text is assembled. */
  const run = async (args: readonly string[], text: string): Promise<ClangResult> => {
    const answer = await queue.ask(args, text)
    return answer.kind === 'ok' ? { kind: 'ok', stdout: answer.output.toString('utf8') } : failure(answer)
  }
  return {
    run,
    emit: (code, level, options) => run(emitArguments(code, level, options), code.text),
    async object(code, flags) {
      const answer = await queue.ask([...flags, ...code.flags, ...OBJECT_FLAGS], code.text)
      return answer.kind === 'ok' ? { kind: 'ok', object: answer.output } : failure(answer)
    },
    assemble: (ir) => run([], ir),
    get counts() {
      return queue.counts
    },
    get pid() {
      return queue.pid
    },
    close: () => queue.close(),
  }
}

const OBJECT_FLAGS = ['-O0', '-', '-c', '-o', '-']

function failure(
  answer: Exclude<CompileAnswer, { readonly kind: 'ok' }>,
): Exclude<ClangResult, { readonly kind: 'ok' }> {
  if (answer.kind === 'unsupported') throw new Error(`the compile worker cannot do this: ${answer.detail}`)
  return answer
}
