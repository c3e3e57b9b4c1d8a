/**
 * ArgStcAli, exchange of arguments of the same type (the interface mutation operator of Delamaro, Maldonado and
 * Mathur, in Proteum/IM): two neighbours in a call change places.
 *
 * Left out: arguments whose type is not known to be the same, or whose text is the same; functions that do not mind
 * the order; macros, which may assign to an argument.
 */
import { decayed, typeText } from '../c-type.ts'
import { commutativeFunctions } from '../library-functions.ts'
import type { MutationOperator } from '../mutation-operator.ts'

export const argStcAli: MutationOperator = {
  name: 'ArgStcAli',
  *mutate(node, context) {
    if (node.type !== 'argument_list') return
    const callee = node.parent?.field('function')?.text ?? ''
    if (commutativeFunctions.has(callee) || context.preprocessor.macros.has(callee)) return
    const args = node.namedChildren
    for (const [at, right] of args.entries()) {
      const left = args[at - 1]
      if (left === undefined || left.text === right.text) continue
      const types = [left, right].map((arg) => context.typeOf(arg))
      if (types.some((type) => type === null || type.kind === 'unknown')) continue
      if (typeText(decayed(types[0]!)) !== typeText(decayed(types[1]!))) continue
      // A format string stays where it is.
      if (/string/.test(left.type)) continue
      const between = context.code.slice(left.end, right.start)
      yield { start: left.start, end: right.end, replacement: right.text + between + left.text }
    }
  },
}
