/** A process's report in, what the run means for its unit out: the outcome, the coverage, the stdin that was made up. */

import type { CallPlan } from '../../call/call-plan.ts'
import { canonicalEffects } from '../../call/effects/canonical-effects.ts'
import { decodeRecord } from '../../call/effects/decode-record.ts'
import type { Input } from '../../records/input.ts'
import type { RunOk, RunOutcome } from '../../records/run-outcome.ts'
import type { FinishedRun } from '../../sandbox/sandbox.ts'
import { countsEdges } from '../build-kind.ts'
import type { Coverage, Executable } from '../code-engine.ts'
import { type Comparisons, splitComparisons } from '../harness/comparisons.ts'
import { splitCoverage } from '../harness/coverage-trailer.ts'
import { CALL_RECORD_BYTES, type UnitLimits } from '../unit-limits.ts'
import { classifyRun } from './classify-run.ts'

export interface Interpreted {
  readonly outcome: RunOutcome
  readonly coverage: Coverage | undefined
  /** Of a `trace` build alone. */
  readonly comparisons: Comparisons | undefined
  readonly stdin: string
}

const NOTHING = { coverage: undefined, comparisons: undefined, stdin: '' }

export function interpretReport(
  executable: Pick<Executable, 'build' | 'entryPoint'>,
  input: Input,
  report: FinishedRun,
  limits: UnitLimits,
): Interpreted {
  const ended = classifyRun(report, executable.build, limits)
  if (ended.kind !== 'exited' || report.kind !== 'exited') return { outcome: ended as RunOutcome, ...NOTHING }
  const { record: withComparisons, trailer } = splitCoverage(report.record)
  const { record, comparisons } =
    executable.build === 'trace'
      ? splitComparisons(withComparisons)
      : { record: withComparisons, comparisons: undefined }
  const coverage = trailer && { hits: trailer.hits, edgesTaken: trailer.edgesTaken }
  const stdin = trailer?.stdin ?? ''
  // A unit that left by _exit, or took the record's descriptor for its own.
  if (countsEdges(executable.build) && trailer === undefined)
    return { outcome: { kind: 'signal', signal: 'no record', stderr: '' }, ...NOTHING }
  if (trailer?.outOfFuel) return { outcome: { kind: 'timeout', limitMs: 0 }, coverage, comparisons, stdin }
  const { entryPoint } = executable
  const stdout = report.stdout.toString('latin1')
  const spent = { cpuMs: report.cpuMs, ...(trailer && { edgesTaken: trailer.edgesTaken }) }
  if (entryPoint.kind === 'program') {
    return {
      outcome: { kind: 'ok', stdout, exit: entryPoint.exitDefined ? ended.exit : 0, effects: '', ...spent },
      coverage,
      comparisons,
      stdin,
    }
  }
  const outcome = callOutcome(entryPoint.plan, input, record, { stdout, exit: ended.exit, ...spent })
  return { outcome, coverage, comparisons, stdin }
}

function callOutcome(
  plan: CallPlan,
  input: Input,
  record: Uint8Array,
  exited: Omit<RunOk, 'kind' | 'effects'>,
): RunOutcome {
  if (input.kind !== 'call') throw new Error('a function is called with a stdin input')
  const decoded = decodeRecord(plan, input, record)
  switch (decoded.kind) {
    case 'effects':
      return { kind: 'ok', ...exited, effects: canonicalEffects(decoded.effects) }
    case 'uninitialized':
      return { kind: 'sanitizer', report: 'use-of-uninitialized-value', stderr: decoded.path }
    case 'too-long':
      return { kind: 'output-limit', limitBytes: CALL_RECORD_BYTES }
    case 'no-record':
      // A unit that left by _exit, or closed or wrote the record's descriptor itself.
      return { kind: 'signal', signal: 'no record', stderr: '' }
  }
}
