/** A model's answer in, the IR in it out. Pure. */
import { fencedBlocks } from '../base/fenced-blocks.ts'

/** First words of a block that mark it as IR. */
const TAGS: readonly string[] = ['llvm', 'll', 'ir', 'llvm-ir', 'llvmir']

/**
 * Where the answer has fenced blocks, the IR is the one of them that is marked as IR, or the only one there is where none
 * says what it is; it must be closed. An answer without any is all IR.
 *
 * @returns undefined where that is not one text
 * @example readIrAnswer('Here:\n```llvm\ndefine void @f() {\n  ret void\n}\n```') // 'define void @f() {\n  ret void\n}\n'
 */
export function readIrAnswer(answer: string): string | undefined {
  const blocks = fencedBlocks(answer)
  if (blocks.length === 0) return answer
  const marked = blocks.filter(({ tag }) => TAGS.includes(tag))
  const [block, ...others] = marked.length > 0 ? marked : blocks.filter(({ tag }) => tag === '')
  return block === undefined || others.length > 0 || !block.closed ? undefined : block.code
}
