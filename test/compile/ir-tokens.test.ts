import { describe, expect, it } from 'vitest'
import { irTokens } from '../../src/compile/ir-tokens.ts'

const ir = `@.str = private unnamed_addr constant [4 x i8] c"%d\\0A\\00", align 1
@table = global [2 x i32] zeroinitializer

define i32 @f(ptr noundef %x) {
for.body:
  %12 = load float, ptr %x
  %cmp5 = fcmp olt float %12, -1.500000e+00
  br i1 %cmp5, label %for.body, label %"odd name"
  call i32 (ptr, ...) @printf(ptr @.str, %struct.point %p)
}
`
const lines = (names: 'kept' | 'normalised') =>
  irTokens(ir, names)
    .join(' ')
    .split('\n')
    .map((line) => line.trim())

describe('irTokens', () => {
  it('gives every token as it is', () => {
    expect(lines('kept')).toEqual([
      '@.str = private unnamed_addr constant [ 4 x i8 ] c"%d\\0A\\00" , align 1',
      '@table = global [ 2 x i32 ] zeroinitializer',
      '',
      'define i32 @f ( ptr noundef %x ) {',
      'for.body:',
      '%12 = load float , ptr %x',
      '%cmp5 = fcmp olt float %12 , -1.500000e+00',
      'br i1 %cmp5 , label %for.body , label %"odd name"',
      'call i32 ( ptr , ... ) @printf ( ptr @.str , %struct.point %p )',
      '}',
      '',
    ])
  })

  it('hides the names of values, blocks, types and private constants, but not of functions and globals', () => {
    expect(lines('normalised')).toEqual([
      '@ = private unnamed_addr constant [ 4 x i8 ] c"" , align 1',
      '@table = global [ 2 x i32 ] zeroinitializer',
      '',
      'define i32 @f ( ptr noundef % ) {',
      ':',
      '% = load float , ptr %',
      '% = fcmp olt float % , -1.500000e+00',
      'br i1 % , label % , label %',
      'call i32 ( ptr , ... ) @printf ( ptr @ , %type % )',
      '}',
      '',
    ])
  })
})
