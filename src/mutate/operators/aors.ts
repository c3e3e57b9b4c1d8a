/**
 * AORS, short-cut arithmetic operator replacement (Proteum OPPO and OMMO; PIT and Mull: increments): `++` and
 * `--` for each other, and before for after where the value is used.
 *
 * In a loop's header the exchange of `++` and `--` mostly gives a loop without an end: chosen last.
 */
import { type CodeNode, withParentheses } from '../code-tree.ts'
import { primaryPrecedence, replaceExpression, unaryPrecedence } from '../fit-expression.ts'
import { isInLoopCondition, isInLoopUpdate } from '../mutation-context.ts'
import type { MutationOperator } from '../mutation-operator.ts'

const replacements: Readonly<Record<string, string>> = { '++': '--', '--': '++' }

export const aors: MutationOperator = {
  name: 'AORS',
  *mutate(node) {
    if (node.type !== 'update_expression') return
    const token = node.field('operator')!
    const argument = node.field('argument')!
    const replacement = replacements[token.type]!
    const edit = { start: token.start, end: token.end, replacement }
    yield isInLoopUpdate(node) || isInLoopCondition(node) ? { ...edit, unlikely: true } : edit
    if (!isValueUsed(node)) return
    yield token.start < argument.start
      ? replaceExpression(node, `${argument.text}${token.type}`, primaryPrecedence)
      : replaceExpression(node, `${token.type}${argument.text}`, unaryPrecedence)
  },
}

function isValueUsed(node: CodeNode): boolean {
  const outer = withParentheses(node)
  const parent = outer.parent
  if (parent === null || parent.type === 'expression_statement') return false
  if (parent.type === 'for_statement') return parent.field('condition') === outer
  if (parent.type === 'comma_expression') return parent.field('right') === outer && isValueUsed(parent)
  return true
}
