/** An instruction and parts of it in, its text with other parts there out. */
import type { IrInstruction, IrSpan } from './ir-module.ts'

export type SpanEdit = readonly [IrSpan, string]

/** @example editText(readInstruction('ret i32 %a', 0), [operands[0]!, '0']) // 'ret i32 0' */
export function editText({ text }: Pick<IrInstruction, 'text'>, ...edits: readonly SpanEdit[]): string {
  const ordered = edits.toSorted(([a], [b]) => b.start - a.start)
  return ordered.reduce(
    (edited, [{ start, end }, replacement]) => edited.slice(0, start) + replacement + edited.slice(end),
    text,
  )
}

/** Both parts in each other's place. */
export const exchangeText = (instruction: Pick<IrInstruction, 'text'>, a: IrSpan, b: IrSpan): string =>
  editText(instruction, [a, b.text], [b, a.text])

/**
 * Edits that take away the flags which are facts about the values that were there (`nuw`, `exact`, `disjoint`, `nneg`):
 * of other values they would make poison. `nsw` stays: it is how signed arithmetic of C is printed.
 */
export function withoutProvenFlags({ text, words }: Pick<IrInstruction, 'text' | 'words'>): SpanEdit[] {
  return words
    .filter((word) => /^(?:nuw|exact|disjoint|nneg)$/.test(word.text))
    .map((word) => [{ ...word, end: word.end + (text[word.end] === ' ' ? 1 : 0) }, ''])
}
