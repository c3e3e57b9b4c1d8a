/**
 * ROR, relational operator replacement (Proteum ORRN; PIT and Mull: conditionals boundary and negate), reduced to
 * the three of Kaminski, Ammann and Offutt that subsume the others.
 *
 * Left out: equality on floats; order on pointers that are only tested for equality; what cannot differ
 * (unsigned against 0, anything against EOF) or cannot end (a loop's condition made true without another
 * exit); `!=` for `<` in a counting loop, which differs only when it starts past its bound, and then runs away.
 */

import { isArithmetic, isFloat, isUnsigned } from '../c-type.ts'
import { type CodeNode, withoutParentheses } from '../code-tree.ts'
import { exitsOf, isLoop } from '../find-live-code.ts'
import { primaryPrecedence, replaceBinaryOperator, replaceExpression } from '../fit-expression.ts'
import { decisionOf, isInLoopCondition, type MutationContext, readsInput } from '../mutation-context.ts'
import type { MutationOperator } from '../mutation-operator.ts'

const replacements: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '!=', 'false'],
  '<=': ['<', '==', 'true'],
  '>': ['>=', '!=', 'false'],
  '>=': ['>', '==', 'true'],
  '==': ['<=', '>=', 'false'],
  '!=': ['<', '>', 'true'],
}

export const ror: MutationOperator = {
  name: 'ROR',
  *mutate(node, context) {
    if (node.type !== 'binary_expression') return
    const operator = node.field('operator')!.type
    for (const replacement of replacements[operator] ?? []) {
      if (replacement === 'true' || replacement === 'false') {
        if (!mayBecomeConstant(node, replacement === 'true')) continue
        yield replaceExpression(node, replacement === 'true' ? '1' : '0', primaryPrecedence)
      } else if (!isPointless(node, operator, replacement, context)) {
        const edit = replaceBinaryOperator(node, replacement, context.code)
        const runsAway = /^[!=]=$/.test(replacement) && isInLoopCondition(node)
        yield runsAway ? { ...edit, unlikely: true } : edit
      }
    }
  },
}

function mayBecomeConstant(node: CodeNode, truth: boolean): boolean {
  const decision = decisionOf(node)
  const loop = decision !== null && isLoop(decision) ? decision : null
  // Dropping a read leaves its variables unset, but for a loop that ends with it.
  if (readsInput(node)) return loop !== null && !truth
  return loop === null || !truth || exitsOf(loop).length > 0
}

function isPointless(
  node: CodeNode,
  operator: string,
  replacement: string,
  context: MutationContext,
): boolean {
  const left = context.typeOf(node.field('left'))
  const right = context.typeOf(node.field('right'))
  const equality = /^[!=]=$/
  if (equality.test(replacement) && (isFloat(left) || isFloat(right))) return true
  if (equality.test(operator)) {
    const comparesOrder = isArithmetic(left) && isArithmetic(right)
    if (!comparesOrder || [node.field('left'), node.field('right')].some((side) => side?.text === 'EOF'))
      return true
  }
  if (isUnsigned(left) && context.constantValue(node.field('right')!) === 0n) {
    return ['> !=', '!= >', '== <=', '<= =='].includes(`${operator} ${replacement}`)
  }
  return replacement === '!=' && isCountingLoop(node, operator)
}

/** `for (...; i < n; i++)` and the like. */
function isCountingLoop(node: CodeNode, operator: string): boolean {
  const loop = decisionOf(node)
  const update = loop?.type === 'for_statement' ? loop.field('update') : null
  if (update === null || update === undefined) return false
  const step = withoutParentheses(update)
  if (step.type !== 'update_expression') return false
  return (
    step.field('operator')?.type === (operator === '<' ? '++' : '--') &&
    step.field('argument')?.text === node.field('left')?.text
  )
}
