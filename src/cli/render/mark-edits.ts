/** C code and edits in, lines for a person out: the code with a caret line under each edit, or one edit as -/+ lines. */

import { printable } from '../../base/printable.ts'
import type { Mutant } from '../../records/mutant.ts'
import type { Palette } from './palette.ts'

export interface MarkedEdit {
  readonly label: string
  readonly edit: Pick<Mutant, 'start' | 'end' | 'replacement'>
}

/** Code longer than this is cut to what lies around its edits. */
const mostWholeLines = 100
const linesAround = 4

/**
 * All lines with their numbers; under a line with an edit, carets and what the edit makes of it.
 *
 * @example
 * // 5 |   if (x < 3)
 * //   |         ^ loser 1: <=
 */
export function markEdits(
  code: string,
  edits: readonly MarkedEdit[],
  paint: Palette,
  whole: boolean,
): string[] {
  const lines = codeLines(code)
  const width = String(lines.length).length
  const gutter = ' '.repeat(width)
  const marks = edits.map((marked) => ({ marked, span: spanOf(code, marked.edit) }))
  const shown = (number: number) =>
    whole ||
    lines.length <= mostWholeLines ||
    marks.some(({ span }) => number >= span.firstLine - linesAround && number <= span.lastLine + linesAround)
  const output: string[] = []
  for (const [index, line] of lines.entries()) {
    const number = index + 1
    if (!shown(number)) {
      if (number === 1 || shown(number - 1)) output.push(paint('dim', `${gutter} ...`))
      continue
    }
    const here = marks.filter(({ span }) => span.firstLine <= number && number <= span.lastLine)
    const numberText = String(number).padStart(width)
    output.push(
      `${paint('dim', `${numberText} |`)} ${here.length > 0 ? paint('yellow', printable(line)) : printable(line)}`,
    )
    for (const { marked, span } of here) {
      if (span.lastLine !== number) continue
      const replaced = oneLine(marked.edit.replacement)
      const what = replaced === '' ? 'deleted' : replaced
      output.push(
        `${paint('dim', `${gutter} |`)} ${caretsUnder(lines[span.firstLine - 1]!, span, line)} ${paint('cyan', `${marked.label}:`)} ${paint('red', what)}`,
      )
    }
  }
  return output
}

/** The edit's lines before (-) and after (+), with carets under what differs. */
export function showEdit(code: string, edit: MarkedEdit['edit'], paint: Palette): string[] {
  const from = code.lastIndexOf('\n', edit.start - 1) + 1
  const lineEnd = code.indexOf('\n', edit.end)
  const to = lineEnd === -1 ? code.length : lineEnd
  const after = code.slice(from, edit.start) + edit.replacement + code.slice(edit.end, to)
  const { firstLine } = spanOf(code, edit)
  const side = (sign: string, style: 'red' | 'green', text: string, start: number, end: number) => {
    const lines = text.split('\n')
    const carets = lines.length === 1 && end > start ? [caretLine(text, start, end)] : []
    return [
      ...lines.map((line, i) =>
        paint(style, `${String(firstLine + i).padStart(5)} ${sign} ${printable(line)}`),
      ),
      ...carets.map((line) => `${' '.repeat(8)}${paint(style, line)}`),
    ]
  }
  const start = edit.start - from
  return [
    ...side('-', 'red', code.slice(from, to), start, edit.end - from),
    ...(after.trim() === '' ? [] : side('+', 'green', after, start, start + edit.replacement.length)),
  ]
}

interface Span {
  /** 1-based lines and 0-based columns; `endColumn` is on `lastLine`. */
  readonly firstLine: number
  readonly lastLine: number
  readonly startColumn: number
  readonly endColumn: number
}

function spanOf(code: string, { start, end }: MarkedEdit['edit']): Span {
  const lineOf = (offset: number) => code.slice(0, offset).split('\n').length
  const columnOf = (offset: number) => offset - (code.lastIndexOf('\n', offset - 1) + 1)
  return {
    firstLine: lineOf(start),
    lastLine: lineOf(end),
    startColumn: columnOf(start),
    endColumn: columnOf(end),
  }
}

function caretsUnder(firstLine: string, span: Span, lastLine: string): string {
  return span.firstLine === span.lastLine
    ? caretLine(firstLine, span.startColumn, span.endColumn)
    : `${caretLine(lastLine, lastLine.search(/\S|$/), span.endColumn)} (from line ${span.firstLine})`
}

/** Tabs before the carets stay tabs, so that they stand where the terminal puts the code. */
function caretLine(line: string, start: number, end: number): string {
  const indent = line.slice(0, start).replaceAll(/[^\t]/g, ' ')
  return `${indent}${'^'.repeat(Math.max(1, end - start))}`
}

function oneLine(text: string): string {
  const flat = printable(text.replaceAll(/\s+/g, ' ').trim())
  return flat.length > 60 ? `${flat.slice(0, 57)}...` : flat
}

function codeLines(code: string): string[] {
  const lines = code.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
