/**
 * VTWD, variable twiddle (Agrawal et al.; Proteum VTWD; the field also says off-by-one): one more or one less in an
 * array's index, in a loop's bound, and where a counting loop starts.
 *
 * Left out: constants and sums with a constant (CRP twiddles those); the step of a bound that ROR gives too
 * (`i < n + 1` is `i <= n`); bounds that are not integers.
 */

import { isInteger } from '../c-type.ts'
import { type CodeNode, walk } from '../code-tree.ts'
import { isLoop } from '../find-live-code.ts'
import { additivePrecedence, operand, replaceExpression } from '../fit-expression.ts'
import { decisionOf, hasSideEffects, type MutationContext } from '../mutation-context.ts'
import type { Edit, MutationOperator } from '../mutation-operator.ts'

const anywhere = ['+ 1', '- 1']
const boundSteps: Readonly<Record<string, readonly string[]>> = {
  '<': ['- 1'],
  '<=': ['+ 1'],
  '>': ['+ 1'],
  '>=': ['- 1'],
}

export const vtwd: MutationOperator = {
  name: 'VTWD',
  *mutate(node, context) {
    if (node.type === 'subscript_expression') {
      yield* twiddle(node.field('index'), anywhere, context)
    } else if (node.type === 'binary_expression') {
      const decision = decisionOf(node)
      const isBound = decision !== null && isLoop(decision)
      if (isBound)
        yield* twiddle(node.field('right'), boundSteps[node.field('operator')!.type] ?? [], context)
    } else if (node.type === 'for_statement') {
      yield* twiddle(startOf(node), anywhere, context)
    }
  },
}

function* twiddle(node: CodeNode | null, steps: readonly string[], context: MutationContext): Iterable<Edit> {
  if (node === null || !isInteger(context.typeOf(node)) || hasSideEffects(node) || hasConstant(node)) return
  for (const step of steps) {
    yield replaceExpression(node, `${operand(node, additivePrecedence)} ${step}`, additivePrecedence)
  }
}

/** The value that `for (i = start; ...)` or `for (int i = start; ...)` begins with. */
function startOf(loop: CodeNode): CodeNode | null {
  const initialiser = loop.field('initializer')
  if (initialiser?.type === 'assignment_expression') return initialiser.field('right')
  return initialiser?.namedChildren.find((child) => child.type === 'init_declarator')?.field('value') ?? null
}

/** Whether `node` is a literal or a sum with one. */
function hasConstant(node: CodeNode): boolean {
  const isSum = (inner: CodeNode) =>
    inner.type === 'parenthesized_expression' || /^[-+]$/.test(inner.field('operator')?.type ?? '')
  return walk(node, (inner) => (isSum(inner) ? inner.children : [])).some((inner) =>
    /^(number|char)_literal$/.test(inner.type),
  )
}
