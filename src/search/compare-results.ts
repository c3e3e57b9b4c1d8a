/** What both versions did in, whether it is the same out. */
import { type Result, resultOf, sameResult } from '../execute/clearly-different.ts'
import type { Traces } from './frontier.ts'

/** undefined unless both ended well. */
export function resultsOf([a, b]: Traces): readonly [Result, Result] | undefined {
  return a.outcome.kind === 'ok' && b.outcome.kind === 'ok'
    ? [resultOf(a.outcome), resultOf(b.outcome)]
    : undefined
}

/** The sign of a NaN is nothing that C or LLVM promise. */
const observed = (result: Result): Result => ({
  ...result,
  stdout: result.stdout.replaceAll('-nan', 'nan'),
})

/** Bit for bit, but for NaN. */
export const isDifference = ([a, b]: readonly [Result, Result]): boolean =>
  !sameResult(observed(a), observed(b))
