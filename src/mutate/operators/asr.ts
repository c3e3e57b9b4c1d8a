/**
 * ASR, assignment operator replacement (Proteum OAAA, OBBA, OSSA, OAEA; MutPy ASR; Mull: assignments): compound
 * assignments for each other, or for the plain one where both sides are numbers.
 *
 * Left out: `%=` on floats, bitwise forms for arithmetic ones, anything but `+=` and `-=` on pointers, neutral
 * operands.
 */

import { isArithmetic, isInteger } from '../c-type.ts'
import type { CodeNode } from '../code-tree.ts'
import { replaceToken } from '../fit-expression.ts'
import { isInLoopUpdate, type MutationContext } from '../mutation-context.ts'
import type { MutationOperator } from '../mutation-operator.ts'

const replacements: Readonly<Record<string, readonly string[]>> = {
  '+=': ['-=', '='],
  '-=': ['+=', '='],
  '*=': ['+=', '/=', '='],
  '/=': ['*=', '%='],
  '%=': ['*=', '/='],
  '&=': ['|=', '^='],
  '|=': ['&=', '^=', '='],
  '^=': ['&=', '|=', '='],
  '<<=': ['>>='],
  '>>=': ['<<='],
}

export const asr: MutationOperator = {
  name: 'ASR',
  *mutate(node, context) {
    if (node.type !== 'assignment_expression') return
    const token = node.field('operator')!
    for (const replacement of replacements[token.type] ?? []) {
      if (isExcluded(node, token.type, replacement, context)) continue
      const edit = replaceToken(token, replacement, context.code)
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
  const right = node.field('right')!
  const types = [context.typeOf(node.field('left')), context.typeOf(right)]
  if (replacement === '%=' && !types.every(isInteger)) return true
  if (/^[-+]=$/.test(operator) && replacement === '=' && !types.every(isArithmetic)) return true
  const value = context.constantValue(right)
  const pair = operator + replacement
  if (value === 0n) return /^[-+]=[-+]=$|[/%]=$|<<=|>>=/.test(pair)
  return value === 1n && /^[*/]=[*/]=$/.test(pair)
}
