import { describe, expect, test } from 'vitest'
import { readInstruction } from '../../src/mutate-ir/read-instruction.ts'
import { readIr } from '../../src/mutate-ir/read-ir.ts'
import { functionOf } from './changes-of.ts'

describe('readInstruction', () => {
  test.each([
    ['%r = add nuw nsw i32 %a, -1', 'i32', ['i32 %a', 'i32 -1']],
    [
      '%c = icmp ult <4 x i32> %v, zeroinitializer',
      '<4 x i1>',
      ['<4 x i32> %v', '<4 x i32> zeroinitializer'],
    ],
    [
      '%r = load i32, ptr getelementptr inbounds (i8, ptr @g, i64 4), align 4',
      'i32',
      ['ptr getelementptr inbounds (i8, ptr @g, i64 4)'],
    ],
    ['store volatile { i32, [2 x ptr] } %x, ptr %p, align 8', undefined, ['{ i32, [2 x ptr] } %x', 'ptr %p']],
    ['%r = tail call noalias noundef ptr @malloc(i64 noundef 8)', 'ptr', ['i64 8']],
    [
      '%r = call i32 (ptr, ...) @printf(ptr noundef nonnull dereferenceable(1) @.str, double noundef 1.5e+00)',
      'i32',
      ['ptr @.str', 'double 1.5e+00'],
    ],
    ['call void %f(ptr byval(%struct.s) align 8 %x)', undefined, ['ptr %x']],
    ['%r = phi i32 [ 0, %entry ], [ %n, %for.body ]', 'i32', ['i32 0', 'i32 %n']],
    [
      'switch i8 %x, label %d [\n    i8 1, label %a\n    i8 -2, label %b\n  ]',
      undefined,
      ['i8 %x', 'i8 1', 'i8 -2'],
    ],
    [
      '%r = shufflevector <2 x i32> %v, <2 x i32> poison, <2 x i32> <i32 1, i32 0>',
      undefined,
      ['<2 x i32> %v', '<2 x i32> poison', '<2 x i32> <i32 1, i32 0>'],
    ],
    ['%r = sitofp i32 %a to x86_fp80', 'x86_fp80', ['i32 %a']],
    ['ret { i64, i64 } %x', undefined, ['{ i64, i64 } %x']],
  ])('%s', (text, resultType, operands) => {
    const read = readInstruction(text, 0)
    expect(read.isUnderstood).toBe(true)
    expect(read.resultType).toBe(resultType)
    expect(read.operands.map((operand) => `${operand.type} ${operand.text}`)).toEqual(operands)
    for (const { start, end, text: part } of [...read.operands, ...read.labels, ...read.words])
      expect(text.slice(start, end)).toBe(part)
  })

  test.each([
    'call void asm sideeffect "nop", ""()',
    '%r = cmpxchg ptr %p, i32 0, i32 1 monotonic monotonic, align 4',
    '%r = load atomic i32, ptr %p monotonic, align 4',
    '%r = invoke i32 @f() to label %x unwind label %y',
    '%x = extractvalue { i64, i64 } %r, 0',
  ])('%s is not understood', (text) => {
    const read = readInstruction(text, 0)
    expect(read).toMatchObject({ isUnderstood: false, operands: [], labels: [] })
  })
})

describe('readIr', () => {
  test('finds functions, parameters, blocks and ways on', () => {
    const body = '%c = icmp slt i32 %a, 0\nbr i1 %c, label %x, label %y\nx:\nbr label %y\ny:\nret void'
    const { functions, structs } = readIr(functionOf(body))
    expect(structs.get('%struct.pair')).toEqual(['i32', 'i32', 'ptr'])
    expect(functions).toHaveLength(1)
    expect(functions[0]).toMatchObject({
      name: '@f',
      parameters: [
        { name: '%a', type: 'i32' },
        { name: '%b', type: 'i32' },
        { name: '%p', type: 'ptr' },
      ],
      blocks: [
        { label: '%entry', successors: ['%x', '%y'] },
        { label: '%x', successors: ['%y'] },
        { label: '%y', successors: [] },
      ],
    })
  })

  test.each([
    ['a terminator that it does not know', functionOf('ret void').replace('ret void', 'resume i32 0')],
    ['types that look like values', `%0 = type { i32 }\n${functionOf('ret void')}`],
  ])('leaves out a function with %s', (_, text) => {
    expect(readIr(text).functions).toEqual([])
  })
})
