/** A function's blocks in, for each block that can be reached its immediate dominator out. */
import type { IrBlock } from './ir-module.ts'

/**
 * Cooper, Harvey and Kennedy's iteration (A Simple, Fast Dominance Algorithm, 2001).
 *
 * @returns by label; the entry block is its own, a block that nothing leads to has none
 */
export function findDominators(blocks: readonly IrBlock[]): ReadonlyMap<string, string> {
  const entry = blocks[0]!.label
  const order = reversePostorder(blocks)
  const rank = new Map(order.map((block, index) => [block.label, index]))
  const predecessors = Map.groupBy(
    order.flatMap(({ label, successors }) => successors.map((successor) => ({ label, successor }))),
    ({ successor }) => successor,
  )
  const dominators = new Map([[entry, entry]])
  const meet = (left: string, right: string): string => {
    let [a, b] = [left, right]
    while (a !== b) {
      if (rank.get(a)! > rank.get(b)!) a = dominators.get(a)!
      else b = dominators.get(b)!
    }
    return a
  }
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false
    for (const { label } of order.slice(1)) {
      const known = predecessors.get(label)!.filter((edge) => dominators.has(edge.label))
      const dominator = known.map((edge) => edge.label).reduce(meet)
      if (dominators.get(label) === dominator) continue
      dominators.set(label, dominator)
      hasChanged = true
    }
  }
  return dominators
}

/** Without recursion: a function may have tens of thousands of blocks in a row. */
function reversePostorder(blocks: readonly IrBlock[]): IrBlock[] {
  const byLabel = new Map(blocks.map((block) => [block.label, block]))
  const seen = new Set([blocks[0]!.label])
  const open = [{ block: blocks[0]!, next: 0 }]
  const finished: IrBlock[] = []
  while (open.length > 0) {
    const top = open.at(-1)!
    const successor = top.block.successors[top.next++]
    if (successor === undefined) finished.push(open.pop()!.block)
    else if (!seen.has(successor)) {
      seen.add(successor)
      open.push({ block: byLabel.get(successor)!, next: 0 })
    }
  }
  return finished.reverse()
}
