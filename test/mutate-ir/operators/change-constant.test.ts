import { describe, expect, test } from 'vitest'
import { changeConstant } from '../../../src/mutate-ir/operators/change-constant.ts'
import { changesOf, functionOf } from '../changes-of.ts'

const of = (line: string, parameters = 'i32 %a, i32 %b, ptr %p, double %x, float %y, i1 %t') =>
  changesOf(changeConstant, functionOf(line, parameters))

describe('IR-CONST', () => {
  test.each([
    [
      'store i32 5, ptr %p, align 4',
      ['6', '4', '0', '-5', '10'].map((value) => `store i32 ${value}, ptr %p, align 4`),
    ],
    [
      '%c = icmp sgt i32 %a, -3',
      ['-2', '-4', '0', '3', '-6'].map((value) => `%c = icmp sgt i32 %a, ${value}`),
    ],
    [
      'store i8 127, ptr %p, align 1',
      ['126', '0', '-127'].map((value) => `store i8 ${value}, ptr %p, align 1`),
    ],
    [
      '%r = fadd double %x, 2.500000e+00',
      ['3.500000e+00', '1.500000e+00', '-2.500000e+00'].map((value) => `%r = fadd double %x, ${value}`),
    ],
    ['store i1 true, ptr %p, align 1', ['store i1 false, ptr %p, align 1']],
    [
      '%s = select i1 %t, i32 %a, i32 7',
      ['8', '6', '0', '-7', '14'].map((value) => `%s = select i1 %t, i32 %a, i32 ${value}`),
    ],
  ])('%s gives %j', (line, expected) => {
    expect(of(line)).toEqual(expected)
  })

  test('of a float prints what LLVM prints: the double that has its value', () => {
    expect(of('%r = fmul float %y, 0x3FB99999A0000000')).toEqual([
      '%r = fmul float %y, 0x3FF19999A0000000',
      '%r = fmul float %y, 0xBFECCCCCC0000000',
      '%r = fmul float %y, 0xBFB99999A0000000',
    ])
  })

  test('of a switch gives no case twice', () => {
    const text =
      'switch i32 %a, label %x [\n  i32 1, label %x\n  i32 2, label %y\n]\nx:\nret void\ny:\nret void'
    const cases = changesOf(changeConstant, functionOf(text), 'switch').map((changed) =>
      [...changed.matchAll(/i32 (-?\d+)/g)].map((match) => match[1]),
    )
    expect(cases).toEqual([
      ['0', '2'],
      ['-1', '2'],
      ['1', '3'],
      ['1', '0'],
      ['1', '-2'],
      ['1', '4'],
    ])
  })

  test.each([
    ['%r = udiv i32 %a, 3', ['2', '0', '1'], 'division by 0 or 1, and by a power of two'],
    ['%r = shl i32 %a, 31', ['32', '0', '-31', '62'], 'shifts out of range'],
    ['%r = mul nsw i32 %a, 3', ['4', '2', '0'], 'powers of two are shifts'],
    ['%c = icmp ult i32 %a, 2', ['1', '0', '-2'], 'unsigned comparisons that fold'],
  ])('%s does not become %j: %s', (line, excluded) => {
    const constants = of(line).map((text) => text.split(' ').at(-1))
    expect(constants.length).toBeGreaterThan(0)
    expect(constants.filter((constant) => excluded.includes(constant!))).toEqual([])
  })

  test.each([
    ['%c = call i32 @llvm.smax.i32(i32 %a, i32 0)', 'arguments of LLVM itself'],
    ['%g = getelementptr inbounds i32, ptr %p, i64 1', 'indexes'],
    ['%l = and i1 %t, %t', 'values'],
    ['%s = select i1 %t, i1 %t, i1 false', '&& and ||'],
    ['%r = fadd <2 x double> zeroinitializer, zeroinitializer', 'vectors'],
  ])('%s must not mutate: %s', (line) => {
    expect(of(line)).toEqual([])
  })

  test('leaves the exit status of main, and no other returned constant', () => {
    const body = '%retval = alloca i32, align 4\nstore i32 0, ptr %retval, align 4\nret i32 2'
    expect(changesOf(changeConstant, functionOf(body, '', '@main'))).toEqual([])
    expect(changesOf(changeConstant, functionOf('ret i32 2'))).toEqual(
      ['3', '1', '0', '-2', '4'].map((value) => `ret i32 ${value}`),
    )
  })

  test('takes away the flags that the new value may break', () => {
    expect(of('%r = add nuw nsw i32 %a, 1')).toContain('%r = add nsw i32 %a, -1')
  })
})
