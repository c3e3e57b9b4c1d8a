/** The type of an operand written as its neighbour's in size, which the value does not have. */
import { editText } from '../edit-text.ts'
import type { IrOperator } from '../ir-operator.ts'

const replacements: Readonly<Record<string, string>> = {
  i1: 'i32',
  i8: 'i32',
  i16: 'i32',
  i32: 'i64',
  i64: 'i32',
  float: 'double',
  double: 'float',
  ptr: 'i64',
}

export const mismatchType: IrOperator = {
  name: 'MF-TYPE',
  *mutate(instruction) {
    const seen = new Set<number>()
    for (const { text, typeSpan } of instruction.operands) {
      const replacement = replacements[typeSpan.text]
      // A constant takes the type that it is given. Of two operands with one type, both would change.
      if (replacement === undefined || !text.startsWith('%') || seen.has(typeSpan.start)) continue
      seen.add(typeSpan.start)
      yield { replacement: editText(instruction, [typeSpan, replacement]) }
    }
  },
}
