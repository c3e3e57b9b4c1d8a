import { describe, expect, it } from 'vitest'
import { canonicalIr } from '../../src/compile/canonical-ir.ts'

const module = (names: {
  global: string
  value: string
  block: string
  constant: string
}) => `@${names.global} = private unnamed_addr constant [3 x i8] c"%d\\00", align 1

define i32 @f(i32 %a) {
${names.block}:
  %${names.value} = add i32 %a, ${names.constant}
  call void @print(ptr @${names.global}, i32 %${names.value})
  br label %${names.block}
}
`
const base = { global: '.str', value: 'sum', block: 'entry', constant: '1' }

describe('canonicalIr', () => {
  it.each([
    ['values', { ...base, value: '7' }],
    ['blocks', { ...base, block: 'loop.body' }],
    ['private constants', { ...base, global: '.str.4' }],
  ])('is the same when only %s are renamed', (_, names) => {
    expect(canonicalIr(module(names))).toBe(canonicalIr(module(base)))
  })

  it('differs when a constant differs', () => {
    expect(canonicalIr(module({ ...base, constant: '2' }))).not.toBe(canonicalIr(module(base)))
  })

  it('differs when two values change places', () => {
    const swap = (text: string) => text.replaceAll('%x', '%t').replaceAll('%y', '%x').replaceAll('%t', '%y')
    const text = 'define i32 @f(i32 %x, i32 %y) {\nentry:\n  %r = sub i32 %x, %y\n  ret i32 %r\n}\n'
    const swappedBody = text.replace('sub i32 %x, %y', 'sub i32 %y, %x')
    expect(canonicalIr(swap(text))).toBe(canonicalIr(text))
    expect(canonicalIr(swappedBody)).not.toBe(canonicalIr(text))
  })

  it('keeps the names of functions and of types, which are visible from outside', () => {
    expect(canonicalIr('%struct.a = type { i32 }\ndeclare void @f(ptr)\n')).toContain('%struct.a')
    expect(canonicalIr('declare void @f(ptr)\n')).not.toBe(canonicalIr('declare void @g(ptr)\n'))
  })
})
