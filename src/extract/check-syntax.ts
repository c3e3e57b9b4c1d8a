/**
 * C code in; out comes whether clang accepts it. Only the front end runs (`-fsyntax-only`): nothing is
 * generated or executed. Time, memory and output of the compiler are bounded, since the code is not trusted.
 *
 * Not guaranteed: that includes are harmless; `findRefusedConstruct` sees to that before.
 */
import { mkdtempSync, rmSync } from 'node:fs'
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

const TIMEOUT_MS = 10_000
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
  const result = await execa('sh', ['-c', `ulimit -v ${MEMORY_KIB}; exec "$@"`, 'sh', ...command], {
    input: code,
    cwd: emptyFolder(),
    // Include paths that the environment adds would make the outcome depend on the machine.
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    extendEnv: false,
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: OUTPUT_LIMIT_BYTES,
    stripFinalNewline: false,
    reject: false,
  })
  if (result.timedOut) return { kind: 'timeout', afterMs: TIMEOUT_MS }
  if (result.isMaxBuffer) return { kind: 'failed', detail: 'too much output' }
  if (result.exitCode === 0) return { kind: 'ok', text: result.stdout }
  if (result.exitCode === 126 || result.exitCode === 127)
    throw new UserError(
      `The compiler "${clang}" cannot be started: install clang 19 (apt-get install clang-19).`,
    )
  const error = firstError(result.stderr)
  if (result.exitCode === 1 && error !== undefined) return { kind: 'rejected', error }
  return {
    kind: 'failed',
    detail: (error ?? result.stderr.trim().split('\n', 1)[0] ?? '').slice(0, DETAIL_LIMIT),
  }
}

/** Crash reports and notes are left aside; `<stdin>` says nothing to a reader. */
function firstError(stderr: string): string | undefined {
  const line = stderr.split('\n').find((text) => /^[^ ].*\b(?:fatal )?error: /.test(text))
  return line?.replace(/^<stdin>:/, '').slice(0, DETAIL_LIMIT)
}

let folder: string | undefined

/** Quoted includes are looked up in the working folder first, so that one must hold nothing. */
function emptyFolder(): string {
  if (folder === undefined) {
    const created = mkdtempSync(join(tmpdir(), 'gepo-empty-'))
    process.once('exit', () => rmSync(created, { recursive: true, force: true }))
    folder = created
  }
  return folder
}
