/**
 * C text in; out comes the same text without conditional directives and without what they leave out on this
 * platform, so that what remains is one plain sequence of items. Which groups are active is the compiler's
 * own answer: a marker is put into each and looked for after preprocessing.
 */

import type { ClangRunner } from '../toolchain/clang-runner.ts'
import { type Preprocessed, preprocess } from './check-syntax.ts'
import { lexC, parseDirective } from './lex-c.ts'
import type { CStandard } from './standard-flags.ts'

const OPENS = new Set(['if', 'ifdef', 'ifndef'])
const CONTINUES = new Set(['elif', 'elifdef', 'elifndef', 'else'])
const MARKER = 'gepo_active_group'

/** `#if 0\nint a;\n#else\nint b;\n#endif\n` gives `int b;\n`. Costs one compiler run, and only where there are conditionals. */
export async function resolveConditionals(
  text: string,
  standard: CStandard,
  compile: ClangRunner,
): Promise<Preprocessed> {
  const lines = conditionalLines(text)
  if (lines.length === 0) return { kind: 'ok', text }
  const preprocessed = await preprocess(withMarkers(text, lines), standard, compile)
  if (preprocessed.kind !== 'ok') return preprocessed
  const found = preprocessed.text.matchAll(new RegExp(`^#pragma ${MARKER} (\\d+)$`, 'gm'))
  const active = new Set([...found].map((match) => Number(match[1])))
  return { kind: 'ok', text: keepActive(text, lines, active) }
}

interface ConditionalLine {
  readonly name: string
  readonly start: number
  /** After the line end. */
  readonly end: number
}

function conditionalLines(text: string): ConditionalLine[] {
  return lexC(text)
    .filter((token) => token.kind === 'directive')
    .map((token) => ({ ...token, name: parseDirective(token.text).name }))
    .filter(({ name }) => OPENS.has(name) || CONTINUES.has(name) || name === 'endif')
    .map(({ name, start, end }) => ({ name, start, end: Math.min(end + 1, text.length) }))
}

function withMarkers(text: string, lines: readonly ConditionalLine[]): string {
  let marked = ''
  let position = 0
  for (const [index, line] of lines.entries()) {
    marked += text.slice(position, line.end)
    if (line.name !== 'endif') marked += `\n#pragma ${MARKER} ${index}\n`
    position = line.end
  }
  return marked + text.slice(position)
}

function keepActive(text: string, lines: readonly ConditionalLine[], active: ReadonlySet<number>): string {
  const enclosing: boolean[] = []
  let isActive = true
  let kept = ''
  let position = 0
  for (const [index, line] of lines.entries()) {
    if (isActive) kept += text.slice(position, line.start)
    position = line.end
    if (OPENS.has(line.name)) enclosing.push(isActive)
    isActive = line.name === 'endif' ? (enclosing.pop() ?? true) : active.has(index)
  }
  return isActive ? kept + text.slice(position) : kept
}
