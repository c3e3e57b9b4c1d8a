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

/** Two bytes that no small number, pointer or character is made of. */
export const FILLS = [0xa5, 0x5b] as const

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
    for (const built of [asan, msan])
      if (built.kind === 'rejected')
        return inputs.map(() => ({ kind: 'refused', reason: 'compile', detail: built.detail }))
    const passes = [
      { executable: cover, fills: FILLS },
      ...[asan, msan].flatMap((built, index) =>
        built.kind === 'ok' ? [{ executable: built.executable, fills: [FILLS[index]!] }] : [],
      ),
    ]
    const builds = passes.flatMap(({ executable, fills }) => fills.map(() => executable.build))
    const outcomes: RunOutcome[][] = inputs.map(() => [])
    // Every build runs all inputs that are still without a fault.
    for (const { executable, fills } of passes) {
      const open = [...inputs.keys()].filter((index) => outcomes[index]!.every(({ kind }) => kind === 'ok'))
      const jobs = open.map((index) => {
        const { input, edgesTaken } = inputs[index]!
        return { executable, runs: fills.map((fill) => ({ input, fill, fuel: mutantEdges(edgesTaken) })) }
      })
      for (const [position, ofInput] of (await engine.run(jobs)).entries())
        outcomes[open[position]!]!.push(...ofInput)
    }
    return outcomes.map((ofInput) => judgeInput(ofInput, builds))
  }
}

/** The sanitizers have the word before a difference counts: the input may be what makes it. */
function judgeInput(outcomes: readonly RunOutcome[], builds: readonly BuildKind[]): ScreenedInput {
  const failed = outcomes.findIndex(({ kind }) => kind !== 'ok')
  const failure = outcomes[failed]
  if (failure !== undefined && failure.kind !== 'ok')
    return { kind: 'refused', ...reasonOf(failure, builds[failed]!) }
  const results = outcomes.flatMap((outcome) => (outcome.kind === 'ok' ? [observedResult(outcome)] : []))
  const [expected, ...others] = results
  if (others.every((other) => sameResult(expected!, other))) return { kind: 'clean', expected: expected! }
  return {
    kind: 'refused',
    reason: 'nondeterministic',
    detail: 'two runs on one input gave different results',
  }
}
