/**
 * SVR, scalar variable replacement (Mothra SVR; Proteum VLSR, VGSR, VLAR): the use of a variable becomes the use
 * of another one of the same type that is in scope, has a value and was used in the function before; the
 * two used last, so that the number of mutants stays in proportion.
 *
 * Left out: what is written to or whose address is taken, inputs, and results that another operator gives
 * (`x = x` is SDL, `a < a` and `a && a` are ROR and COR).
 */

import { typeText } from '../c-type.ts'
import { ancestors, type CodeNode, withParentheses } from '../code-tree.ts'
import { isInLoopCondition, isInLoopUpdate } from '../mutation-context.ts'
import type { MutationOperator } from '../mutation-operator.ts'
import type { Variable } from '../variable-table.ts'

const replacementsPerUse = 2

export const svr: MutationOperator = {
  name: 'SVR',
  *mutate(node, context) {
    if (node.type !== 'identifier' || !isRead(node)) return
    const variable = context.variableAt(node)
    const definition = context.functionAround(node)
    if (variable === null || definition === null || isConstantInitialiser(node)) return
    const lastUse = (other: Variable) =>
      context.usesOf(other).findLast((use) => use < node.start && use >= definition.start) ??
      (other.storage === 'parameter' ? definition.start : undefined)
    const candidates = context.variables
      .filter(
        (other) =>
          other !== variable &&
          isSameType(other, variable) &&
          context.findVariable(other.name, node.start) === other &&
          context.mayHoldValue(other, node.start) &&
          !isRedundant(node, other),
      )
      .map((other) => ({ other, use: lastUse(other) }))
      .filter((candidate) => candidate.use !== undefined)
      .sort((a, b) => b.use! - a.use! || (a.other.name < b.other.name ? -1 : 1))
    const runsAway = isInLoopCondition(node) || isInLoopUpdate(node)
    for (const { other } of candidates.slice(0, replacementsPerUse)) {
      const edit = { start: node.start, end: node.end, replacement: other.name }
      yield runsAway ? { ...edit, unlikely: true } : edit
    }
  },
}

/** A `const` counts only where something may be written through the variable. */
function isSameType(a: Variable, b: Variable): boolean {
  return typeText(a.type) === typeText(b.type) && (a.isConst === b.isConst || a.type.derived.length === 0)
}

/** Whether the identifier's value is used, and nothing is stored into it. */
function isRead(identifier: CodeNode): boolean {
  let node = identifier
  for (const parent of ancestors(identifier)) {
    switch (parent.type) {
      case 'parenthesized_expression':
        break
      case 'field_expression':
        if (parent.field('argument') !== node) return false
        break
      case 'subscript_expression':
        if (parent.field('index') === node) return true
        break
      case 'update_expression':
        return false
      case 'pointer_expression':
        return parent.field('operator')?.type === '*'
      case 'assignment_expression':
        return parent.field('right') === node
      case 'comma_expression':
      case 'expression_statement':
        return false
      case 'call_expression':
        return parent.field('function') !== node
      case 'init_declarator':
        return parent.field('value') === node
      default:
        return /_(expression|statement|list)$/.test(parent.type)
    }
    node = parent
  }
  return false
}

function isConstantInitialiser(node: CodeNode): boolean {
  const declaration = ancestors(node).find((outer) => outer.type === 'declaration')
  return declaration?.children.some((child) => child.text === 'static') ?? false
}

function isRedundant(node: CodeNode, other: Variable): boolean {
  const place = withParentheses(node)
  const parent = place.parent
  if (parent?.type === 'assignment_expression') return parent.field('left')?.text === other.name
  if (parent?.type === 'init_declarator') return parent.field('declarator')?.text === other.name
  if (parent?.type !== 'binary_expression') return false
  if (!/^(<|<=|>|>=|==|!=|&&|\|\|)$/.test(parent.field('operator')!.type)) return false
  return [parent.field('left'), parent.field('right')].some(
    (side) => side !== place && side?.text === other.name,
  )
}
