import { describe, expect, test } from 'vitest'
import { applyIrChange } from '../../../src/mutate-ir/apply-ir-change.ts'
import { functionContext } from '../../../src/mutate-ir/function-context.ts'
import type { IrOperator } from '../../../src/mutate-ir/ir-operator.ts'
import { defineTwice } from '../../../src/mutate-ir/malformed/define-twice.ts'
import { deleteAndRenumber } from '../../../src/mutate-ir/malformed/delete-and-renumber.ts'
import { dropTerminator } from '../../../src/mutate-ir/malformed/drop-terminator.ts'
import { mismatchType } from '../../../src/mutate-ir/malformed/mismatch-type.ts'
import { undefineLabel } from '../../../src/mutate-ir/malformed/undefine-label.ts'
import { useBeforeDefinition } from '../../../src/mutate-ir/malformed/use-before-definition.ts'
import { wrongPredecessor } from '../../../src/mutate-ir/malformed/wrong-predecessor.ts'
import { readIr } from '../../../src/mutate-ir/read-ir.ts'
import { assemble } from '../../../src/toolchain/assemble.ts'
import { locateTools } from '../../../src/toolchain/locate-tools.ts'

const VALID = `define i32 @squares(i32 %n) {
entry:
  %0 = add nsw i32 %n, -1
  %1 = zext i32 %0 to i64
  %2 = mul i64 %1, %1
  %3 = trunc i64 %2 to i32
  %cmp = icmp sgt i32 %3, 4
  br i1 %cmp, label %if.then, label %if.end
if.then:
  br label %if.end
if.end:
  %r = phi i32 [ %3, %entry ], [ 7, %if.then ]
  ret i32 %r
}
`
const { llvmAs } = locateTools()

/** The modules that an operator makes of one instruction of VALID. */
function textsOf(operator: IrOperator, start: string): string[] {
  const module = readIr(VALID)
  const place = module.functions[0]!
  const context = functionContext(module, place)
  const instruction = context.instructions.find(({ text }) => text.startsWith(start))!
  return Array.from(operator.mutate(instruction, context), (change) =>
    applyIrChange(module.lines, place, instruction, change),
  )
}

test('what they are made of is taken', async () => {
  expect(await assemble(llvmAs, VALID)).toEqual({ kind: 'ok' })
})

describe.each<[IrOperator, string, string[], string[]]>([
  [
    deleteAndRenumber,
    '%1',
    [
      '  %0 = add nsw i32 %n, -1\n  %1 = mul i64 %1, %1\n  %2 = trunc i64 %1 to i32',
      '  %0 = add nsw i32 %n, -1\n  %1 = mul i64 %0, %0\n  %2 = trunc i64 %1 to i32',
    ],
    [
      'Only PHI nodes may reference their own value!',
      "4:16: '%0' defined with type 'i32' but expected 'i64'",
    ],
  ],
  [
    useBeforeDefinition,
    '%1',
    ['  %1 = mul i64 %2, %2\n  %2 = zext i32 %0 to i64\n'],
    ['Instruction does not dominate all uses!'],
  ],
  [
    mismatchType,
    '%1',
    ['  %1 = zext i64 %0 to i64\n'],
    ["4:17: '%0' defined with type 'i32' but expected 'i64'"],
  ],
  [
    dropTerminator,
    'br i1',
    ['  %cmp = icmp sgt i32 %3, 4\nif.then:\n'],
    ['8:1: expected instruction opcode'],
  ],
  [
    undefineLabel,
    'br i1',
    ['label %if.then1, label %if.end\n', 'label %if.then, label %if.end1\n'],
    ["8:21: use of undefined value '%if.then1'", "8:37: use of undefined value '%if.end1'"],
  ],
  [
    defineTwice,
    '%cmp',
    ['  %3 = icmp sgt i32 %3, 4\n'],
    ["7:3: instruction expected to be numbered '%4' or greater"],
  ],
  [
    defineTwice,
    '%r',
    ['  %cmp = phi i32 [ %3, %entry ], [ 7, %if.then ]\n  ret i32 %cmp\n'],
    ["12:3: multiple definition of local value named 'cmp'"],
  ],
  [
    wrongPredecessor,
    '%r',
    ['[ %3, %if.end ], [ 7, %if.then ]', '[ %3, %entry ], [ 7, %if.end ]'],
    ['PHI node entries do not match predecessors!', 'PHI node entries do not match predecessors!'],
  ],
])('$name', (operator, instruction, excerpts, messages) => {
  test(`of ${instruction} gives texts that look whole`, () => {
    const texts = textsOf(operator, instruction)
    expect(texts).toHaveLength(excerpts.length)
    for (const [index, excerpt] of excerpts.entries()) expect(texts[index]).toContain(excerpt)
  })

  test(`of ${instruction} gives texts that llvm-as refuses`, async () => {
    const assembled = await Promise.all(textsOf(operator, instruction).map((text) => assemble(llvmAs, text)))
    expect(assembled).toEqual(messages.map((message) => ({ kind: 'refused', message })))
  })
})

test.each<[IrOperator, string, string]>([
  [deleteAndRenumber, 'br label', 'what has no result'],
  [useBeforeDefinition, '%cmp', 'what only the terminator uses'],
  [useBeforeDefinition, '%r', 'phis'],
  [dropTerminator, '%r', 'what does not end a block'],
  [wrongPredecessor, 'ret', 'what is no phi'],
  [undefineLabel, '%r', 'the labels of phis'],
])('$0.name leaves %s: %s', (operator, start) => {
  expect(textsOf(operator, start)).toEqual([])
})
