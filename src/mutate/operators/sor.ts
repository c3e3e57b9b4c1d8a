/** SOR, shift operator replacement (Proteum OSSN; muJava SOR; Mull: shifts): `<<` and `>>` for each other. */
import { replaceBinaryOperator } from '../fit-expression.ts'
import type { MutationOperator } from '../mutation-operator.ts'

const replacements: Readonly<Record<string, readonly string[]>> = {
  '<<': ['>>'],
  '>>': ['<<'],
}

export const sor: MutationOperator = {
  name: 'SOR',
  *mutate(node, context) {
    if (node.type !== 'binary_expression') return
    // A shift by 0 is the same in both directions.
    if (context.constantValue(node.field('right')!) === 0n) return
    for (const replacement of replacements[node.field('operator')!.type] ?? []) {
      yield replaceBinaryOperator(node, replacement, context.code)
    }
  },
}
