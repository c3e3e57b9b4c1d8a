/**
 * Mutants of a unit in, for each on which inputs it is clean and clearly differs, or why on none. The cheap
 * work comes first: all are run without sanitizers, and only what differs is run again with them. What is known of a
 * mutant from an earlier screening is not run again.
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
import { KnownRuns } from './known-runs.ts'
import type { MutantBuilders } from './mutant-builders.ts'

export type Screened =
  | ({ readonly kind: 'different' } & Shown)
  | { readonly kind: 'refused'; readonly verdict: MutantVerdictName }

export interface Screening extends ProofContext {
  readonly builders: MutantBuilders
  /** By a mutant's id. */
  readonly known: Map<string, KnownRuns>
}

/** Mutants of the unit's code. */
export function screenMutants(
  engine: CodeEngine,
  proofContext: Screening,
  mutants: readonly Mutant[],
): Promise<Screened[]> {
  const builders = proofContext.builders(mutants)
  const variants = mutants.map(({ id }, index) => {
    const known = proofContext.known.get(id) ?? new KnownRuns()
    proofContext.known.set(id, known)
    return { build: builders[index]!, known }
  })
  return screenVariants(engine, proofContext, variants)
}

/** What is screened: how it is built, and what its runs have shown already. */
export interface Variant {
  readonly build: Builder
  readonly known: KnownRuns
}

/**
 * For each mutant the inputs on which it is clean and clearly differs. A run that does not end well, or differs only
 * through undefined behaviour, proves nothing: what such a run gives is chance, so it must have no say in what is
 * chosen.
 */
export async function screenVariants(
  engine: CodeEngine,
  proofContext: ProofContext,
  variants: readonly Variant[],
): Promise<Screened[]> {
  const verdicts: MutantVerdictName[] = variants.map(() => 'no-difference')
  const shown: Omit<Shown, 'shownOn'>[][] = variants.map(() => [])
  const claims: (Claim & { readonly index: number })[] = []
  const refused = await runUnknown(engine, proofContext, variants)
  for (const [index, { build, known }] of variants.entries()) {
    if (refused.has(index)) {
      verdicts[index] = 'not-compiled'
      continue
    }
    for (const [inputIndex, { input, expected, edgesTaken }] of proofContext.inputs.entries()) {
      const outcome = known.outcome(input, mutantEdges(edgesTaken))!
      if (outcome.kind !== 'ok') verdicts[index] = outcome.kind === 'timeout' ? 'timeout' : 'crash'
      else if (clearlyDifferent(expected, outcome))
        claims.push({ index, inputIndex, result: observedResult(outcome), build })
      else if (!sameResult(expected, outcome)) verdicts[index] = 'float-gap'
    }
  }
  await proveUnknown(engine, proofContext, variants, claims)
  for (const { index, inputIndex, result } of claims) {
    const verdict = variants[index]!.known.proof(proofContext.inputs[inputIndex]!.input, result)!
    if (verdict === 'different') shown[index]!.push({ inputIndex, result })
    else verdicts[index] = verdict
  }
  return variants.map((_, index) => {
    const [first] = shown[index]!
    return first === undefined
      ? { kind: 'refused', verdict: verdicts[index]! }
      : { kind: 'different', ...first, shownOn: shown[index]!.length }
  })
}

/** Runs the coverage builds on what nobody knows yet; gives those that do not compile. */
async function runUnknown(
  engine: CodeEngine,
  { inputs }: ProofContext,
  variants: readonly Variant[],
): Promise<ReadonlySet<number>> {
  const runs = inputs.map(({ input, edgesTaken }) => ({
    input,
    fill: FILLS[0],
    fuel: mutantEdges(edgesTaken),
  }))
  const missing = variants.flatMap(({ build, known }, index) => {
    const unknown = runs.filter(({ input, fuel }) => known.outcome(input, fuel) === undefined)
    return unknown.length === 0 ? [] : [{ index, build, known, unknown }]
  })
  const builds: BuildResult[] = []
  for (const { build } of missing) builds.push(await build('cover'))
  const ran = await runBuilds(engine, builds, (position) => ({ runs: missing[position]!.unknown }))
  const refused = new Set<number>()
  for (const [position, built] of ran.entries()) {
    const { index, known, unknown } = missing[position]!
    if (built.kind === 'rejected') refused.add(index)
    else
      for (const [run, outcome] of built.outcomes.entries())
        known.keepOutcome(unknown[run]!.input, unknown[run]!.fuel, outcome)
  }
  return refused
}

async function proveUnknown(
  engine: CodeEngine,
  proofContext: ProofContext,
  variants: readonly Variant[],
  claims: readonly (Claim & { readonly index: number })[],
): Promise<void> {
  const placeOf = ({ index, inputIndex }: { index: number; inputIndex: number }) => ({
    known: variants[index]!.known,
    input: proofContext.inputs[inputIndex]!.input,
  })
  const unknown = claims.filter((claim) => {
    const { known, input } = placeOf(claim)
    return known.proof(input, claim.result) === undefined
  })
  for (const [position, verdict] of (await proveClean(engine, proofContext, unknown)).entries()) {
    const claim = unknown[position]!
    const { known, input } = placeOf(claim)
    known.keepProof(input, claim.result, verdict)
  }
}
