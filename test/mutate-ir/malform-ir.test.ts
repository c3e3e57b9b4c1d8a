import { expect, test } from 'vitest'
import { malformIr } from '../../src/mutate-ir/malform-ir.ts'
import { malformedOperators } from '../../src/mutate-ir/malformed-operators.ts'
import { assemble } from '../../src/toolchain/assemble.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'

const { llvmAs } = locateTools()

/** Deleting %0 leaves %1 for it, of the same type and in its place: a valid module. */
const IR = `define i32 @f(i32 %n) {
entry:
  %0 = alloca i32, align 4
  %1 = alloca i32, align 4
  store i32 %n, ptr %0, align 4
  %2 = load i32, ptr %0, align 4
  %cmp = icmp slt i32 %2, 3
  br i1 %cmp, label %if.then, label %if.end
if.then:
  br label %if.end
if.end:
  %r = phi i32 [ %2, %entry ], [ 7, %if.then ]
  ret i32 %r
}
`

test('gives modules with the message of the assembler that refuses them, of all operators', async () => {
  const malformed = await malformIr((ir) => assemble(llvmAs, ir), IR, { count: 30, seed: 1 })
  expect(new Set(malformed.map(({ operator }) => operator))).toEqual(
    new Set(malformedOperators.map(({ name }) => name)),
  )
  for (const { text, message } of malformed)
    expect(await assemble(llvmAs, text)).toEqual({ kind: 'refused', message })
})

test('leaves out what the assembler takes', async () => {
  const valid = IR.replace('  %0 = alloca i32, align 4\n', '').replaceAll('%1', '%0').replaceAll('%2', '%1')
  expect(await assemble(llvmAs, valid)).toEqual({ kind: 'ok' })
  const malformed = await malformIr((ir) => assemble(llvmAs, ir), IR, { count: 1000, seed: 1 })
  expect(malformed.length).toBeGreaterThan(20)
  expect(malformed.map(({ text }) => text)).not.toContain(valid)
})

test('gives as many as asked for, the same for the same seed', async () => {
  const some = async () =>
    (await malformIr((ir) => assemble(llvmAs, ir), IR, { count: 4, seed: 3 })).map(({ id }) => id)
  expect(await some()).toHaveLength(4)
  expect(await some()).toEqual(await some())
})
