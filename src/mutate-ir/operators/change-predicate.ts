/**
 * The predicate of a comparison changed: off by one, turned round, negated, or with the other signedness.
 *
 * Left out: off by one against a constant, which from O1 on is written by another constant (`x <= 5` as `x < 6`;
 * IR-CONST gives that one), the order of pointers, and unsigned comparisons with 0, 1 and negative constants, which
 * LLVM writes in another way.
 */
import { editText } from '../edit-text.ts'
import { integerWidth, parseIntegerConstant } from '../ir-constant.ts'
import type { IrOperand } from '../ir-module.ts'
import type { IrOperator } from '../ir-operator.ts'

const integerPredicates: Readonly<Record<string, readonly string[]>> = {
  eq: ['ne', 'slt', 'sgt'],
  ne: ['eq', 'slt', 'sgt'],
  slt: ['sle', 'sgt', 'ult'],
  sle: ['slt', 'sge', 'ule'],
  sgt: ['sge', 'slt', 'ugt'],
  sge: ['sgt', 'sle', 'uge'],
  ult: ['ule', 'ugt', 'slt'],
  ule: ['ult', 'uge', 'sle'],
  ugt: ['uge', 'ult', 'sgt'],
  uge: ['ugt', 'ule', 'sge'],
}
const floatPredicates: Readonly<Record<string, readonly string[]>> = {
  oeq: ['une'],
  une: ['oeq'],
  one: ['ueq'],
  ueq: ['one'],
  olt: ['ole', 'ogt'],
  ole: ['olt', 'oge'],
  ogt: ['oge', 'olt'],
  oge: ['ogt', 'ole'],
  ult: ['ule', 'ugt'],
  ule: ['ult', 'uge'],
  ugt: ['uge', 'ult'],
  uge: ['ugt', 'ule'],
  ord: ['uno'],
  uno: ['ord'],
}

export const changePredicate: IrOperator = {
  name: 'IR-PRED',
  *mutate(instruction) {
    const { opcode, operands, words } = instruction
    if (opcode !== 'icmp' && opcode !== 'fcmp') return
    const predicate = words[0]!
    const table = opcode === 'icmp' ? integerPredicates : floatPredicates
    for (const replacement of table[predicate.text] ?? []) {
      if (opcode === 'icmp' && isExcluded(predicate.text, replacement, operands[1]!)) continue
      yield { replacement: editText(instruction, [predicate, replacement]) }
    }
  },
}

function isExcluded(predicate: string, replacement: string, right: IrOperand): boolean {
  const isEquality = (name: string) => name === 'eq' || name === 'ne'
  // Conditions as numbers have no order, pointers none that a program may ask for.
  if ((integerWidth(right.type) ?? 1) === 1 && !isEquality(replacement)) return true
  const constant = parseIntegerConstant(right.text)
  if (constant === undefined) return false
  const isStrict = (name: string) => !name.endsWith('e') || isEquality(name)
  if (isStrict(predicate) && !isStrict(replacement)) return true
  if (!isStrict(predicate) && isStrict(replacement)) return true
  return /^u/.test(replacement) && constant <= 1n
}
