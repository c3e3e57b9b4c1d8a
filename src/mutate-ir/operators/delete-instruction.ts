/**
 * One instruction deleted, as in the paper's figure, but so that the rest is still valid: where its result was used
 * stands its first operand of the same type that may, else zero.
 *
 * Left out: terminators, what only describes (lifetimes, assumptions, `freeze`), comparisons and conditions (changed by other
 * operators), addresses that come from memory or a call (null instead would only crash), the copy of a parameter to
 * the stack (nothing but an uninitialised read), and a constant where LLVM would have folded it.
 */
import type { FunctionContext } from '../function-context.ts'
import { isDescriptive, isParameterCopy } from '../instruction-kinds.ts'
import { integerWidth, isFloatType, isPoison } from '../ir-constant.ts'
import type { IrInstruction } from '../ir-module.ts'
import type { IrOperator } from '../ir-operator.ts'

const KEPT: ReadonlySet<string> = new Set('br switch ret unreachable alloca icmp fcmp freeze'.split(' '))

export const deleteInstruction: IrOperator = {
  name: 'IR-DEL',
  *mutate(instruction, context) {
    const { opcode, result } = instruction
    if (KEPT.has(opcode) || isDescriptive(instruction) || isParameterCopy(instruction, context)) return
    if (result === undefined || context.usersOf(result).length === 0) {
      yield { replacement: '' }
      return
    }
    const uses = standIn(instruction, context)
    if (uses !== undefined) yield { replacement: '', uses }
  },
}

function standIn(instruction: IrInstruction, context: FunctionContext): string | undefined {
  const { opcode, operands, resultType, result } = instruction
  if (resultType === undefined || resultType === 'i1') return undefined
  if (resultType === 'ptr' && opcode !== 'getelementptr' && opcode !== 'select' && opcode !== 'phi')
    return undefined
  const operand = operands.find(
    ({ type, text }) => type === resultType && text !== result && mayStandFor(text, instruction, context),
  )
  const value = operand?.text ?? zeroOf(resultType)
  if (value === undefined || /^[%@]/.test(value)) return value
  return context.usersOf(result!).every(mayHoldConstant) ? value : undefined
}

/** Elsewhere two constants may meet, or stand on the side where clang prints none. */
const mayHoldConstant = ({ opcode }: IrInstruction) => /^(?:store|call|phi|ret)$/.test(opcode)

function mayStandFor(
  value: string,
  instruction: IrInstruction,
  { isDefinedBefore }: FunctionContext,
): boolean {
  if (isPoison(value)) return false
  // Operands of a phi belong to the ends of other blocks.
  return instruction.opcode !== 'phi' || isDefinedBefore(value, instruction)
}

function zeroOf(type: string): string | undefined {
  if (integerWidth(type) !== undefined) return '0'
  return isFloatType(type) ? '0.000000e+00' : undefined
}
