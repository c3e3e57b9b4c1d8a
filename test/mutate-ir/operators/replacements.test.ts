import { describe, expect, test } from 'vitest'
import { changeCast } from '../../../src/mutate-ir/operators/change-cast.ts'
import { changeIndex } from '../../../src/mutate-ir/operators/change-index.ts'
import { replaceOperand } from '../../../src/mutate-ir/operators/replace-operand.ts'
import { replaceReturn } from '../../../src/mutate-ir/operators/replace-return.ts'
import { changesOf, functionOf } from '../changes-of.ts'

describe('IR-CAST', () => {
  test.each([
    ['%r = zext i32 %a to i64', ['%r = sext i32 %a to i64']],
    ['%r = sitofp i32 %a to double', ['%r = uitofp i32 %a to double']],
    ['%r = fptoui double %x to i32', ['%r = fptosi double %x to i32']],
  ])('%s gives %j', (line, expected) => {
    expect(changesOf(changeCast, functionOf(line, 'i32 %a, double %x'))).toEqual(expected)
  })

  test.each([
    ['%r = zext nneg i32 %a to i64', 'both extensions of what is not negative are the same'],
    ['%r = trunc i32 %a to i8', 'truncation has no sign'],
    ['%r = fpext float %y to double', 'nor has this'],
  ])('%s must not mutate: %s', (line) => {
    expect(changesOf(changeCast, functionOf(line, 'i32 %a, float %y'))).toEqual([])
  })
})

describe('IR-GEP', () => {
  const of = (address: string) =>
    changesOf(
      changeIndex,
      functionOf(`%g = getelementptr inbounds ${address}`, 'ptr %p, i64 %i, i64 %j'),
    ).map((text) => text.slice('%g = getelementptr inbounds '.length))

  test.each([
    [
      '[4 x i32], ptr %p, i64 0, i64 2',
      ['[4 x i32], ptr %p, i64 0, i64 3', '[4 x i32], ptr %p, i64 0, i64 1'],
    ],
    ['[4 x i32], ptr %p, i64 0, i64 3', ['[4 x i32], ptr %p, i64 0, i64 2']],
    ['%struct.pair, ptr %p, i32 0, i32 1', ['%struct.pair, ptr %p, i32 0, i32 0']],
    ['i32, ptr %p, i64 -1', ['i32, ptr %p, i64 -2']],
    ['i8, ptr %p, i64 4', ['i8, ptr %p, i64 8']],
    ['i32, ptr %p, i64 %i', ['i32, ptr %p, i64 %j']],
    [
      '[2 x [3 x i32]], ptr %p, i64 0, i64 %i, i64 0',
      ['[2 x [3 x i32]], ptr %p, i64 0, i64 %j, i64 0', '[2 x [3 x i32]], ptr %p, i64 0, i64 %i, i64 1'],
    ],
  ])('%s gives %j', (address, expected) => {
    expect(of(address)).toEqual(expected)
  })

  test.each([
    ['%struct.pair, ptr %p, i32 0, i32 2', 'a field without a neighbour of its type'],
    ['[1 x i32], ptr %p, i64 0, i64 0', 'the only element'],
  ])('%s must not mutate: %s', (address) => {
    expect(of(address)).toEqual([])
  })
})

describe('IR-RET', () => {
  test('gives the nearest value of the type, and zero', () => {
    expect(
      changesOf(replaceReturn, functionOf('%s = add i32 %a, 1\n%r = mul i32 %s, %b\nret i32 %r')),
    ).toEqual(['ret i32 %s', 'ret i32 0'])
    expect(changesOf(replaceReturn, functionOf('ret double %x', 'double %x'))).toEqual([
      'ret double 0.000000e+00',
    ])
  })

  test('must not mutate pointers without another one, nothing, and what main returns', () => {
    expect(changesOf(replaceReturn, functionOf('ret ptr %p'))).toEqual([])
    expect(changesOf(replaceReturn, functionOf('ret void'))).toEqual([])
    expect(changesOf(replaceReturn, functionOf('ret i32 %a', 'i32 %a', '@main'))).toEqual([])
  })

  test('gives another pointer, but none whose bytes would be addresses, and no place on the stack', () => {
    const returned = (body: string, parameters: string) =>
      changesOf(replaceReturn, functionOf(body, parameters), 'ret')
    expect(returned('%q = getelementptr i8, ptr %p, i64 1\nret ptr %q', 'ptr %p')).toEqual(['ret ptr %p'])
    expect(returned('%q = load ptr, ptr %p, align 8\nret ptr %q', 'ptr %p')).toEqual([])
    expect(
      returned(
        '%t = getelementptr inbounds [4 x ptr], ptr %p, i64 0, i64 %i\n%q = load ptr, ptr %t, align 8\nret ptr %q',
        'ptr %p, i64 %i',
      ),
    ).toEqual([])
    expect(returned('%k = alloca i32, align 4\nret ptr %p', 'ptr %p')).toEqual([])
  })
})

describe('IR-VAL', () => {
  test.each([
    ['%r = add nuw nsw i32 %s, %t', ['%r = add nsw i32 %a, %t', '%r = add nsw i32 %s, %a']],
    ['store i32 %s, ptr %p, align 4', ['store i32 %t, ptr %p, align 4']],
    ['call void @g(ptr %p, i32 %a)', ['call void @g(ptr %p, i32 %t)']],
    ['%r = icmp slt i32 %t, 4', ['%r = icmp slt i32 %s, 4']],
  ])('%s gives %j', (line, expected) => {
    const body = `%s = add i32 %a, 1\n%t = add i32 %s, 1\n${line}`
    expect(changesOf(replaceOperand, functionOf(body, 'i32 %a, ptr %p'), line)).toEqual(expected)
  })

  test('takes no value that is not there on every way', () => {
    const body = `%c = icmp slt i64 %n, 4
      br i1 %c, label %x, label %y
      x:
      %s = add i32 %a, 1
      br label %y
      y:
      store i32 %a, ptr %p, align 4
      ret void`
    expect(changesOf(replaceOperand, functionOf(body, 'i32 %a, i64 %n, ptr %p'), 'store')).toEqual([])
  })
})
