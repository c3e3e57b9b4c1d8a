/**
 * Mutants of a unit in, for each on which inputs it is clean and clearly differs, or why on none. The cheap
 * work comes first: all are run without sanitizers, and only what differs is run again with them. What is known of a
 * mutant from an earlier screening is not run again.
 */

import type { BuildResult, CodeEngine } from '../../execute/code-engine.ts'
import { FILLS } from '../../execute/original/ask-sanitizers.ts'
import { clearlyDifferent } from '../../execute/outcome/clearly-different.ts'
import { mutantEdges } from '../../execute/unit-limits.ts'
import type { MutantVerdictName } from '../../records/group-record.ts'
import type { Mutant } from '../../records/mutant.ts'
import { observedResult, sameResult } from '../../records/observed-result.ts'
import type { Shown } from '../../records/pool-entry.ts'
import { type Builder, type Claim, type ProofContext, proveClean } from '../proofs/prove-losers.ts'
import { runBuilds } from '../proofs/run-builds.ts'
import { KnownRuns, type ScreenedRun } from './known-runs.ts'
import type { MutantBuilders } from './mutant-builders.ts'

export type Screened =
  | ({ readonly kind: 'different' } & Shown)
  | { readonly kind: 'refused'; readonly verdict: MutantVerdictName }

export interface Screening extends ProofContext {
  readonly builders: MutantBuilders
  /** For what is proven clean: each reads there as it does alone. */
  readonly copies: MutantBuilders
  /** By a mutant's id; undefined where none is screened again. */
  readonly known: Map<string, KnownRuns> | undefined
}

/** Mutants of the unit's code. */
export function screenMutants(
  engine: CodeEngine,
  proofContext: Screening,
  mutants: readonly Mutant[],
): Promise<Screened[]> {
  const builders = proofContext.builders(mutants)
  const variants = mutants.map(({ id }, index) => {
    const known = proofContext.known?.get(id) ?? new KnownRuns()
    proofContext.known?.set(id, known)
    return { build: builders[index]!, known }
  })
  return screenVariants(engine, proofContext, variants, (differing) =>
    proofContext.copies(differing.map((index) => mutants[index]!)),
  )
}

/** What is screened: how it is built to see what it does, and what its runs have shown already. */
export interface Variant {
  readonly build: Builder
  readonly known: KnownRuns
}

/**
 * For each mutant the inputs on which it is clean and clearly differs. A run that does not end well, or differs only
 * through undefined behaviour, proves nothing: what such a run gives is chance, so it must have no say in what is
 * chosen.
 *
 * @param cleanBuilders how those with the given indexes, which differ, are built to see that they are clean
 */
export async function screenVariants(
  engine: CodeEngine,
  proofContext: ProofContext,
  variants: readonly Variant[],
  cleanBuilders: (differing: readonly number[]) => readonly Builder[],
): Promise<Screened[]> {
  const verdicts: MutantVerdictName[] = variants.map(() => 'no-difference')
  const shown: Omit<Shown, 'shownOn'>[][] = variants.map(() => [])
  const claims: VariantClaim[] = []
  for (const [index, runs] of (await runAll(engine, proofContext, variants)).entries()) {
    if (runs === undefined) verdicts[index] = 'not-compiled'
    for (const [inputIndex, run] of (runs ?? []).entries()) {
      const { expected } = proofContext.inputs[inputIndex]!
      if (run.kind !== 'ok') verdicts[index] = run.kind === 'timeout' ? 'timeout' : 'crash'
      else if (clearlyDifferent(expected, run))
        claims.push({ index, inputIndex, result: observedResult(run) })
      else if (!sameResult(expected, run)) verdicts[index] = 'float-gap'
    }
  }
  const proven = await proveAll(engine, proofContext, variants, cleanBuilders, claims)
  for (const [position, { index, inputIndex, result }] of claims.entries()) {
    const verdict = proven[position]!
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

/** For each variant what it does on every input, undefined where it does not compile. Only what nobody knows yet is run. */
async function runAll(
  engine: CodeEngine,
  { inputs }: ProofContext,
  variants: readonly Variant[],
): Promise<(readonly ScreenedRun[] | undefined)[]> {
  const fuels = inputs.map(({ edgesTaken }) => mutantEdges(edgesTaken))
  const asked = variants.map(({ build, known }) => {
    const runs = inputs.map(({ input, expected }, index) => known.run(input, fuels[index]!, expected))
    return { build, known, runs, missing: [...runs.keys()].filter((index) => runs[index] === undefined) }
  })
  const open = asked.filter(({ missing }) => missing.length > 0)
  const builds: BuildResult[] = []
  for (const { build } of open) builds.push(await build('cover'))
  const ran = await runBuilds(engine, builds, (position) => ({
    runs: open[position]!.missing.map((index) => ({
      input: inputs[index]!.input,
      fill: FILLS[0],
      fuel: fuels[index]!,
    })),
  }))
  for (const [position, built] of ran.entries()) {
    if (built.kind === 'rejected') continue
    const { known, runs, missing } = open[position]!
    for (const [run, index] of missing.entries()) {
      runs[index] = built.outcomes[run]!
      known.keepRun(inputs[index]!.input, fuels[index]!, built.outcomes[run]!)
    }
  }
  return asked.map(({ runs }) => (runs.every((run) => run !== undefined) ? runs : undefined))
}

/** What the variant of that index gives. */
type VariantClaim = Omit<Claim, 'build'> & { readonly index: number }

/** The verdict on each claim; only what nobody knows yet is proven. */
async function proveAll(
  engine: CodeEngine,
  proofContext: ProofContext,
  variants: readonly Variant[],
  cleanBuilders: (differing: readonly number[]) => readonly Builder[],
  claims: readonly VariantClaim[],
): Promise<MutantVerdictName[]> {
  const inputOf = ({ inputIndex }: VariantClaim) => proofContext.inputs[inputIndex]!.input
  const verdicts = claims.map((claim) => variants[claim.index]!.known.proof(inputOf(claim), claim.result))
  const open = claims.filter((_, position) => verdicts[position] === undefined)
  const differing = [...new Set(open.map(({ index }) => index))]
  const builders = cleanBuilders(differing)
  const builderOf = new Map(differing.map((index, position) => [index, builders[position]!]))
  const built = open.map((claim) => ({ ...claim, build: builderOf.get(claim.index)! }))
  const proven = (await proveClean(engine, proofContext, built)).values()
  return claims.map((claim, position) => {
    const known = verdicts[position]
    if (known !== undefined) return known
    const verdict = proven.next().value!
    variants[claim.index]!.known.keepProof(inputOf(claim), claim.result, verdict)
    return verdict
  })
}
