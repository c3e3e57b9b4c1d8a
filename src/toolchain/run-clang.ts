/**
 * One clang process: arguments and C or IR text in, its output or the reason of failure out. The text is not
 * trusted: time, memory and output are bounded, and nothing is run that the compiler makes.
 *
 * Not guaranteed: that includes are harmless; extraction refuses those that are not before anything is compiled.
 */
import { mkdirSync, statfsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { UserError } from '../config/user-error.ts'

export type ClangResult =
  | { readonly kind: 'ok'; readonly stdout: string }
  /** clang refused the input. */
  | { readonly kind: 'rejected'; readonly stderr: string }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /** clang itself broke (a crash, out of memory, endless output): says nothing about the language. */
  | { readonly kind: 'crashed'; readonly detail: string }

/**
 * CPU time of each process, so that a busy machine changes no result. Each must end by itself: a driver that is
 * killed leaves its compiler running.
 */
const CPU_LIMIT_S = 10
/** The driver's own status when its compiler is stopped by SIGXCPU: 256 - 2, as for any signal, or 128 + 24. */
const CPU_LIMIT_EXIT = 128 + 24
/** For what waits instead of working. */
const WALL_LIMIT_MS = 120_000
const MEMORY_KIB = 4 * 1024 * 1024
const OUTPUT_LIMIT_BYTES = 32 * 1024 * 1024
/** The largest executable has 2 MB; a failure with less left is the disk's, not the text's. */
const LEAST_FREE_BYTES = 4 * 1024 * 1024
const LIMITS = `ulimit -v ${MEMORY_KIB}; ulimit -S -t ${CPU_LIMIT_S}; ulimit -H -t ${CPU_LIMIT_S + 2}`

/**
 * @param source goes in by stdin (`-x c -`), so that no path of this machine shows in a message
 * @throws UserError when clang could not be started
 */
export async function runClang(clang: string, args: readonly string[], source: string): Promise<ClangResult> {
  const command = [clang, '-fno-crash-diagnostics', ...args]
  const result = await execa('/bin/sh', ['-c', `${LIMITS}; exec "$@"`, 'sh', ...command], {
    input: source,
    cwd: emptyFolder(),
    // Include paths that the environment adds would make the outcome depend on the machine.
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    extendEnv: false,
    timeout: WALL_LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_LIMIT_BYTES,
    stripFinalNewline: false,
    reject: false,
    // Ctrl-C in the terminal is for this program; a compiler that it kills would look like one that failed.
    detached: true,
  })
  if (!result.failed) return { kind: 'ok', stdout: result.stdout }
  if (result.timedOut) return { kind: 'timeout', afterMs: WALL_LIMIT_MS }
  if (result.signal === 'SIGXCPU' || result.exitCode === CPU_LIMIT_EXIT)
    return { kind: 'timeout', afterMs: CPU_LIMIT_S * 1000 }
  if (result.isMaxBuffer) return { kind: 'crashed', detail: `output over ${OUTPUT_LIMIT_BYTES} bytes` }
  if (result.exitCode === 126 || result.exitCode === 127)
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

/**
 * Quoted includes are looked up in the working folder first, so that one must hold nothing. One folder for all
 * runs of a user, made again if a cleaner took it away.
 */
export function emptyFolder(): string {
  const owner = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `gepo-empty-${owner}`)
  mkdirSync(folder, { recursive: true, mode: 0o500 })
  if (process.getuid !== undefined && statSync(folder).uid !== owner)
    throw new UserError(`The folder ${folder} belongs to another user: remove it or set TMPDIR.`)
  return folder
}
