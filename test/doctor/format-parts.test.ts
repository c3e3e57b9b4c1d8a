import { expect, it } from 'vitest'
import { formatParts } from '../../src/doctor/format-parts.ts'
import type { InstalledPart } from '../../src/doctor/part.ts'

const clang: InstalledPart = {
  name: 'clang 19',
  required: true,
  status: 'ok',
  found: '/usr/bin/clang-19',
  version: '19.1.7',
  problem: null,
  lostWithout: 'no IR',
  remedy: null,
}
const gpu: InstalledPart = {
  ...clang,
  name: 'GPU',
  required: false,
  status: 'missing',
  found: null,
  version: null,
  lostWithout: 'slow',
  remedy: 'buy one',
}
const sandbox: InstalledPart = {
  ...clang,
  name: 'sandbox',
  status: 'broken',
  version: null,
  problem: 'no namespaces',
  lostWithout: 'no runs',
  remedy: 'allow them',
}

it('gives a line to what works and the remedy to what does not', () => {
  expect(formatParts([clang, gpu])).toBe(
    [
      'ok       clang 19        19.1.7  /usr/bin/clang-19',
      'missing  GPU (optional)',
      '           lost without it: slow',
      '           remedy: buy one',
      '',
      'Everything that building and verifying groups needs works.',
      '',
    ].join('\n'),
  )
})

it('says why a part is broken, and names the required ones in the end', () => {
  expect(formatParts([clang, gpu, sandbox]).split('\n').slice(-6)).toEqual([
    '           problem: no namespaces',
    '           lost without it: no runs',
    '           remedy: allow them',
    '',
    'Groups cannot be built here yet: sandbox.',
    '',
  ])
})
