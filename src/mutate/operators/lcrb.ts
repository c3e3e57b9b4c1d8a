/**
 * LCRB, bitwise logical connector replacement (Proteum OBBN; muJava LOR; Mull: bitwise): `&`, `|` and `^` for
 * each other. No type is asked for: only integers have these operators.
 */
import { replaceBinaryOperator } from '../fit-expression.ts'
import type { MutationOperator } from '../mutation-operator.ts'

const replacements: Readonly<Record<string, readonly string[]>> = {
  '&': ['|', '^'],
  '|': ['&', '^'],
  '^': ['&', '|'],
}

export const lcrb: MutationOperator = {
  name: 'LCRB',
  *mutate(node, context) {
    if (node.type !== 'binary_expression') return
    const [left, right] = [node.field('left')!, node.field('right')!]
    for (const replacement of replacements[node.field('operator')!.type] ?? []) {
      const values = [context.constantValue(left), context.constantValue(right)]
      // x | 0 is x ^ 0.
      if (values.includes(0n) && replacement !== '&' && node.field('operator')!.type !== '&') continue
      yield replaceBinaryOperator(node, replacement, context.code)
    }
  },
}
