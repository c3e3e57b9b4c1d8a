import { describe, expect, it } from 'vitest'
import { assemble } from '../../src/toolchain/assemble.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'

const { llvmAs } = locateTools()
const returning = (type: string, value: string) =>
  `define ${type} @f(i32 %a) {\nentry:\n  ret i32 ${value}\n}\n`

describe('assemble', () => {
  it('takes a valid module', async () => {
    expect(await assemble(llvmAs, returning('i32', '%a'))).toEqual({ kind: 'ok' })
  })

  it.each([
    ['what does not parse', returning('i32', '%b'), "3:11: use of undefined value '%b'"],
    [
      'what has the wrong type',
      returning('i64', '%a'),
      "3:7: value doesn't match function result type 'i64'",
    ],
    [
      'what does not verify',
      'define void @f() {\nentry:\n  br label %entry\n}\n',
      'Entry block to function must not have predecessors!',
    ],
  ])('refuses %s, with the first message and no name of this machine', async (_, ir, message) => {
    expect(await assemble(llvmAs, ir)).toEqual({ kind: 'refused', message })
  })

  it('says that it does not know where the assembler breaks', async () => {
    const nested = `@g = global i32 ${'add (i32 1, i32 '.repeat(200_000)}1${')'.repeat(200_000)}\n`
    expect(await assemble(llvmAs, nested)).toMatchObject({ kind: 'failed' })
  })

  it('names the assembler that cannot be started', async () => {
    await expect(assemble('/nowhere/llvm-as', '')).rejects.toThrow('"/nowhere/llvm-as" cannot be started')
  })
})
