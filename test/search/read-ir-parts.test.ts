import { describe, expect, it } from 'vitest'
import { floatBoundaries, integerBoundaries } from '../../src/search/boundary-values.ts'
import { findIrConstants } from '../../src/search/find-ir-constants.ts'
import { traceFloats } from '../../src/search/trace-floats.ts'

describe('findIrConstants', () => {
  it.each([
    ['  %c = icmp eq i32 %x, 42', { integers: [42n] }],
    ['  store i64 -7, ptr %p, align 8', { integers: [-7n] }],
    ['  ret i32 3', { integers: [3n] }],
    ['@t = internal constant [2 x i32] [i32 17, i32 -88776655], align 4', { integers: [17n, -88776655n] }],
    ['  %c = fcmp olt double %x, 1.234500e+03', { floats: [1234.5] }],
    ['  %c = fcmp olt float %x, 0x3FB99999A0000000', { floats: [Math.fround(0.1)] }],
    ['@s = private constant [6 x i8] c"ab\\22c\\0A\\00", align 1', { texts: ['ab"c\n'] }],
    ['  %x.addr = alloca i32, align 4', {}],
    ['declare void @g(i32 5)', {}],
    ['target datalayout = "e-m:e-i64:64"', {}],
  ])('of %s finds %o', (line, found) => {
    expect(findIrConstants(`${line}\n`)).toEqual({ integers: [], floats: [], texts: [], ...found })
  })

  it('finds the labels of a switch', () => {
    const ir = '  switch i32 %x, label %d [\n    i32 70001, label %a\n    i32 -5, label %b\n  ]\n'
    expect(findIrConstants(ir).integers).toEqual([70001n, -5n])
  })
})

describe('traceFloats', () => {
  it('puts a call in front of each comparison of floats', () => {
    const ir =
      'define i1 @f(double %x, float %y) {\n  %a = fcmp olt double %x, 1.0e+00\n  %b = fcmp une float %y, %y\n  ret i1 %a\n}\n'
    expect(
      traceFloats(ir)
        .split('\n')
        .filter((line) => line.includes('gepo')),
    ).toEqual([
      '  call void @gepo_trace_double(double %x, double 1.0e+00)',
      '  call void @gepo_trace_float(float %y, float %y)',
      'declare void @gepo_trace_float(float, float)',
      'declare void @gepo_trace_double(double, double)',
    ])
  })

  it('leaves alone what compares none, or vectors of them', () => {
    for (const ir of [
      'define void @f() {\n  ret void\n}\n',
      '  %c = fcmp olt <2 x double> %x, %y\n',
      '  %c = icmp slt i32 %x, 1\n',
    ])
      expect(traceFloats(ir)).toBe(ir)
  })
})

describe('boundary values', () => {
  it('hold the ends of a type and of those within it, and nothing beyond', () => {
    expect(integerBoundaries(8, true)).toEqual(expect.arrayContaining([0n, -1n, 127n, -128n]))
    expect(integerBoundaries(32, false)).toEqual(
      expect.arrayContaining([0n, 255n, 256n, 65535n, 2n ** 32n - 1n]),
    )
    for (const value of integerBoundaries(16, true)) expect(BigInt.asIntN(16, value)).toBe(value)
    for (const value of integerBoundaries(16, false)) expect(BigInt.asUintN(16, value)).toBe(value)
  })

  it.each(['f32', 'f64'] as const)('of %s are exact in it', (format) => {
    for (const value of floatBoundaries(format))
      if (format === 'f32' && Number.isFinite(value) && Math.abs(value) !== 1e15)
        expect(Math.fround(value)).toBe(value)
    expect(floatBoundaries(format).some(Number.isNaN)).toBe(true)
    expect(floatBoundaries(format).some((value) => Object.is(value, -0))).toBe(true)
  })
})
