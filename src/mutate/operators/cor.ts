/**
 * COR / LCR, conditional (logical connector) replacement (Proteum OLLN and COD; Mull: logical operators), reduced
 * to four: `a && b` to false, a, b, a == b; `a || b` to true, a, b, a != b (Kaminski, Ammann and Offutt).
 *
 * Operands that are not truth values are made so (`!!x`) where the number would count.
 */
import { type CodeNode, withoutParentheses } from '../code-tree.ts'
import { exitsOf, isLoop } from '../find-live-code.ts'
import {
  equalityPrecedence,
  operand,
  primaryPrecedence,
  replaceByNode,
  replaceExpression,
  unaryPrecedence,
} from '../fit-expression.ts'
import { decisionOf, isCondition, readsInput } from '../mutation-context.ts'
import type { Edit, MutationOperator } from '../mutation-operator.ts'

const replacements: Readonly<Record<string, { constant: '0' | '1'; comparison: '==' | '!=' }>> = {
  '&&': { constant: '0', comparison: '==' },
  '||': { constant: '1', comparison: '!=' },
}

export const cor: MutationOperator = {
  name: 'COR',
  *mutate(node) {
    const row = node.type === 'binary_expression' ? replacements[node.field('operator')!.type] : undefined
    if (row === undefined) return
    const left = node.field('left')!
    const right = node.field('right')!
    const decision = decisionOf(node)
    const endless =
      row.constant === '1' && decision !== null && isLoop(decision) && exitsOf(decision).length === 0
    if (!readsInput(node) && !endless) yield replaceExpression(node, row.constant, primaryPrecedence)
    if (!readsInput(right)) yield alone(node, left)
    if (!readsInput(left)) yield alone(node, right)
    const [a, b] = [truthText(left, equalityPrecedence), truthText(right, equalityPrecedence + 1)]
    yield replaceExpression(node, `${a} ${row.comparison} ${b}`, equalityPrecedence)
  },
}

function alone(node: CodeNode, kept: CodeNode): Edit {
  return isTruthValue(kept) || isCondition(node)
    ? replaceByNode(node, kept)
    : replaceExpression(node, truthText(kept, primaryPrecedence), unaryPrecedence)
}

function truthText(node: CodeNode, precedence: number): string {
  return isTruthValue(node) ? operand(node, precedence) : `!!${operand(node, unaryPrecedence)}`
}

function isTruthValue(node: CodeNode): boolean {
  return /^(<|<=|>|>=|==|!=|&&|\|\||!)$/.test(withoutParentheses(node).field('operator')?.type ?? '')
}
