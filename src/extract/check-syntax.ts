/**
 * C code in; out comes whether clang accepts it. Only the front end runs (`-fsyntax-only`): nothing is
 * generated or executed. Time, memory and output of the compiler are bounded, since the code is not trusted.
 *
 * Not guaranteed: that includes are harmless; `findRefusedConstruct` sees to that before.
 */
import { mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { standardFlags } from '../compile/standard-flags.ts'
import { UserError } from '../config/user-error.ts'
import type { CStandard } from './unit.ts'

export type SyntaxCheck =
  | { readonly kind: 'ok' }
  /** `error` is clang's first error as `line:column: error: text`. */
  | { readonly kind: 'rejected'; readonly error: string }
  | { readonly kind: 'timeout'; readonly afterMs: number }
  /** The compiler itself broke: out of memory, a crash. Says nothing about the code. */
  | { readonly kind: 'failed'; readonly detail: string }

export type Preprocessed =
  | { readonly kind: 'ok'; readonly text: string }
  | Exclude<SyntaxCheck, { readonly kind: 'ok' }>

/** CPU time, so that a busy machine does not change what is dropped. */
const CPU_LIMIT_S = 10
/** Exit status of a driver whose front end was stopped by SIGXCPU. */
const CPU_LIMIT_EXIT = 128 + 24
/** Only for a compiler that waits instead of working. */
const WALL_LIMIT_MS = 120_000
const MEMORY_KIB = 2 * 1024 * 1024
const OUTPUT_LIMIT_BYTES = 32 * 1024 * 1024
const DETAIL_LIMIT = 300

const COMMON_FLAGS = [
  '-w',
  '-ffp-contract=off',
  '-fno-color-diagnostics',
  '-fno-caret-diagnostics',
  '-ferror-limit=1',
  '-fno-crash-diagnostics',
]

/** `checkSyntax('int f( {', 'gnu17', 'clang-19')` gives `{kind: 'rejected', error: "1:8: error: ..."}`. */
export async function checkSyntax(code: string, standard: CStandard, clang: string): Promise<SyntaxCheck> {
  const result = await runClang(code, ['-fsyntax-only', ...standardFlags(standard)], clang)
  return result.kind === 'ok' ? { kind: 'ok' } : result
}

/** The text after preprocessing; line markers tell which file each part comes from. */
export function preprocess(
  code: string,
  standard: CStandard,
  clang: string,
  markers: 'plain' | 'line-markers' = 'plain',
): Promise<Preprocessed> {
  const flags = markers === 'plain' ? ['-E', '-P'] : ['-E']
  return runClang(code, [...flags, ...standardFlags(standard)], clang)
}

async function runClang(code: string, flags: readonly string[], clang: string): Promise<Preprocessed> {
  const command = [clang, ...COMMON_FLAGS, ...flags, '-x', 'c', '-']
  const limits = `ulimit -v ${MEMORY_KIB}; ulimit -H -t ${CPU_LIMIT_S + 2}; ulimit -S -t ${CPU_LIMIT_S}`
  const result = await execa('sh', ['-c', `${limits}; exec "$@"`, 'sh', ...command], {
    input: code,
    cwd: emptyFolder(),
    // Include paths that the environment adds would make the outcome depend on the machine.
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    extendEnv: false,
    timeout: WALL_LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_LIMIT_BYTES,
    stripFinalNewline: false,
    reject: false,
  })
  if (result.timedOut) return { kind: 'timeout', afterMs: WALL_LIMIT_MS }
  if (result.signal === 'SIGXCPU' || result.exitCode === CPU_LIMIT_EXIT)
    return { kind: 'timeout', afterMs: CPU_LIMIT_S * 1000 }
  if (result.isMaxBuffer) return { kind: 'failed', detail: 'too much output' }
  if (result.exitCode === 0) return { kind: 'ok', text: result.stdout }
  if (result.exitCode === 126 || result.exitCode === 127)
    throw new UserError(
      `The compiler "${clang}" cannot be started: install clang 19 (apt-get install clang-19).`,
    )
  const error = firstError(result.stderr)
  if (result.exitCode === 1 && error !== undefined) return { kind: 'rejected', error }
  const detail = error ?? result.stderr.trim().split('\n', 1)[0]
  return { kind: 'failed', detail: (detail || `stopped by ${result.signal}`).slice(0, DETAIL_LIMIT) }
}

/** Crash reports and notes are left aside; `<stdin>` says nothing to a reader. */
function firstError(stderr: string): string | undefined {
  const line = stderr.split('\n').find((text) => /^[^ ].*\b(?:fatal )?error: /.test(text))
  return line?.replace(/^<stdin>:/, '').slice(0, DETAIL_LIMIT)
}

/**
 * Quoted includes are looked up in the working folder first, so that one must hold nothing. One folder for all
 * runs of a user, made again if a cleaner took it away.
 */
function emptyFolder(): string {
  const owner = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `gepo-empty-${owner}`)
  mkdirSync(folder, { recursive: true, mode: 0o500 })
  if (process.getuid !== undefined && statSync(folder).uid !== owner)
    throw new UserError(`The folder ${folder} belongs to another user: remove it or set TMPDIR.`)
  return folder
}
