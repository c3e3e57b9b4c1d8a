import { expect, it } from 'vitest'
import { plainIr } from '../../bench/small-compilers/plain-ir.ts'
import { assemble } from '../../src/toolchain/assemble.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'

const IR = `define dso_local noundef range(i32 0, 9) i32 @f(ptr nocapture noundef readonly %a, i32 noundef %n) local_unnamed_addr {
entry:
  %b = alloca [4 x i32], align 16
  %0 = load i32, ptr %a, align 4
  %c = call noundef range(i32 0, 8) i32 @g(i32 %0)
  %add = add nuw nsw i32 %c, %n
  ret i32 %add
}

declare i32 @g(i32)
`

it('leaves out what says nothing about behaviour, and what remains is IR', async () => {
  const plain = plainIr(IR)
  expect(plain).toBe(`define i32 @f(ptr readonly %a, i32 %n) {
entry:
%b = alloca [4 x i32]
%0 = load i32, ptr %a
%c = call range(i32 0, 8) i32 @g(i32 %0)
%add = add i32 %c, %n
ret i32 %add
}

declare i32 @g(i32)
`)
  expect(await assemble(locateTools().llvmAs, plain)).toMatchObject({ kind: 'ok' })
})
