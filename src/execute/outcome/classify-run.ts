/** The supervisor's report of a process in, what the run means for the unit out. */

import type { RunOutcome } from '../../records/run-outcome.ts'
import type { FinishedRun } from '../../sandbox/sandbox.ts'
import type { BuildKind } from '../build-kind.ts'
import type { UnitLimits } from '../unit-limits.ts'

/** Exit status that the sanitizers are told to use; a unit that itself exits so counts as reported. */
export const SANITIZER_EXIT = 77

/** Everything but `ok`, whose payload depends on how the unit was called. */
export type Ended = Exclude<RunOutcome, { kind: 'ok' }> | { readonly kind: 'exited'; readonly exit: number }

export function classifyRun(report: FinishedRun, build: BuildKind, limits: UnitLimits): Ended {
  const stderr = report.stderr.toString('latin1')
  switch (report.kind) {
    case 'exited':
      if ((build === 'asan' || build === 'msan') && report.code === SANITIZER_EXIT) {
        return { kind: 'sanitizer', report: nameReport(stderr), stderr }
      }
      return { kind: 'exited', exit: report.code }
    case 'signaled':
      return { kind: 'signal', signal: report.signal, stderr }
    case 'timeout':
      return { kind: 'timeout', limitMs: limits.cpuMs }
    case 'output-limit':
      return { kind: 'output-limit', limitBytes: limits.outputBytes }
    case 'memory-limit':
      return { kind: 'memory-limit', limitBytes: limits.memoryBytes }
    case 'forbidden-syscall':
      return { kind: 'forbidden-syscall' }
  }
}

/** UBSan's messages carry values; the part in front of them names the check. */
const UBSAN_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^signed integer overflow/, 'signed-integer-overflow'],
  [/^negation of/, 'signed-integer-overflow'],
  [/^division by zero/, 'division-by-zero'],
  [/^division of/, 'signed-integer-overflow'],
  [/^(?:left|right) shift|^shift exponent/, 'shift'],
  [/^index .* out of bounds/, 'index-out-of-bounds'],
  [/null pointer/, 'null-pointer'],
  [/misaligned address/, 'misaligned-access'],
  [/pointer (?:index|overflow)|^applying/, 'pointer-overflow'],
  [/outside the range of representable values/, 'float-cast-overflow'],
  [/not a valid value for type/, 'invalid-value'],
  [/variable length array/, 'vla-bound'],
  [/unreachable/, 'unreachable'],
  [/insufficient space for an object/, 'object-size'],
  [/through pointer to incorrect function type/, 'function-type'],
  [/passing zero to/, 'invalid-builtin'],
]

/** @example nameReport('t.c:1:2: runtime error: division by zero\n') // 'division-by-zero' */
export function nameReport(stderr: string): string {
  const undefinedBehaviour = /runtime error: (.*)/.exec(stderr)?.[1]
  if (undefinedBehaviour !== undefined) {
    return UBSAN_NAMES.find(([pattern]) => pattern.test(undefinedBehaviour))?.[1] ?? undefinedBehaviour
  }
  return /(?:AddressSanitizer|MemorySanitizer): ([\w-]+)/.exec(stderr)?.[1] ?? 'unnamed'
}
