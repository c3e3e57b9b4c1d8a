/** A result under the name that the value before it has already. */
import type { IrOperator } from '../ir-operator.ts'

export const defineTwice: IrOperator = {
  name: 'MF-DUP',
  *mutate(instruction, { instructions }) {
    const { result, text } = instruction
    if (result === undefined) return
    const own = instructions.indexOf(instruction)
    const before = instructions.slice(0, own).findLast((other) => other.result !== undefined)
    if (before?.result !== undefined)
      yield { replacement: before.result + text.slice(result.length), uses: before.result }
  },
}
