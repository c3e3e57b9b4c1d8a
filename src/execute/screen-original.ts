/**
 * Candidate inputs of an original in, those out on which it is clean (UBSan, ASan, MSan), repeats itself under
 * different memory fill and address layout, and gives the same result in every build, each with that result.
 */
import type { Unit } from '../extract/unit.ts'
import type { Calling } from './calling.ts'
import type { Build, Engine, Executable } from './engine.ts'
import type { Candidate } from './find-inputs.ts'
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

export type ScreenedOriginal =
  | { readonly kind: 'clean'; readonly inputs: readonly CleanInput[] }
  | { readonly kind: 'dropped'; readonly reason: string; readonly detail: string }

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

export async function screenOriginal(
  engine: Engine,
  unit: Unit,
  calling: Calling,
  cover: Executable,
  candidates: readonly Candidate[],
  wanted: number,
): Promise<ScreenedOriginal> {
  const code = { text: unit.code, language: 'c', standard: unit.standard } as const
  const asan = await engine.build(code, 'asan', calling)
  if (asan.kind === 'rejected') return { kind: 'dropped', reason: 'compile', detail: asan.detail }
  const msan = await engine.build(code, 'msan', calling)
  if (msan.kind === 'rejected') return { kind: 'dropped', reason: 'compile', detail: msan.detail }

  const clean: CleanInput[] = []
  const refusals = new Map<string, { count: number; reason: string; detail: string }>()
  for (let next = 0; next < candidates.length && clean.length < wanted; ) {
    const batch = candidates.slice(next, next + wanted - clean.length)
    next += batch.length
    for (const [index, screened] of (
      await screenBatch(engine, cover, asan.executable, msan.executable, batch)
    ).entries()) {
      if (screened.kind === 'clean') {
        clean.push({ ...batch[index]!, expected: screened.expected })
        continue
      }
      if (screened.reason === 'nondeterministic')
        return { kind: 'dropped', reason: screened.reason, detail: screened.detail }
      const key = `${screened.reason} ${screened.detail}`
      refusals.set(key, { ...screened, count: (refusals.get(key)?.count ?? 0) + 1 })
    }
  }
  // Short ones first: they are the witnesses that a person can read.
  if (clean.length > 0)
    return { kind: 'clean', inputs: clean.sort((a, b) => inputSize(a.input) - inputSize(b.input)) }
  const [most] = [...refusals.values()].sort((a, b) => b.count - a.count)
  return most === undefined
    ? { kind: 'dropped', reason: 'no-input', detail: 'no input was found that the unit takes' }
    : { kind: 'dropped', reason: most.reason, detail: most.detail }
}

const inputSize = (input: Input) => JSON.stringify(input).length

type ScreenedInput =
  | { readonly kind: 'clean'; readonly expected: Result }
  | { readonly kind: 'refused'; readonly reason: string; readonly detail: string }

/** Every build runs all inputs that are still without a fault. */
async function screenBatch(
  engine: Engine,
  cover: Executable,
  asan: Executable,
  msan: Executable,
  batch: readonly Candidate[],
): Promise<ScreenedInput[]> {
  const outcomes: RunOutcome[][] = batch.map(() => [])
  const passes = [
    { executable: cover, fill: FILLS[0] },
    { executable: cover, fill: FILLS[1] },
    { executable: asan, fill: FILLS[0] },
    { executable: msan, fill: FILLS[1] },
  ]
  for (const { executable, fill } of passes) {
    const open = batch.flatMap((candidate, index) =>
      outcomes[index]!.every(({ kind }) => kind === 'ok') ? [{ ...candidate, index }] : [],
    )
    const runs = open.map(({ input, edgesTaken }) => ({ input, fill, fuel: mutantEdges(edgesTaken) }))
    for (const [position, outcome] of (await engine.run(executable, runs)).entries())
      outcomes[open[position]!.index]!.push(outcome)
  }
  const builds = passes.map(({ executable }) => executable.build)
  return outcomes.map((ofInput) => judgeInput(ofInput, builds))
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
