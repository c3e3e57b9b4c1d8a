import { describe, expect, test } from 'vitest'
import { changePredicate } from '../../../src/mutate-ir/operators/change-predicate.ts'
import { changesOf, functionOf } from '../changes-of.ts'

const predicatesOf = (comparison: string) =>
  changesOf(
    changePredicate,
    functionOf(`%c = ${comparison}`, 'i32 %a, i32 %b, ptr %p, double %x, i1 %t'),
  ).map((text) => text.split(' ')[3])

describe('IR-PRED', () => {
  test.each([
    ['icmp slt i32 %a, %b', ['sle', 'sgt', 'ult']],
    ['icmp uge i32 %a, %b', ['ugt', 'ule', 'sge']],
    ['icmp eq i32 %a, %b', ['ne', 'slt', 'sgt']],
    ['fcmp olt double %x, 1.000000e+00', ['ole', 'ogt']],
    ['fcmp une double %x, %x', ['oeq']],
  ])('%s gives %j', (comparison, expected) => {
    expect(predicatesOf(comparison)).toEqual(expected)
  })

  test.each([
    ['icmp slt i32 %a, 10', ['sgt', 'ult'], 'off by one against a constant is another constant'],
    ['icmp slt i32 %a, 0', ['sgt'], 'nothing unsigned is below 0'],
    ['icmp sle i32 %a, 10', ['sge', 'ule'], 'at O0 such predicates keep their kind'],
    ['icmp eq ptr %p, null', ['ne'], 'pointers have no order'],
    ['icmp eq i1 %t, false', ['ne'], 'truth values have no order'],
  ])('%s gives only %j: %s', (comparison, expected) => {
    expect(predicatesOf(comparison)).toEqual(expected)
  })

  test('must not mutate anything but comparisons', () => {
    expect(changesOf(changePredicate, functionOf('%c = add i32 %a, %b'))).toEqual([])
  })
})
