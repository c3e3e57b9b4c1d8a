/** A syntax tree and an edit of its text in, how deep in the tree the edit lies out. */
import type { Mutant } from '../../records/mutant.ts'
import type { SyntaxNode } from '../../syntax/parse-c.ts'

/** The depth of the smallest node that holds the edit whole, the root's being 0. */
export function editDepth(root: SyntaxNode, { start, end }: Pick<Mutant, 'start' | 'end'>): number {
  const holds = (node: SyntaxNode) => node.startIndex <= start && node.endIndex >= end
  let depth = 0
  for (let node = root.children.find(holds); node !== undefined; node = node.children.find(holds)) depth++
  return depth
}
