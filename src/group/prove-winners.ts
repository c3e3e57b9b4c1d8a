/**
 * A unit and its clean inputs in, its distinct winners out: IR text of every level, each executed and found to
 * agree with the original byte for byte on all inputs.
 */
import type { Level } from '../compile/level.ts'
import { LEVELS } from '../compile/level.ts'
import { normalizeIr } from '../compile/normalize-ir.ts'
import type { Calling } from '../execute/calling.ts'
import type { Engine } from '../execute/engine.ts'
import { mutantEdges } from '../execute/limits.ts'
import { sameResult } from '../execute/same-result.ts'
import { type CleanInput, FILLS, reasonOf } from '../execute/screen-original.ts'
import type { Unit } from '../extract/unit.ts'

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
  engine: Engine,
  unit: Unit,
  calling: Calling,
  inputs: readonly CleanInput[],
  levels: readonly Level[],
  o0: string,
): Promise<ProvenWinners> {
  const levelsByText = new Map<string, Level[]>()
  for (const level of LEVELS.filter((level) => levels.includes(level))) {
    const emitted =
      level === 'O0'
        ? ({ kind: 'ok', stdout: o0 } as const)
        : await engine.emitIr(unit.code, unit.standard, level)
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
  const winners: ProvenWinner[] = []
  for (const [ir, sameLevels] of levelsByText) {
    const failure = await disagreement(engine, { ir, levels: sameLevels }, unit, calling, inputs)
    if (failure) return { kind: 'dropped', stage: 'winners', ...failure }
    winners.push({ ir, levels: sameLevels })
  }
  return { kind: 'proven', winners }
}

/** Why the winner is none; undefined when it agrees with the original on every input. */
export async function disagreement(
  engine: Engine,
  { ir, levels }: ProvenWinner,
  unit: Pick<Unit, 'standard'>,
  calling: Calling,
  inputs: readonly CleanInput[],
): Promise<{ reason: string; detail: string } | undefined> {
  const built = await engine.build({ text: ir, language: 'ir', standard: unit.standard }, 'plain', calling)
  if (built.kind === 'rejected')
    return { reason: 'winner-does-not-compile', detail: `${levels[0]}: ${built.detail}` }
  // The fill alternates so that a winner that reads what was never written has two chances to show it.
  const runs = inputs.map(({ input, expected, edgesTaken }, index) => ({
    input,
    expected,
    fill: FILLS[index % 2]!,
    fuel: mutantEdges(edgesTaken),
  }))
  for (const [index, outcome] of (await engine.run(built.executable, runs, 'deviation')).entries()) {
    if (outcome.kind !== 'ok') {
      const { reason, detail } = reasonOf(outcome, 'plain')
      return {
        reason: 'winner-does-not-run',
        detail: `${levels[0]} on input ${index}: ${reason} ${detail}`.trim(),
      }
    }
    if (!sameResult(inputs[index]!.expected, outcome))
      return { reason: 'winners-disagree', detail: `${levels[0]} on input ${index}` }
  }
  return undefined
}
