/**
 * Inputs of an original in, a verdict on each out: clean (UBSan, ASan, MSan), repeating itself under different
 * memory fill and address layout, with one result in every build; or refused, with the reason.
 */

import type { EntryPoint } from '../../call/entry-point.ts'
import type { Code } from '../../compile/code.ts'
import type { Input } from '../../records/input.ts'
import { type ObservedResult, observedResult, sameResult } from '../../records/observed-result.ts'
import type { RunOutcome } from '../../records/run-outcome.ts'
import type { BuildKind } from '../build-kind.ts'
import type { BuildResult, CodeEngine, Executable } from '../code-engine.ts'
import { mutantEdges } from '../unit-limits.ts'
import { askSanitizers, FILLS, type SanitizerPass } from './ask-sanitizers.ts'

export interface CleanInput {
  readonly input: Input
  readonly expected: ObservedResult
  readonly edgesTaken: number
}

export type ScreenedInput =
  | { readonly kind: 'clean'; readonly expected: ObservedResult }
  | { readonly kind: 'refused'; readonly reason: string; readonly detail: string }

/** A verdict for each input, in their order. A verdict depends on its input alone. */
export type Screen = (
  inputs: readonly Pick<CleanInput, 'input' | 'edgesTaken'>[],
) => Promise<readonly ScreenedInput[]>

/** How a run that proves nothing is called in the drop table. */
export function reasonOf(
  outcome: Exclude<RunOutcome, { kind: 'ok' }>,
  build: BuildKind,
): { reason: string; detail: string } {
  switch (outcome.kind) {
    case 'sanitizer':
      return {
        reason: build === 'msan' ? 'uninitialised-read' : 'undefined-behaviour',
        detail: outcome.report,
      }
    case 'signal':
      return { reason: 'crash', detail: outcome.signal }
    case 'forbidden-syscall':
      return { reason: 'forbidden', detail: 'a system call that a pure unit never needs' }
    default:
      return { reason: outcome.kind, detail: '' }
  }
}

/** `cover` is the original's coverage build; those with the sanitizers are made when the first input is screened. */
export const screenOf = (engine: CodeEngine, code: Code, entryPoint: EntryPoint, cover: Executable): Screen =>
  screenBuilds(engine, cover, (build) => engine.build(code, build, entryPoint))

/** The same for code whose builds with the sanitizers are made in a way of their own. */
export function screenBuilds(
  engine: CodeEngine,
  cover: Executable,
  build: (build: 'asan' | 'msan') => Promise<BuildResult>,
): Screen {
  return async (inputs) => {
    if (inputs.length === 0) return []
    const asan = await build('asan')
    const msan = await build('msan')
    const rejected = (detail: string) =>
      inputs.map(() => ({ kind: 'refused', reason: 'compile', detail }) as const)
    if (asan.kind === 'rejected') return rejected(asan.detail)
    if (msan.kind === 'rejected') return rejected(msan.detail)
    const executables = { asan: asan.executable, msan: msan.executable }
    const runOn = async (
      executable: Executable,
      asked: readonly number[],
      { fills, cpuMs }: Pick<SanitizerPass, 'fills' | 'cpuMs'>,
    ): Promise<BuildOutcome[][]> => {
      const jobs = asked.map((index) => {
        const { input, edgesTaken } = inputs[index]!
        const runs = fills.map((fill) => ({ input, fill, fuel: mutantEdges(edgesTaken) }))
        return { executable, runs, ...(cpuMs !== undefined && { cpuMs }) }
      })
      const ran = await engine.run(jobs)
      return ran.map((outcomes) => outcomes.map((outcome) => ({ build: executable.build, outcome })))
    }
    const found = await runOn(cover, [...inputs.keys()], { fills: FILLS })
    const faultless = [...inputs.keys()].filter((index) => isFaultless(found[index]!))
    const answers = await askSanitizers(
      faultless,
      (asked, pass) => runOn(executables[pass.build], asked, pass),
      { isTimeout: (outcomes) => outcomes.some(({ outcome }) => outcome.kind === 'timeout'), isFaultless },
    )
    for (const [position, index] of faultless.entries()) found[index]!.push(...answers[position]!.flat())
    return found.map(judgeInput)
  }
}

interface BuildOutcome {
  readonly build: BuildKind
  readonly outcome: RunOutcome
}

const isFaultless = (found: readonly BuildOutcome[]): boolean =>
  found.every(({ outcome }) => outcome.kind === 'ok')

/** The sanitizers have the word before a difference counts: the input may be what makes it. */
function judgeInput(found: readonly BuildOutcome[]): ScreenedInput {
  const results: ObservedResult[] = []
  for (const { build, outcome } of found) {
    if (outcome.kind !== 'ok') return { kind: 'refused', ...reasonOf(outcome, build) }
    results.push(observedResult(outcome))
  }
  const [expected, ...others] = results
  if (others.every((other) => sameResult(expected!, other))) return { kind: 'clean', expected: expected! }
  return {
    kind: 'refused',
    reason: 'nondeterministic',
    detail: 'two runs on one input gave different results',
  }
}
