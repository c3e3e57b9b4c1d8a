/**
 * A constant changed by one, to 0, to its negative, or to its double; of a truth value, the other one. In arithmetic,
 * comparisons, stores, selections, phis, switches, returned values and arguments of functions that are not LLVM's own.
 *
 * Left out: divisors of 0, shifts out of range, forms that LLVM folds, cases that are there already, the exit status
 * of `main`, and the indexes of addresses (IR-GEP).
 */
import { editText, withoutProvenFlags } from '../edit-text.ts'
import { isExitStatus, isIntrinsicCall } from '../instruction-kinds.ts'
import {
  formatFloatConstant,
  formatIntegerConstant,
  integerWidth,
  isFloatType,
  parseFloatConstant,
  parseIntegerConstant,
} from '../ir-constant.ts'
import type { IrInstruction, IrOperand } from '../ir-module.ts'
import type { IrOperator } from '../ir-operator.ts'
import { isPlainForm } from '../is-plain-form.ts'
import { BINARY_OPCODES } from '../read-instruction.ts'

const integerSteps: readonly ((value: bigint) => bigint)[] = [
  (value) => value + 1n,
  (value) => value - 1n,
  () => 0n,
  (value) => -value,
  (value) => value * 2n,
]
const floatSteps: readonly ((value: number) => number)[] = [
  (value) => value + 1,
  (value) => value - 1,
  () => 0,
  (value) => -value,
]
const OPCODES: ReadonlySet<string> = new Set([
  ...BINARY_OPCODES,
  ...['icmp', 'fcmp', 'store', 'select', 'phi', 'switch', 'ret', 'call'],
])

export const changeConstant: IrOperator = {
  name: 'IR-CONST',
  *mutate(instruction, context) {
    if (!OPCODES.has(instruction.opcode) || isIntrinsicCall(instruction)) return
    if (isExitStatus(instruction, context)) return
    for (const operand of changeable(instruction)) {
      for (const constant of new Set(otherConstants(operand))) {
        if (constant === operand.text || isExcluded(instruction, operand, constant)) continue
        yield { replacement: editText(instruction, [operand, constant], ...withoutProvenFlags(instruction)) }
      }
    }
  },
}

function changeable({ opcode, operands }: IrInstruction): readonly IrOperand[] {
  if (opcode === 'store') return operands.slice(0, 1)
  if (opcode === 'select' || opcode === 'switch') return operands.slice(1)
  return operands
}

function* otherConstants({ text, type }: IrOperand): Generator<string> {
  const width = integerWidth(type)
  if (text === 'true') yield 'false'
  else if (text === 'false') yield 'true'
  else if (width !== undefined) {
    const value = parseIntegerConstant(text)
    if (value === undefined) return
    for (const step of integerSteps) {
      const constant = formatIntegerConstant(step(value), width)
      if (constant !== undefined) yield constant
    }
  } else if (isFloatType(type)) {
    const value = parseFloatConstant(text)
    if (value === undefined || !Number.isFinite(value)) return
    for (const step of floatSteps) yield formatFloatConstant(step(value), type)
  }
}

function isExcluded(instruction: IrInstruction, operand: IrOperand, constant: string): boolean {
  const { opcode, operands, words } = instruction
  // `select i1 %a, i1 %b, i1 false` is how `&&` is printed; with another constant it would fold.
  if (opcode === 'select') return operand.type === 'i1'
  if (opcode === 'switch') return operands.some((other) => other.text === constant)
  const value = parseIntegerConstant(constant)
  if (opcode === 'icmp') return /^u/.test(words[0]!.text) && value !== undefined && value <= 1n
  if (!BINARY_OPCODES.has(opcode)) return false
  const width = BigInt(integerWidth(operand.type) ?? 0)
  const [left, right] = operands.map((other) => (other === operand ? constant : other.text))
  if (/shl|shr/.test(opcode) && operand === operands[1] && (value! < 0n || value! >= width)) return true
  const original = { opcode, left: operands[0]!.text, right: operands[1]!.text }
  return !isPlainForm({ opcode, left: left!, right: right! }, original)
}
