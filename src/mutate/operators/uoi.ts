/**
 * UOI, unary operators (muJava COI, COD, AODU, LOD; Proteum OLNG), reduced to adding or dropping `!` and
 * dropping `-` and `~`.
 *
 * `!` is added only to conditions that are neither comparisons (ROR's three subsume it) nor `&&`, `||` (COR's
 * four do).
 */

import { typeText } from '../c-type.ts'
import { type CodeNode, withParentheses } from '../code-tree.ts'
import { operand, replaceByNode, replaceExpression, unaryPrecedence } from '../fit-expression.ts'
import { isCondition, type MutationContext, readsInput } from '../mutation-context.ts'
import type { MutationOperator } from '../mutation-operator.ts'

const dropped = ['!', '-', '~']
const negatable = new Set([
  'identifier',
  'call_expression',
  'subscript_expression',
  'field_expression',
  'pointer_expression',
  'update_expression',
  'assignment_expression',
  'binary_expression',
])
const subsumed = /^(<|<=|>|>=|==|!=|&&|\|\|)$/

export const uoi: MutationOperator = {
  name: 'UOI',
  *mutate(node, context) {
    if (node.type === 'unary_expression') yield* dropOperator(node, context)
    if (!isNegatable(node, context)) return
    const text = `!${operand(node, unaryPrecedence)}`
    yield replaceExpression(node, text, unaryPrecedence)
  },
}

function* dropOperator(node: CodeNode, context: MutationContext) {
  const operator = node.field('operator')!.type
  const argument = node.field('argument')!
  if (!dropped.includes(operator) || readsInput(node)) return
  if (operator === '!' && !isCondition(node) && !isInt(argument, context)) return
  yield replaceByNode(node, argument)
}

function isNegatable(node: CodeNode, context: MutationContext): boolean {
  if (!negatable.has(node.type)) return false
  if (!isCondition(node) || context.constantValue(node) !== undefined) return false
  if (withParentheses(node).parent?.type === 'unary_expression') return false
  return node.type !== 'binary_expression' || !subsumed.test(node.field('operator')!.type)
}

function isInt(node: CodeNode, context: MutationContext): boolean {
  const type = context.typeOf(node)
  return type !== null && typeText(type) === 'int'
}
