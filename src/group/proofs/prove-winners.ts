/**
 * A unit and its clean inputs in, its distinct winners out: IR text of every level, each executed and found to
 * agree with the original byte for byte on all inputs.
 */

import type { EntryPoint } from '../../call/entry-point.ts'
import { irCode } from '../../compile/code.ts'
import { normalizeIr } from '../../compile/normalize-ir.ts'
import type { BuildResult, CodeEngine } from '../../execute/code-engine.ts'
import { FILLS } from '../../execute/original/ask-sanitizers.ts'
import { type CleanInput, reasonOf } from '../../execute/original/screen-original.ts'
import { mutantEdges } from '../../execute/unit-limits.ts'
import { unitCode } from '../../languages/languages.ts'
import type { Level } from '../../records/level.ts'
import { LEVELS } from '../../records/level.ts'
import { sameResult } from '../../records/observed-result.ts'
import type { RunOutcome } from '../../records/run-outcome.ts'
import type { Unit } from '../../records/unit.ts'
import { runBuilds } from './run-builds.ts'

export interface ProvenWinner {
  readonly ir: string
  readonly levels: readonly Level[]
}

export type ProvenWinners =
  | { readonly kind: 'proven'; readonly winners: readonly ProvenWinner[] }
  | {
      readonly kind: 'dropped'
      readonly stage: 'compile' | 'winners'
      readonly reason: string
      readonly detail: string
    }

/** `o0` is the unit's IR at O0 as it was already made. */
export async function proveWinners(
  engine: CodeEngine,
  unit: Unit,
  entryPoint: EntryPoint,
  inputs: readonly CleanInput[],
  levels: readonly Level[],
  o0: string,
): Promise<ProvenWinners> {
  const levelsByText = new Map<string, Level[]>()
  for (const level of LEVELS.filter((level) => levels.includes(level))) {
    const emitted =
      level === 'O0' ? ({ kind: 'ok', stdout: o0 } as const) : await engine.emitIr(unitCode(unit), level)
    if (emitted.kind !== 'ok') {
      return {
        kind: 'dropped',
        stage: 'compile',
        reason: 'compile',
        detail: `clang -${level}: ${emitted.kind}`,
      }
    }
    const text = normalizeIr(emitted.stdout)
    const same = levelsByText.get(text)
    if (same) same.push(level)
    else levelsByText.set(text, [level])
  }
  const winners = [...levelsByText].map(([ir, sameLevels]) => ({ ir, levels: sameLevels }))
  const failures = await disagreements(engine, winners, entryPoint, inputs)
  const failure = failures.find((one) => one !== undefined)
  return failure ? { kind: 'dropped', stage: 'winners', ...failure } : { kind: 'proven', winners }
}

/** For each winner why it is none; undefined where it agrees with the original on every input. */
export async function disagreements(
  engine: CodeEngine,
  winners: readonly ProvenWinner[],
  entryPoint: EntryPoint,
  inputs: readonly CleanInput[],
): Promise<({ reason: string; detail: string } | undefined)[]> {
  // The fill alternates so that a winner that reads what was never written has two chances to show it.
  const runs = inputs.map(({ input, expected, edgesTaken }, index) => ({
    input,
    expected,
    fill: FILLS[index % 2]!,
    fuel: mutantEdges(edgesTaken),
  }))
  const builds: BuildResult[] = []
  for (const { ir } of winners) builds.push(await engine.build(irCode(ir), 'plain', entryPoint))
  const ran = await runBuilds(engine, builds, () => ({ runs, stopAt: 'deviation' }))
  return ran.map((built, index) => {
    const level = winners[index]!.levels[0]!
    if (built.kind === 'rejected')
      return { reason: 'winner-does-not-compile', detail: `${level}: ${built.detail}` }
    return deviation(level, built.outcomes, inputs)
  })
}

function deviation(level: Level, outcomes: readonly RunOutcome[], inputs: readonly CleanInput[]) {
  for (const [index, outcome] of outcomes.entries()) {
    if (outcome.kind !== 'ok') {
      const { reason, detail } = reasonOf(outcome, 'plain')
      return {
        reason: 'winner-does-not-run',
        detail: `${level} on input ${index}: ${reason} ${detail}`.trim(),
      }
    }
    if (!sameResult(inputs[index]!.expected, outcome))
      return { reason: 'winners-disagree', detail: `${level} on input ${index}` }
  }
  return undefined
}
