/**
 * AOR, arithmetic operator replacement (Proteum OAAN; PIT and Mull: math), with the two neighbours of each
 * operator that most often compile to something else.
 *
 * Left out: `%` on floats, anything but numbers on pointers, and neutral operands (`x + 0`, `x * 1`), where
 * the exchange changes nothing.
 */

import { isArithmetic, isInteger, isPointer } from '../c-type.ts'
import type { CodeNode } from '../code-tree.ts'
import { replaceBinaryOperator } from '../fit-expression.ts'
import { isInLoopUpdate, type MutationContext } from '../mutation-context.ts'
import type { MutationOperator } from '../mutation-operator.ts'

const replacements: Readonly<Record<string, readonly string[]>> = {
  '+': ['-', '*'],
  '-': ['+', '*'],
  '*': ['+', '/'],
  '/': ['*', '%'],
  '%': ['*', '/'],
}

export const aor: MutationOperator = {
  name: 'AOR',
  *mutate(node, context) {
    if (node.type !== 'binary_expression') return
    const operator = node.field('operator')!.type
    for (const replacement of replacements[operator] ?? []) {
      if (isExcluded(node, operator, replacement, context)) continue
      const edit = replaceBinaryOperator(node, replacement, context.code)
      yield isInLoopUpdate(node) ? { ...edit, unlikely: true } : edit
    }
  },
}

function isExcluded(
  node: CodeNode,
  operator: string,
  replacement: string,
  context: MutationContext,
): boolean {
  const left = node.field('left')!
  const right = node.field('right')!
  const types = [context.typeOf(left), context.typeOf(right)]
  if (types.some(isPointer)) return true
  // The operands of + and - may be pointers; those of *, / and % are numbers.
  if (/[-+]/.test(operator) && !types.every(isArithmetic)) return true
  if (replacement === '%' && !types.every(isInteger)) return true
  return givesTheSame(operator, replacement, context.constantValue(left), context.constantValue(right))
}

function givesTheSame(operator: string, replacement: string, left?: bigint, right?: bigint): boolean {
  const pair = operator + replacement
  if (right === 0n && (/^[-+]{2}$/.test(pair) || /[/%]/.test(replacement))) return true
  if (right === 1n && /^[*/]{2}$/.test(pair)) return true
  return left === 2n && right === 2n && /^[+*]{2}$/.test(pair)
}
