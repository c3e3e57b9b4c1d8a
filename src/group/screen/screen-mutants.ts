/**
 * Mutants of a unit in, for each on which inputs it is clean and clearly differs, or why on none. The cheap
 * work comes first: all are run without sanitizers, and only what differs is run again with them.
 */

import type { BuildResult, CodeEngine } from '../../execute/code-engine.ts'
import { FILLS } from '../../execute/original/screen-original.ts'
import { clearlyDifferent } from '../../execute/outcome/clearly-different.ts'
import { mutantEdges } from '../../execute/unit-limits.ts'
import type { MutantVerdictName } from '../../records/group-record.ts'
import type { Mutant } from '../../records/mutant.ts'
import { observedResult, sameResult } from '../../records/observed-result.ts'
import type { Shown } from '../../records/pool-entry.ts'
import { type Builder, type Claim, type ProofContext, proveClean } from '../proofs/prove-losers.ts'
import { runBuilds } from '../proofs/run-builds.ts'
import type { MutantBuilders } from './mutant-builders.ts'

export type Screened =
  | ({ readonly kind: 'different' } & Shown)
  | { readonly kind: 'refused'; readonly verdict: MutantVerdictName }

export interface Screening extends ProofContext {
  readonly builders: MutantBuilders
}

/** Mutants of the unit's code. */
export const screenMutants = (
  engine: CodeEngine,
  proofContext: Screening,
  mutants: readonly Mutant[],
): Promise<Screened[]> => screenBuilders(engine, proofContext, proofContext.builders(mutants))

/**
 * For each mutant the inputs on which it is clean and clearly differs. A run that does not end well, or differs only
 * through undefined behaviour, proves nothing: what such a run gives is chance, so it must have no say in what is
 * chosen.
 */
export async function screenBuilders(
  engine: CodeEngine,
  proofContext: ProofContext,
  builders: readonly Builder[],
): Promise<Screened[]> {
  const verdicts: MutantVerdictName[] = builders.map(() => 'no-difference')
  const shown: Omit<Shown, 'shownOn'>[][] = builders.map(() => [])
  const builds: BuildResult[] = []
  for (const build of builders) builds.push(await build('cover'))
  const runs = proofContext.inputs.map(({ input, edgesTaken }) => ({
    input,
    fill: FILLS[0],
    fuel: mutantEdges(edgesTaken),
  }))
  const claims: (Claim & { readonly index: number })[] = []
  for (const [index, built] of (await runBuilds(engine, builds, () => ({ runs }))).entries()) {
    if (built.kind === 'rejected') {
      verdicts[index] = 'not-compiled'
      continue
    }
    for (const [inputIndex, outcome] of built.outcomes.entries()) {
      const { expected } = proofContext.inputs[inputIndex]!
      if (outcome.kind !== 'ok') verdicts[index] = outcome.kind === 'timeout' ? 'timeout' : 'crash'
      else if (clearlyDifferent(expected, outcome))
        claims.push({ index, inputIndex, result: observedResult(outcome), build: builders[index]! })
      else if (!sameResult(expected, outcome)) verdicts[index] = 'float-gap'
    }
  }
  for (const [position, verdict] of (await proveClean(engine, proofContext, claims)).entries()) {
    const { index, inputIndex, result } = claims[position]!
    if (verdict === 'different') shown[index]!.push({ inputIndex, result })
    else verdicts[index] = verdict
  }
  return builders.map((_, index) => {
    const [first] = shown[index]!
    return first === undefined
      ? { kind: 'refused', verdict: verdicts[index]! }
      : { kind: 'different', ...first, shownOn: shown[index]!.length }
  })
}
