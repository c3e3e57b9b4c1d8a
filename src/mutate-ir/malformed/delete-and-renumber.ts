/**
 * The losers of the paper's figure: an instruction deleted and the values numbered again, so that the text looks
 * whole. Where the deleted value was used stands the one that has its place now, or the one before; mostly their
 * types differ, or the value is used before it is there.
 */
import type { IrInstruction } from '../ir-module.ts'
import type { IrOperator } from '../ir-operator.ts'

export const deleteAndRenumber: IrOperator = {
  name: 'MF-DEL',
  *mutate(instruction, { instructions, usersOf }) {
    const { result } = instruction
    if (result === undefined || usersOf(result).length === 0) return
    const own = instructions.indexOf(instruction)
    const isValue = (other: IrInstruction) => other.result !== undefined
    const next = instructions.slice(own + 1).find(isValue)
    const before = instructions.slice(0, own).findLast(isValue)
    for (const other of [next, before]) {
      if (other === undefined) continue
      // What is defined before and of the same type gives a valid module.
      if (other === before && other.resultType === instruction.resultType) continue
      yield { replacement: '', uses: other.result! }
    }
  },
}
