/**
 * BCR, break / continue replacement (MutPy BCR; Proteum SBRC and SCRB).
 *
 * Left out: where nothing follows in the loop, so that `continue` and leaving the switch are the same, and
 * where the loop would lose its only way out.
 */
import { ancestors, type CodeNode } from '../code-tree.ts'
import { exitsOf, isLoop } from '../find-live-code.ts'
import type { MutationContext } from '../mutation-context.ts'
import type { MutationOperator } from '../mutation-operator.ts'

const replacements: Readonly<Record<string, string>> = {
  break_statement: 'continue',
  continue_statement: 'break',
}

export const bcr: MutationOperator = {
  name: 'BCR',
  *mutate(node, context) {
    const replacement = replacements[node.type]
    if (replacement === undefined) return
    const loop = ancestors(node).find(isLoop)
    if (loop === undefined) return
    const target = ancestors(node).find((outer) => outer === loop || outer.type === 'switch_statement')!
    if (target.type === 'switch_statement' ? isLastIn(target, loop) : leavesNoExit(node, loop, context))
      return
    const keyword = node.children[0]!
    yield { start: keyword.start, end: keyword.end, replacement }
  },
}

/** Whether control goes from the end of `statement` straight to the end of `outer`. */
export function isLastIn(statement: CodeNode, outer: CodeNode): boolean {
  let node = statement
  for (const parent of ancestors(statement)) {
    const isList = /^(compound_|case_|preproc_)/.test(parent.type)
    if (isList && parent.namedChildren.at(-1) !== node) return false
    if (parent === outer) return true
    node = parent
  }
  return false
}

/** Whether `loop` runs for ever once `jump` is gone. */
export function leavesNoExit(jump: CodeNode, loop: CodeNode, context: MutationContext): boolean {
  const condition = loop.field('condition')
  if (condition !== null && context.constantValue(condition) === undefined) return false
  return jump.type === 'break_statement' && exitsOf(loop).every((exit) => exit === jump)
}
