import { expect, it } from 'vitest'
import { sharesOrText, sharesText } from '../../../src/cli/flags/parse-shares.ts'

it('reads shares, and leaves to the schema what is none', () => {
  expect(sharesOrText('ast=2,ir=1')).toEqual({ ast: 2, ir: 1 })
  expect(sharesOrText('ast=many')).toEqual({ ast: 'many' })
  expect(sharesOrText('ast')).toBe('ast')
})

it('writes them as they are given', () => {
  expect(sharesText({ ast: 2, ir: 1 })).toBe('ast=2,ir=1')
})
