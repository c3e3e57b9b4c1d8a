/**
 * A conversion with the other signedness. Not of what is marked `nneg`: there both give the same, as would a
 * conversion of a constant.
 */
import { editText } from '../edit-text.ts'
import type { IrOperator } from '../ir-operator.ts'

const replacements: Readonly<Record<string, string>> = {
  zext: 'sext',
  sext: 'zext',
  sitofp: 'uitofp',
  uitofp: 'sitofp',
  fptosi: 'fptoui',
  fptoui: 'fptosi',
}

export const changeCast: IrOperator = {
  name: 'IR-CAST',
  *mutate(instruction) {
    const { opcode, text, words } = instruction
    const replacement = replacements[opcode]
    if (replacement === undefined || words.length > 0) return
    const start = text.indexOf(` = ${opcode} `) + 3
    const span = { start, end: start + opcode.length, text: opcode }
    yield { replacement: editText(instruction, [span, replacement]) }
  },
}
