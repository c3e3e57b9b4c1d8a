import { describe, expect, test } from 'vitest'
import { deleteInstruction } from '../../../src/mutate-ir/operators/delete-instruction.ts'
import { changesOf, functionOf } from '../changes-of.ts'

const of = (definition: string, use: string) =>
  changesOf(deleteInstruction, functionOf(`${definition}\n${use}`), definition)

describe('IR-DEL', () => {
  test.each([
    ['%r = sub nsw i32 %a, %b', 'store i32 %r, ptr %p, align 4', ['deleted; uses %a']],
    ['%r = sub nsw i32 1, %b', 'store i32 %r, ptr %p, align 4', ['deleted; uses 1']],
    ['%r = load i32, ptr %p, align 4', 'store i32 %r, ptr @count, align 4', ['deleted; uses 0']],
    ['%r = sitofp i32 %a to double', 'store double %r, ptr %p, align 8', ['deleted; uses 0.000000e+00']],
    ['%r = getelementptr inbounds i32, ptr %p, i64 2', 'store i32 1, ptr %r, align 4', ['deleted; uses %p']],
    ['%r = call i32 @g(ptr %p)', 'store i32 %r, ptr %p, align 4', ['deleted; uses 0']],
    ['%r = call i32 @g(ptr %p)', 'store i32 1, ptr %p, align 4', ['deleted']],
    ['store i32 1, ptr @count, align 4', 'store i32 2, ptr @count, align 4', ['deleted']],
  ])('%s before %s gives %j', (definition, use, expected) => {
    expect(of(definition, use)).toEqual(expected)
  })

  test('of a phi leaves a value that was there before its block', () => {
    const body = (first: string) => `%s = sub i32 %a, 1
      br label %loop
      loop:
      %i = phi i32 [ ${first}, %entry ], [ %n, %loop ]
      %n = add i32 %i, %b
      %c = icmp slt i32 %n, 9
      br i1 %c, label %loop, label %end
      end:
      ret void`
    const deletions = ['%s', '%a', '7'].map((first) =>
      changesOf(deleteInstruction, functionOf(body(first)), '%i'),
    )
    expect(deletions).toEqual([['deleted; uses %s'], ['deleted; uses %a'], []])
  })

  test.each([
    ['%c = icmp slt i32 %a, %b', 'conditions'],
    ['%r = alloca i32, align 4', 'places'],
    ['%r = load ptr, ptr %p, align 8', 'addresses from memory'],
    ['%r = call ptr @g(i32 %a)', 'addresses from calls'],
    ['%r = freeze i32 %a', 'what changes no result'],
  ])('%s must not mutate: %s', (definition) => {
    const name = definition.slice(0, 2)
    const type = /load ptr|call ptr|alloca/.test(definition)
      ? 'ptr'
      : definition.includes('icmp')
        ? 'i1'
        : 'i32'
    expect(of(definition, `call void @use(${type} ${name})`)).toEqual([])
  })

  test.each(['call void @llvm.lifetime.start.p0(i64 4, ptr %p)', 'call void @llvm.assume(i1 true)'])(
    '%s must not mutate',
    (call) => {
      expect(changesOf(deleteInstruction, functionOf(call), 'call')).toEqual([])
    },
  )

  test.each([
    ['%s = add nsw i32 %r, %a', []],
    ['%s = icmp slt i32 %r, 4', []],
    ['call void @use(i32 %r)\n%s = mul i32 %r, %a', []],
    ['call void @use(i32 %r)', ['deleted; uses 0']],
  ])('a constant may stand for what a load gave only where clang prints one: %s', (use, expected) => {
    expect(of('%r = load i32, ptr %p, align 4', use)).toEqual(expected)
  })

  test('leaves the copies of parameters, without which nothing is initialised', () => {
    const body =
      '%a.addr = alloca i32, align 4\nstore i32 %a, ptr %a.addr, align 4\nstore i32 %b, ptr %p, align 4'
    expect(changesOf(deleteInstruction, functionOf(body), 'store')).toEqual(['deleted'])
  })
})
