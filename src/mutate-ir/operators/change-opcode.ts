/**
 * A binary operation replaced by one of its neighbours. `nsw` stays where the new operation has it; other flags are
 * facts about what the old one computed and go.
 *
 * Left out: forms that LLVM folds or writes in another way, and shifts of and by constants that leave nothing.
 */
import { editText, type SpanEdit } from '../edit-text.ts'
import type { IrInstruction } from '../ir-module.ts'
import type { IrOperator } from '../ir-operator.ts'
import { isPlainForm } from '../is-plain-form.ts'

const replacements: Readonly<Record<string, readonly string[]>> = {
  add: ['sub', 'mul'],
  sub: ['add', 'mul'],
  mul: ['add', 'sub'],
  sdiv: ['srem', 'mul'],
  udiv: ['urem', 'mul'],
  srem: ['sdiv', 'mul'],
  urem: ['udiv', 'mul'],
  shl: ['lshr', 'ashr'],
  lshr: ['ashr', 'shl'],
  ashr: ['lshr', 'shl'],
  and: ['or', 'xor'],
  or: ['and', 'xor'],
  xor: ['and', 'or'],
  fadd: ['fsub', 'fmul'],
  fsub: ['fadd', 'fmul'],
  fmul: ['fadd', 'fdiv'],
  fdiv: ['fmul'],
}
const WITH_NSW: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'shl'])

export const changeOpcode: IrOperator = {
  name: 'IR-OPC',
  *mutate(instruction) {
    const { opcode, operands } = instruction
    for (const replacement of replacements[opcode] ?? []) {
      const [left, right] = [operands[0]!.text, operands[1]!.text]
      if (!isPlainForm({ opcode: replacement, left, right }, { opcode, left, right })) continue
      yield { replacement: editText(instruction, opcodeEdit(instruction, replacement)) }
    }
  },
}

/** From the opcode to the type. */
function opcodeEdit({ opcode, text, words, operands }: IrInstruction, replacement: string): SpanEdit {
  const start = text.indexOf(` = ${opcode} `) + 3
  const end = operands[0]!.typeSpan.start
  const keepsNsw = WITH_NSW.has(replacement) && words.some((word) => word.text === 'nsw')
  return [{ start, end, text: text.slice(start, end) }, `${replacement} ${keepsNsw ? 'nsw ' : ''}`]
}
