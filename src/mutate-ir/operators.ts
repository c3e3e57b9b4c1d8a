/** All operators of the class `ir`, by name. */
import type { IrOperator } from './ir-operator.ts'
import { changeCast } from './operators/change-cast.ts'
import { changeConstant } from './operators/change-constant.ts'
import { changeIndex } from './operators/change-index.ts'
import { changeOpcode } from './operators/change-opcode.ts'
import { changePredicate } from './operators/change-predicate.ts'
import { deleteInstruction } from './operators/delete-instruction.ts'
import { exchangeArguments } from './operators/exchange-arguments.ts'
import { exchangeCases } from './operators/exchange-cases.ts'
import { exchangeIncoming } from './operators/exchange-incoming.ts'
import { exchangePointer } from './operators/exchange-pointer.ts'
import { replaceOperand } from './operators/replace-operand.ts'
import { replaceReturn } from './operators/replace-return.ts'
import { swapArms } from './operators/swap-arms.ts'
import { swapOperands } from './operators/swap-operands.ts'
import { swapSuccessors } from './operators/swap-successors.ts'

/**
 * None of them edits a flag alone (`nsw`, `nuw`, `exact`, `inbounds`, ...): to take one away changes no result, and to
 * add one only makes undefined behaviour.
 */
export const irOperators: readonly IrOperator[] = [
  swapArms,
  exchangeArguments,
  swapSuccessors,
  exchangeCases,
  changeCast,
  changeConstant,
  deleteInstruction,
  changeIndex,
  changeOpcode,
  exchangeIncoming,
  changePredicate,
  exchangePointer,
  replaceReturn,
  swapOperands,
  replaceOperand,
]
