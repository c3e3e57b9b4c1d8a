/** What both versions did in, whether it is the same out. */
import { type ObservedResult, observedResult, sameResult } from '../records/observed-result.ts'
import type { Traces } from './frontier.ts'

/** undefined unless both ended well. */
export function resultsOf([a, b]: Traces): readonly [ObservedResult, ObservedResult] | undefined {
  return a.outcome.kind === 'ok' && b.outcome.kind === 'ok'
    ? [observedResult(a.outcome), observedResult(b.outcome)]
    : undefined
}

/** The sign of a NaN is nothing that C or LLVM promise. */
const observed = (result: ObservedResult): ObservedResult => ({
  ...result,
  stdout: result.stdout.replaceAll('-nan', 'nan'),
})

/** Bit for bit, but for NaN. */
export const isDifference = ([a, b]: readonly [ObservedResult, ObservedResult]): boolean =>
  !sameResult(observed(a), observed(b))
