/** The last instruction of a block deleted. */
import type { IrOperator } from '../ir-operator.ts'

export const dropTerminator: IrOperator = {
  name: 'MF-TERM',
  *mutate(instruction, { blockOf }) {
    if (blockOf(instruction).instructions.at(-1) === instruction) yield { replacement: '' }
  },
}
