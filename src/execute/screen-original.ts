/**
 * Candidate inputs of an original in, those out on which it is clean (UBSan, ASan, MSan), repeats itself under
 * different memory fill and address layout, and gives the same result in every build, each with that result.
 */
import type { Unit } from '../extract/unit.ts'
import type { Calling } from './calling.ts'
import type { Engine, Executable } from './engine.ts'
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
  build: 'cover' | 'plain' | 'asan' | 'msan',
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
  for (const { input, edgesTaken } of candidates) {
    if (clean.length === wanted) break
    const fuel = mutantEdges(edgesTaken)
    const runs = [
      { executable: cover, fill: FILLS[0] },
      { executable: cover, fill: FILLS[1] },
      { executable: asan.executable, fill: FILLS[0] },
      { executable: msan.executable, fill: FILLS[1] },
    ]
    let expected: Result | undefined
    let refusal: { reason: string; detail: string } | undefined
    for (const { executable, fill } of runs) {
      const outcome = await engine.run(executable, input, { fill, fuel })
      if (outcome.kind !== 'ok') {
        refusal = reasonOf(outcome, executable.build)
        break
      }
      if (expected !== undefined && !sameResult(expected, outcome)) {
        // The input may be what makes the difference, so the sanitizers have the word before the unit is dropped.
        refusal = await explainDifference(engine, [asan.executable, msan.executable], input)
        if (refusal.reason === 'nondeterministic') return { kind: 'dropped', ...refusal }
        break
      }
      expected = resultOf(outcome)
    }
    if (refusal === undefined) {
      clean.push({ input, expected: expected!, edgesTaken })
      continue
    }
    const key = JSON.stringify(refusal)
    refusals.set(key, { ...refusal, count: (refusals.get(key)?.count ?? 0) + 1 })
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

async function explainDifference(
  engine: Engine,
  sanitized: readonly Executable[],
  input: Input,
): Promise<{ reason: string; detail: string }> {
  for (const executable of sanitized) {
    const outcome = await engine.run(executable, input, { fill: FILLS[0], fuel: 0 })
    if (outcome.kind !== 'ok') return reasonOf(outcome, executable.build)
  }
  return { reason: 'nondeterministic', detail: 'two runs on one input gave different results' }
}
