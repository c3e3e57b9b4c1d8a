/**
 * A source's text in; out comes the C standard under which clang accepts it, or why there is none.
 * gnu17 is tried first, then gnu89 with what old compilers let pass; where a name of the source is in the way that
 * headers have beyond the C standard, both without those.
 */

import type { ClangRunner } from '../toolchain/clang-runner.ts'
import { checkSyntax, type SyntaxCheck } from './check-syntax.ts'
import { classifyNotC, isMissingHeader } from './classify-not-c.ts'
import type { CStandard } from './standard-flags.ts'

export type StandardChoice =
  | { readonly kind: 'ok'; readonly standard: CStandard }
  | { readonly kind: 'dropped'; readonly reason: string; readonly detail: string }

/** `f(a) { return g(a); }` gives `{kind: 'ok', standard: 'gnu89'}`. */
export async function chooseStandard(text: string, compile: ClangRunner): Promise<StandardChoice> {
  const modern = await checkSyntax(text, 'gnu17', compile)
  if (modern.kind === 'ok') return { kind: 'ok', standard: 'gnu17' }
  if (modern.kind !== 'rejected') return compilerTrouble(modern)
  // A header that is not there is not there in either standard.
  if (isMissingHeader(modern.error)) return notC(text, modern.error)
  const old = await checkSyntax(text, 'gnu89', compile)
  if (old.kind === 'ok') return { kind: 'ok', standard: 'gnu89' }
  if (old.kind !== 'rejected') return compilerTrouble(old)
  if (TAKEN_NAME.test(old.error))
    for (const standard of ['c17', 'c89'] as const)
      if ((await checkSyntax(text, standard, compile)).kind === 'ok') return { kind: 'ok', standard }
  // The lenient standard's first error is what really stands in the way.
  return notC(text, old.error)
}

const TAKEN_NAME = /conflicting types for|redefinition of|follows non-static declaration/

function notC(text: string, error: string): StandardChoice {
  return { kind: 'dropped', reason: `not-c: ${classifyNotC(text, error)}`, detail: error }
}

/** The drop for a source that the compiler could not finish with. */
export function compilerTrouble(check: Extract<SyntaxCheck, { kind: 'timeout' | 'failed' }>): {
  kind: 'dropped'
  reason: string
  detail: string
} {
  return check.kind === 'timeout'
    ? { kind: 'dropped', reason: 'compile', detail: `clang gave no answer within ${check.afterMs} ms` }
    : { kind: 'dropped', reason: 'compile', detail: `clang failed: ${check.detail}` }
}
