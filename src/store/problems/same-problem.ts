/** Two problems by what their tests ask and expect in, whether they are one problem under two names out. */
import { createHash } from 'node:crypto'
import type { JsonValue } from '../../records/json-value.ts'
import type { Suite, Test } from '../../records/suite.ts'
import type { AlikeProblem } from './problem-tables.ts'

/** Above this share of the smaller suite in common, two problems are one. */
const SAME_SHARE = 0.5

export const isSameProblem = ({ sharedTests, tests }: AlikeProblem, ownTests: number): boolean =>
  sharedTests >= SAME_SHARE * Math.min(tests, ownTests)

/** Of tests that are distinct. */
export function testHashes({ tests }: Suite): Buffer[] {
  const texts = tests.map((test) => JSON.stringify(essenceOf(test)))
  return [...new Set(texts)].map((text) => createHash('sha256').update(text).digest())
}

function essenceOf(test: Test): readonly JsonValue[] {
  switch (test.kind) {
    case 'stdin':
      return [test.input.trim(), test.output.trim()]
    case 'call':
      return [test.arguments, test.result]
    case 'code':
      return [test.code.trim()]
  }
}
