/**
 * C code in; out comes whether clang accepts it. Only the front end runs (`-fsyntax-only`): nothing is
 * generated or executed.
 */

import type { ClangRunner } from '../toolchain/clang-runner.ts'
import { firstError } from '../toolchain/run-clang.ts'
import { type CStandard, standardFlags } from './standard-flags.ts'

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

const COMMON_FLAGS = [
  '-w',
  '-ffp-contract=off',
  '-fno-color-diagnostics',
  '-fno-caret-diagnostics',
  '-ferror-limit=1',
]

/** `checkSyntax('int f( {', 'gnu17', spawnClang('clang-19'))` gives `{kind: 'rejected', error: "1:8: error: ..."}`. */
export async function checkSyntax(
  code: string,
  standard: CStandard,
  compile: ClangRunner,
): Promise<SyntaxCheck> {
  const result = await frontEnd(code, ['-fsyntax-only', ...standardFlags(standard)], compile)
  return result.kind === 'ok' ? { kind: 'ok' } : result
}

/** The text after preprocessing; line markers tell which file each part comes from. */
export function preprocess(
  code: string,
  standard: CStandard,
  compile: ClangRunner,
  markers: 'plain' | 'line-markers' = 'plain',
): Promise<Preprocessed> {
  const flags = markers === 'plain' ? ['-E', '-P'] : ['-E']
  return frontEnd(code, [...flags, ...standardFlags(standard)], compile)
}

async function frontEnd(code: string, flags: readonly string[], compile: ClangRunner): Promise<Preprocessed> {
  const result = await compile([...COMMON_FLAGS, ...flags, '-x', 'c', '-'], code)
  switch (result.kind) {
    case 'ok':
      return { kind: 'ok', text: result.stdout }
    case 'rejected':
      return { kind: 'rejected', error: firstError(result.stderr) ?? '' }
    case 'timeout':
      return result
    case 'crashed':
      return { kind: 'failed', detail: result.detail }
  }
}
