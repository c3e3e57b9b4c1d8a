import { describe, expect, test } from 'vitest'
import { isPlainForm } from '../../src/mutate-ir/is-plain-form.ts'

const form = (text: string) => {
  const [left = '', opcode = '', right = ''] = text.split(' ')
  return { left, opcode, right }
}

describe('isPlainForm', () => {
  test.each([
    ['%a add %b', '%a sub %b'],
    ['%a add -1', '%a add 1'],
    ['%a sub 2', '%a sub 1'],
    ['%a mul 8', '%a mul 4'],
    ['%a sdiv 8', '%a mul 4'],
    ['0 sub %a', '%a sub 0'],
    ['2 sdiv %a', '%a sdiv 2'],
  ])('%s may stand for %s', (text, original) => {
    expect(isPlainForm(form(text), form(original))).toBe(true)
  })

  test.each([
    ['%a add 0', '%a add 1', 'computes nothing'],
    ['%a mul 1', '%a mul 3', 'computes nothing'],
    ['%a fmul 1.000000e+00', '%a fmul 2.000000e+00', 'computes nothing'],
    ['%a urem 1', '%a urem 3', 'is 0'],
    ['%a udiv 0', '%a udiv 1', 'is undefined'],
    ['%a sub 1', '%a add 1', 'is printed as an addition'],
    ['%a mul 4', '%a mul 3', 'is printed as a shift'],
    ['1 add %a', '1 sub %a', 'is printed with the constant on the right'],
    ['1 sub 2', '%a sub 2', 'folds'],
    ['0 shl %a', '%a shl 0', 'is 0'],
  ])('%s may not stand for %s: it %s', (text, original) => {
    expect(isPlainForm(form(text), form(original))).toBe(false)
  })
})
