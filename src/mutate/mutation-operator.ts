/** What an operator is: a name in the field's terms and a pure generator of edits for one node. */
import type { CodeNode } from './code-tree.ts'
import type { MutationContext } from './mutation-context.ts'

export interface Edit {
  /** Half-open range of UTF-16 offsets. */
  readonly start: number
  readonly end: number
  readonly replacement: string
  /** See Mutant: mostly endless or undefined. */
  readonly unlikely?: true
}

export interface MutationOperator {
  readonly name: string
  /** Called once for each node of the live code; yields nothing for nodes that are not the operator's. */
  mutate(node: CodeNode, context: MutationContext): Iterable<Edit>
}
