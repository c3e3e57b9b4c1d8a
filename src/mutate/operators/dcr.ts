/**
 * DCR, decision replacement (PIT: remove conditionals; Proteum's STRI traps the same two cases): the whole
 * condition of an `if`, a loop or a `?:` becomes true or false. For an `if` without `else`, and for a loop, false
 * is also the deletion of the statement, so SDL leaves those to this operator.
 *
 * Left out: conditions that are constant already, those that read input (but for a loop made false), and
 * loops made endless.
 */
import { conditionOf, exitsOf, isLoop } from '../find-live-code.ts'
import { primaryPrecedence, replaceExpression } from '../fit-expression.ts'
import { readsInput } from '../mutation-context.ts'
import type { MutationOperator } from '../mutation-operator.ts'

const replacements: Readonly<Record<string, readonly ('0' | '1')[]>> = {
  if_statement: ['1', '0'],
  conditional_expression: ['1', '0'],
  while_statement: ['1', '0'],
  for_statement: ['1', '0'],
  do_statement: ['1', '0'],
}

export const dcr: MutationOperator = {
  name: 'DCR',
  *mutate(node, context) {
    const values = replacements[node.type]
    const condition = values === undefined ? null : conditionOf(node)
    if (values === undefined || condition === null || context.constantValue(condition) !== undefined) return
    const loop = isLoop(node)
    for (const value of values) {
      if (loop && value === '1' && exitsOf(node).length === 0) continue
      if (readsInput(condition) && !(loop && value === '0')) continue
      yield replaceExpression(condition, value, primaryPrecedence)
    }
  },
}
