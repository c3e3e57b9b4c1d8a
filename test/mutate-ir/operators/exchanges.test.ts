import { describe, expect, test } from 'vitest'
import { exchangeArguments } from '../../../src/mutate-ir/operators/exchange-arguments.ts'
import { exchangeCases } from '../../../src/mutate-ir/operators/exchange-cases.ts'
import { exchangeIncoming } from '../../../src/mutate-ir/operators/exchange-incoming.ts'
import { exchangePointer } from '../../../src/mutate-ir/operators/exchange-pointer.ts'
import { swapArms } from '../../../src/mutate-ir/operators/swap-arms.ts'
import { swapOperands } from '../../../src/mutate-ir/operators/swap-operands.ts'
import { swapSuccessors } from '../../../src/mutate-ir/operators/swap-successors.ts'
import { changesOf, functionOf } from '../changes-of.ts'

describe('IR-SWAP', () => {
  test.each([
    ['%r = sub nuw nsw i32 %a, %b', ['%r = sub nsw i32 %b, %a']],
    ['%r = sdiv i32 %a, 2', ['%r = sdiv i32 2, %a']],
    ['%r = shl i32 1, %a', ['%r = shl i32 %a, 1']],
  ])('%s gives %j', (line, expected) => {
    expect(changesOf(swapOperands, functionOf(line))).toEqual(expected)
  })

  test.each([
    ['%r = add i32 %a, %b', 'what commutes'],
    ['%r = sub i32 %a, %a', 'equal operands'],
    ['%r = icmp slt i32 %a, %b', 'comparisons, whose predicate changes'],
    ['%r = sdiv i32 1, %a', 'what then folds'],
  ])('%s must not mutate: %s', (line) => {
    expect(changesOf(swapOperands, functionOf(line))).toEqual([])
  })
})

describe('IR-BR', () => {
  test('exchanges the two ways on', () => {
    const body = '%c = icmp slt i32 %a, %b\nbr i1 %c, label %x, label %y\nx:\nret void\ny:\nret void'
    expect(changesOf(swapSuccessors, functionOf(body))).toEqual(['br i1 %c, label %y, label %x'])
  })

  test('must not mutate a branch with one way on, or two equal ones', () => {
    const body = '%c = icmp slt i32 %a, %b\nbr i1 %c, label %x, label %x\nx:\nbr label %y\ny:\nret void'
    expect(changesOf(swapSuccessors, functionOf(body))).toEqual([])
  })
})

describe('IR-CASE', () => {
  test('exchanges the targets of neighbours, the default among them, unless they are the same', () => {
    const body =
      'switch i32 %a, label %x [\n  i32 1, label %y\n  i32 2, label %y\n  i32 3, label %x\n]\nx:\nret void\ny:\nret void'
    const targets = changesOf(exchangeCases, functionOf(body)).map((text) =>
      [...text.matchAll(/label (%\w)/g)].map((match) => match[1]),
    )
    expect(targets).toEqual([
      ['%y', '%x', '%y', '%x'],
      ['%x', '%y', '%x', '%y'],
    ])
  })
})

describe('IR-PHI', () => {
  const join = (first: string, second: string) => `%c = icmp slt i32 %a, %b
    br i1 %c, label %x, label %y
    x:
    %u = add i32 %a, 1
    br label %end
    y:
    br label %end
    end:
    %r = phi i32 [ ${first}, %x ], [ ${second}, %y ]
    ret void`

  test('exchanges the values of two edges', () => {
    expect(changesOf(exchangeIncoming, functionOf(join('%a', '3')))).toEqual([
      '%r = phi i32 [ 3, %x ], [ %a, %y ]',
    ])
  })

  test.each([
    ['%u', '%b', 'a value that is not there on the other edge'],
    ['%a', '%a', 'equal values'],
    ['%a', 'poison', 'poison'],
  ])('[ %s ], [ %s ] must not mutate: %s', (first, second) => {
    expect(changesOf(exchangeIncoming, functionOf(join(first, second)))).toEqual([])
  })
})

describe('IR-PTR', () => {
  const body = `%x = alloca i32, align 4
    %y = alloca i32, align 4
    %z = alloca i64, align 8
    store i32 %a, ptr %x, align 4
    %1 = load i32, ptr %y, align 4
    store i32 %1, ptr @count, align 4
    store volatile i32 %1, ptr %x, align 4`

  test('goes to the two nearest other places of the type', () => {
    expect(changesOf(exchangePointer, functionOf(body), '%1')).toEqual([
      '%1 = load i32, ptr %x, align 4',
      '%1 = load i32, ptr @count, align 4',
    ])
    expect(changesOf(exchangePointer, functionOf(body), 'store i32 %1')).toEqual([
      'store i32 %1, ptr %y, align 4',
      'store i32 %1, ptr %x, align 4',
    ])
  })

  test('must not mutate volatile accesses and copies of parameters', () => {
    expect(changesOf(exchangePointer, functionOf(body), 'store volatile')).toEqual([])
    expect(changesOf(exchangePointer, functionOf(body), 'store i32 %a')).toEqual([])
  })
})

describe('IR-ARG', () => {
  test.each([
    ['call void @g(i32 noundef %a, i32 noundef %b)', ['call void @g(i32 noundef %b, i32 noundef %a)']],
    [
      '%r = call i32 (ptr, ...) @printf(ptr noundef @.str, ptr noundef %p, i32 %a, i32 %b)',
      ['%r = call i32 (ptr, ...) @printf(ptr noundef @.str, ptr noundef %p, i32 %b, i32 %a)'],
    ],
  ])('%s gives %j', (line, expected) => {
    expect(changesOf(exchangeArguments, functionOf(line))).toEqual(expected)
  })

  test.each([
    ['call void @g(i32 %a, ptr %p)', 'other types'],
    ['call void @g(i32 %a, i32 %a)', 'equal arguments'],
    ['%r = call i32 @llvm.smax.i32(i32 %a, i32 %b)', 'functions of LLVM itself'],
    ['%r = call i32 (ptr, ...) @scanf(ptr @.str, ptr %p)', 'the format'],
  ])('%s must not mutate: %s', (line) => {
    expect(changesOf(exchangeArguments, functionOf(line))).toEqual([])
  })
})

describe('IR-SEL', () => {
  const of = (line: string) => changesOf(swapArms, functionOf(line, 'i1 %t, i1 %u, i32 %a'))

  test('exchanges what is chosen from', () => {
    expect(of('%r = select i1 %t, i32 %a, i32 1')).toEqual(['%r = select i1 %t, i32 1, i32 %a'])
  })

  test.each([
    ['%r = select i1 %t, i1 %u, i1 false', '&&'],
    ['%r = select i1 %t, i1 true, i1 %u', '||'],
    ['%r = select i1 %t, i32 %a, i32 %a', 'equal values'],
  ])('%s must not mutate: %s', (line) => {
    expect(of(line)).toEqual([])
  })
})
