import { describe, expect, it } from 'vitest'
import { editDepth } from '../../../src/group/losers/edit-depth.ts'
import { loadParser } from '../../../src/syntax/parse-c.ts'

const code = 'int é(int a) { if (a) { return a + 1; } return a; }'
const at = (text: string) => {
  const start = code.indexOf(text)
  return { start, end: start + text.length }
}

describe.each(['native', 'wasm'] as const)('the depth of an edit in the tree of the %s parser', (binding) => {
  it('counts the nodes around it', async () => {
    const root = (await loadParser(binding))(code)
    const depths = [code, 'return a;', 'return a + 1;', 'a + 1', '1'].map((part) => editDepth(root, at(part)))
    // The function; its body and the statement; if, block and statement; the expression; its operand.
    expect(depths).toEqual([1, 3, 5, 6, 7])
  })
})
