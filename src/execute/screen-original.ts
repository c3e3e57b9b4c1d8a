/**
 * Inputs of an original in, a verdict on each out: clean (UBSan, ASan, MSan), repeating itself under different
 * memory fill and address layout, with one result in every build; or refused, with the reason.
 */
import type { Unit } from '../extract/unit.ts'
import type { Calling } from './calling.ts'
import type { Build, Engine, Executable } from './engine.ts'
import type { Input } from './input.ts'
import { mutantEdges } from './limits.ts'
import type { RunOutcome } from './run-outcome.ts'
import { type Result, resultOf, sameResult } from './same-result.ts'

/** Two bytes that no small number, pointer or character is made of. */
export const FILLS = [0xa5, 0x5b] as const

export interface CleanInput {
  readonly input: Input
  readonly expected: Result
  readonly edgesTaken: number
}

export type ScreenedInput =
  | { readonly kind: 'clean'; readonly expected: Result }
  | { readonly kind: 'refused'; readonly reason: string; readonly detail: string }

/** A verdict for each input, in their order. A verdict depends on its input alone. */
export type Screen = (
  inputs: readonly Pick<CleanInput, 'input' | 'edgesTaken'>[],
) => Promise<readonly ScreenedInput[]>

export type OpenedScreen =
  | { readonly kind: 'ok'; readonly screen: Screen }
  | { readonly kind: 'rejected'; readonly detail: string }

/** How a run that proves nothing is called in the drop table. */
export function reasonOf(
  outcome: Exclude<RunOutcome, { kind: 'ok' }>,
  build: Build,
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

/** Builds the original with the sanitizers; `cover` is its coverage build. */
export async function openScreen(
  engine: Engine,
  unit: Unit,
  calling: Calling,
  cover: Executable,
): Promise<OpenedScreen> {
  const code = { text: unit.code, language: 'c', standard: unit.standard } as const
  const asan = await engine.build(code, 'asan', calling)
  if (asan.kind === 'rejected') return asan
  const msan = await engine.build(code, 'msan', calling)
  if (msan.kind === 'rejected') return msan
  const passes = [
    { executable: cover, fills: FILLS },
    { executable: asan.executable, fills: [FILLS[0]] },
    { executable: msan.executable, fills: [FILLS[1]] },
  ]
  const builds = passes.flatMap(({ executable, fills }) => fills.map(() => executable.build))
  return {
    kind: 'ok',
    /** Every build runs all inputs that are still without a fault. */
    async screen(inputs) {
      const outcomes: RunOutcome[][] = inputs.map(() => [])
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
    },
  }
}

/** The sanitizers have the word before a difference counts: the input may be what makes it. */
function judgeInput(outcomes: readonly RunOutcome[], builds: readonly Build[]): ScreenedInput {
  const failed = outcomes.findIndex(({ kind }) => kind !== 'ok')
  const failure = outcomes[failed]
  if (failure !== undefined && failure.kind !== 'ok')
    return { kind: 'refused', ...reasonOf(failure, builds[failed]!) }
  const results = outcomes.flatMap((outcome) => (outcome.kind === 'ok' ? [resultOf(outcome)] : []))
  const [expected, ...others] = results
  if (others.every((other) => sameResult(expected!, other))) return { kind: 'clean', expected: expected! }
  return {
    kind: 'refused',
    reason: 'nondeterministic',
    detail: 'two runs on one input gave different results',
  }
}
