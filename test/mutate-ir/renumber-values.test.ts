import { expect, test } from 'vitest'
import { renumberValues } from '../../src/mutate-ir/renumber-values.ts'

const renumber = (text: string) => renumberValues(text.split('\n')).join('\n')

test('closes gaps among values and labels, and leaves names alone', () => {
  expect(
    renumber(`define i32 @f(i32 %0, ptr %p) {
entry:
  %2 = load i32, ptr %p, align 4
  %add.4 = add i32 %2, %0
  br label %7
7:
  %9 = call i32 @g(i32 %add.4, ptr @"%9")
  ret i32 %9
}`),
  ).toBe(`define i32 @f(i32 %0, ptr %p) {
entry:
  %1 = load i32, ptr %p, align 4
  %add.4 = add i32 %1, %0
  br label %2
2:
  %3 = call i32 @g(i32 %add.4, ptr @"%9")
  ret i32 %3
}`)
})

test('counts a first block without a label', () => {
  expect(renumber('define void @f(i32 %0) {\n  %3 = add i32 %0, 1\n  ret void\n}')).toContain(
    '%2 = add i32 %0, 1',
  )
})

test('gives back what has no gaps, and numbers that nothing defines', () => {
  const text = 'define void @f(i32 %0) {\nentry:\n  %1 = add i32 %0, %8\n  ret void\n}'
  expect(renumber(text)).toBe(text)
})
