import { expect, test } from 'vitest'
import { targetName } from '../../../src/problems/crosspleval/target-name.ts'

test.each([
  ['two_sum', 'java', 'two_sum'],
  ['strlen', 'php', 'strlen_'],
  ['array_diff', 'php', 'array_diff_'],
  ['strlen', 'go', 'strlen'],
  ['new', 'typescript', 'new_'],
  ['maximum', 'haskell', 'maximum_'],
  ['Strongest', 'haskell', 'strongest'],
  ['Maximum', 'haskell', 'maximum_'],
  ['test', 'bash', 'test_'],
  ['main', 'rust', 'main_'],
] as const)('%s in %s is %s', (name, target, expected) => {
  expect(targetName(name, target)).toBe(expected)
})
