import { expect, test } from 'vitest'
import { compareOutput } from '../../src/judge/compare-output.ts'
import type { Comparison } from '../../src/records/suite.ts'

const exact: Comparison = { kind: 'exact' }
const lines: Comparison = { kind: 'lines' }
const words: Comparison = { kind: 'words', tolerance: 1e-6 }
const noTolerance: Comparison = { kind: 'words', tolerance: 0 }

test.each<[Comparison, string, string]>([
  [exact, 'a\n', 'a\n'],
  [exact, '', ''],
  [lines, 'a\n', 'a'],
  [lines, 'a', 'a  \r\n\n'],
  [lines, 'a\n\nb', '\na\t\n\nb\n'],
  [words, 'a b\nc', 'a   b c'],
  [words, '0.5', '0.5000001'],
  [words, '3', '3.0'],
  [words, '12345678901234567890', '12345678901234567890.00'],
  [words, '0', '-0.0'],
  [words, '1000000.0', '1000000.5'],
  [words, '1e999', '1e999'],
  [noTolerance, '9007199254740993.0', '9007199254740993'],
  [noTolerance, '0.10', '.1'],
  [noTolerance, '12e-1', '1.2'],
  [words, '1e3', '1000.0'],
  [words, '-.5', '-0.50'],
])('%o takes %j for %j', (comparison, expected, got) => {
  expect(compareOutput(expected, Buffer.from(got), comparison)).toBe(true)
})

test.each<[Comparison, string, string, string]>([
  [exact, 'a\n', 'a', 'not a byte may be missing'],
  [exact, '1', '1.0', 'numbers are text'],
  [lines, 'a', ' a', 'white space in front is part of the line'],
  [lines, 'a\n\nb', 'a\nb', 'empty lines within count'],
  [lines, 'a b', 'a  b', 'as does space within a line'],
  [lines, '1.0', '1', 'numbers are text'],
  [words, 'a b', 'ab', 'words stay apart'],
  [words, '1 2', '1 2 3', 'nothing may be added'],
  [words, '1 2', '1', 'or be missing'],
  [words, '1000000007', '1000000006', 'whole numbers must be the same, whatever the tolerance'],
  [words, '9007199254740993', '9007199254740992', 'also beyond what a double holds'],
  [words, '1000000007', '1000000500.0', 'nor does a point in the output change that'],
  [words, '1000000007', '1e9', 'or an exponent'],
  [words, '1000000000', '1e9', 'even of the same value: its digits are not there'],
  [words, '9007199254740993', '9007199254740992.0', 'a double does not stand for it'],
  [words, '3', '3.0000000001', 'nothing but zeros follows a whole number'],
  [noTolerance, '9007199254740993.0', '9007199254740992.0', 'without a tolerance every digit counts'],
  [noTolerance, '0.1', '0.10000000000000000001', 'however small'],
  [noTolerance, '1.5', '-1.5', 'and the sign'],
  [words, '1e999', '5.0', 'an infinity is near no number'],
  [words, '5.0', '1e999', 'nor is a number near it'],
  [words, '1e999', '-1e999', 'or the other one'],
  [words, '1e999', '1e1000', 'or another number that is too large'],
  [words, '0.5', '0.51', 'numbers beyond the tolerance differ'],
  [words, '0.0', 'nan', 'what is no number is a word'],
  [words, 'Infinity', '1e999', 'also for the largest'],
  [noTolerance, '0.5', '0.5000001', 'no tolerance is none'],
  [words, 'yes', 'YES', 'case counts'],
])('%o does not take %j for %j: %s', (comparison, expected, got) => {
  expect(compareOutput(expected, Buffer.from(got), comparison)).toBe(false)
})

test('half a character is no output', () => {
  for (const comparison of [exact, lines, words])
    expect(compareOutput('\ud800', Buffer.from('\ufffd'), comparison)).toBe(false)
})

test('bytes that are no UTF-8 equal nothing else, not even the sign that stands for them', () => {
  for (const comparison of [exact, lines, words])
    expect(compareOutput('\ufffd', Buffer.from([0xff]), comparison)).toBe(false)
})

test('a megabyte of spaces is compared in one pass', () => {
  const spaces = ' '.repeat(1 << 20)
  expect(compareOutput('a b', Buffer.from(`a${spaces}b${spaces}`), words)).toBe(true)
  expect(compareOutput('a b', Buffer.from(`a${spaces}b${spaces}`), lines)).toBe(false)
})
