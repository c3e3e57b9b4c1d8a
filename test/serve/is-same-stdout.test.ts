import { expect, it } from 'vitest'
import { isSameStdout } from '../../src/serve/sandbox-fusion/is-same-stdout.ts'

it.each([
  ['3\n', '3'],
  ['a b\nc\n', '  a b  \r\nc\n\n'],
  ['YES', 'yes'],
  ['0.5', '0.500001'],
  ['1.0', '1'],
  ['', '\n'],
])('%j takes %j', (expected, got) => {
  expect(isSameStdout(expected, got)).toBe(true)
})

it.each([
  ['3\n', '4'],
  ['3', '3\n3'],
  ['a b', 'a  b'],
  ['a\nb', 'a\n\nb'],
  ['0.5', '0.51'],
  ['1000000', '1000001'],
  ['0.5 0.5', '0.5 0.500001'],
  ['1', ''],
])('%j does not take %j', (expected, got) => {
  expect(isSameStdout(expected, got)).toBe(false)
})
