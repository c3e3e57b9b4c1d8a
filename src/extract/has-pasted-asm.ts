/**
 * C text in; out comes whether macro expansion puts an `asm` together from pieces, which the text alone does
 * not show. Headers' own uses (symbol renames) do not count.
 */

import type { ClangRunner } from '../toolchain/clang-runner.ts'
import { type Preprocessed, preprocess } from './check-syntax.ts'
import { isAsmWord } from './find-refused-construct.ts'
import { lexC, parseDirective, removeSplices } from './lex-c.ts'
import type { CStandard } from './standard-flags.ts'

export type PastedAsm =
  | { readonly kind: 'ok'; readonly found: boolean }
  | Exclude<Preprocessed, { readonly kind: 'ok' }>

/** True for `#define P(a, b) a##b` with `P(as, m)("nop");`. Costs a compiler run only where `##` occurs. */
export async function hasPastedAsm(
  text: string,
  standard: CStandard,
  compile: ClangRunner,
): Promise<PastedAsm> {
  if (!/##|%:%:/.test(removeSplices(text))) return { kind: 'ok', found: false }
  const preprocessed = await preprocess(text, standard, compile, 'line-markers')
  if (preprocessed.kind !== 'ok') return preprocessed
  let isSystemHeader = false
  for (const token of lexC(preprocessed.text)) {
    if (token.kind === 'directive') isSystemHeader = systemHeaderFlag(token.text) ?? isSystemHeader
    else if (!isSystemHeader && token.kind === 'word' && isAsmWord(token.text))
      return { kind: 'ok', found: true }
  }
  return { kind: 'ok', found: false }
}

/** A line marker (`# 1 "/usr/include/stdio.h" 1 3`) says by a 3 that a system header follows. */
function systemHeaderFlag(directive: string): boolean | undefined {
  const { name, body } = parseDirective(directive)
  return /^\d+$/.test(name) ? /" (?:\d )*3(?: 4)?$/.test(body) : undefined
}
