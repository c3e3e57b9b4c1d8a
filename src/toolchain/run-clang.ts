/**
 * One clang process: arguments and C or IR text in, its output or the reason of failure out. The text is not
 * trusted: time, memory and output are bounded, and nothing is run that the compiler makes.
 *
 * Not guaranteed: that includes are harmless; extraction refuses those that are not before anything is compiled.
 */
import { statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { UserError } from '../base/user-error.ts'
import { CPU_LIMIT_S, isNotStarted, runTool, WALL_LIMIT_MS } from './run-tool.ts'

export type ClangResult =
  | { readonly kind: 'ok'; readonly stdout: string }
  /** clang refused the input. */
  | { readonly kind: 'rejected'; readonly stderr: string }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /** clang itself broke (a crash, out of memory, endless output): says nothing about the language. */
  | { readonly kind: 'crashed'; readonly detail: string }

/** The driver's own status when its compiler is stopped by SIGXCPU: 256 - 2, as for any signal, or 128 + 24. */
const CPU_LIMIT_EXIT = 128 + 24
const OUTPUT_LIMIT_BYTES = 32 * 1024 * 1024
/** The largest executable has 2 MB; a failure with less left is the disk's, not the text's. */
const LEAST_FREE_BYTES = 4 * 1024 * 1024

/**
 * @param source goes in by stdin (`-x c -`), so that no path of this machine shows in a message
 * @throws UserError when clang could not be started
 */
export async function runClang(clang: string, args: readonly string[], source: string): Promise<ClangResult> {
  const command = [clang, '-fno-crash-diagnostics', ...args]
  const result = await runTool(command, source, OUTPUT_LIMIT_BYTES)
  if (!result.failed) return { kind: 'ok', stdout: result.stdout }
  if (result.timedOut) return { kind: 'timeout', afterMs: WALL_LIMIT_MS }
  if (result.signal === 'SIGXCPU' || result.exitCode === CPU_LIMIT_EXIT)
    return { kind: 'timeout', afterMs: CPU_LIMIT_S * 1000 }
  if (result.isMaxBuffer) return { kind: 'crashed', detail: `output over ${OUTPUT_LIMIT_BYTES} bytes` }
  if (isNotStarted(result.exitCode))
    throw new UserError(
      `The compiler "${clang}" cannot be started: install clang 19 (apt-get install clang-19).`,
    )
  // A linker that maps its output dies by a bus error then, so its message would not tell.
  if (freeBytes(tmpdir()) < LEAST_FREE_BYTES)
    throw new UserError(
      `The folder for temporary files (${tmpdir()}) is full: free some space or set TMPDIR.`,
    )
  if (result.exitCode === 1 && firstError(result.stderr) !== undefined)
    return { kind: 'rejected', stderr: result.stderr }
  const detail = firstError(result.stderr) ?? result.stderr.trim().split('\n', 1)[0]
  return { kind: 'crashed', detail: detail || `stopped by ${result.signal ?? result.exitCode}` }
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

const DETAIL_LIMIT = 300

/** clang's first error as `line:column: error: text`; crash reports and notes are left aside. */
export function firstError(stderr: string): string | undefined {
  const line = stderr.split('\n').find((text) => /^[^ ].*\b(?:fatal )?error: /.test(text))
  return line?.replace(/^<stdin>:/, '').slice(0, DETAIL_LIMIT)
}
