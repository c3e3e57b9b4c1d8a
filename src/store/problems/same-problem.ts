/** Two problems by what their tests ask and expect in, whether they are one problem under two names out. */
import { createHash } from 'node:crypto'
import type { Suite } from '../../records/suite.ts'
import type { AlikeProblem } from './problem-tables.ts'

/** Above this share of the smaller suite in common, two problems are one. */
const SAME_SHARE = 0.5

export const isSameProblem = ({ sharedTests, tests }: AlikeProblem, ownTests: number): boolean =>
  sharedTests >= SAME_SHARE * Math.min(tests, ownTests)

/** Of tests that are distinct. */
export function testHashes({ tests }: Suite): Buffer[] {
  const texts = tests.map((test) =>
    test.kind === 'stdin'
      ? JSON.stringify([test.input.trim(), test.output.trim()])
      : JSON.stringify([test.arguments, test.result]),
  )
  return [...new Set(texts)].map((text) => createHash('sha256').update(text).digest())
}
