/**
 * Claims of the kind "this mutant gives that result on that input" in, for each whether it holds: clean under the
 * sanitizers, and given by the loser's own IR. The same proofs make losers and verify stored ones.
 */
import type { Calling } from '../execute/calling.ts'
import type { Build, BuildResult, Engine } from '../execute/engine.ts'
import { mutantEdges } from '../execute/limits.ts'
import { clearlyDifferent, type Result, sameResult } from '../execute/same-result.ts'
import { type CleanInput, FILLS } from '../execute/screen-original.ts'
import type { Unit } from '../extract/unit.ts'
import type { Loser, MutantVerdictName } from './group-record.ts'
import { runBuilds } from './run-builds.ts'

/** What a proof needs to know of the unit. */
export interface Ground {
  readonly unit: Unit
  readonly calling: Calling
  readonly inputs: readonly CleanInput[]
}

/** A mutant's own code, its result on one input, and how it is built. */
export interface Claim {
  readonly inputIndex: number
  readonly result: Result
  readonly build: (build: Build) => Promise<BuildResult>
}

/** Why the claims do not hold on a build of their own, each run once for each fill; `different` where they do. */
async function repeatResults(
  engine: Engine,
  { inputs }: Ground,
  claims: readonly Claim[],
  build: Build,
  fills: readonly number[],
): Promise<MutantVerdictName[]> {
  const builds: BuildResult[] = []
  for (const claim of claims) builds.push(await claim.build(build))
  const ran = await runBuilds(engine, builds, (index) => {
    const { input, edgesTaken } = inputs[claims[index]!.inputIndex]!
    return { runs: fills.map((fill) => ({ input, fill, fuel: mutantEdges(edgesTaken) })) }
  })
  return ran.map((built, index) => {
    if (built.kind === 'rejected') return 'not-compiled'
    for (const outcome of built.outcomes) {
      if (outcome.kind !== 'ok') return failedProof(outcome.kind, build)
      if (!sameResult(claims[index]!.result, outcome))
        return build === 'plain' ? 'ir-disagrees' : 'nondeterministic'
    }
    return 'different'
  })
}

/** On its witness the mutant is clean and gives the same result under UBSan with ASan and under MSan. */
export async function proveClean(
  engine: Engine,
  ground: Ground,
  claims: readonly Claim[],
): Promise<MutantVerdictName[]> {
  const verdicts = await repeatResults(engine, ground, claims, 'asan', [FILLS[0]])
  const open = [...claims.keys()].filter((index) => verdicts[index] === 'different')
  const left = open.map((index) => claims[index]!)
  for (const [position, verdict] of (await repeatResults(engine, ground, left, 'msan', [FILLS[1]])).entries())
    verdicts[open[position]!] = verdict
  return verdicts
}

/** The loser's own IR, in the stored text, gives the result too, twice, with different memory fill and address layout. */
export function proveIr(
  engine: Engine,
  ground: Ground,
  losers: readonly (Pick<Claim, 'inputIndex' | 'result'> & { readonly ir: string })[],
): Promise<MutantVerdictName[]> {
  const { standard } = ground.unit
  const claims = losers.map(({ ir, inputIndex, result }) => ({
    inputIndex,
    result,
    build: (build: Build) => engine.build({ text: ir, language: 'ir', standard }, build, ground.calling),
  }))
  return repeatResults(engine, ground, claims, 'plain', FILLS)
}

/** Everything that makes a stored loser one, proven again from its own code and IR. */
export async function proveLoser(
  engine: Engine,
  ground: Ground,
  { code, ir, witness }: Pick<Loser, 'code' | 'ir' | 'witness'>,
): Promise<MutantVerdictName> {
  const { inputIndex, original, mutant: result } = witness
  const { expected } = ground.inputs[inputIndex]!
  if (!sameResult(expected, original) || !clearlyDifferent(expected, result)) return 'no-difference'
  const { standard } = ground.unit
  const claim: Claim = {
    inputIndex,
    result,
    build: (build) => engine.build({ text: code, language: 'c', standard }, build, ground.calling),
  }
  const [clean] = await proveClean(engine, ground, [claim])
  if (clean !== 'different') return clean!
  const [same] = await proveIr(engine, ground, [{ ir, inputIndex, result }])
  return same!
}

function failedProof(outcome: string, build: string): MutantVerdictName {
  if (outcome === 'sanitizer') return build === 'msan' ? 'uninitialised-read' : 'undefined-behaviour'
  return outcome === 'timeout' ? 'timeout' : 'crash'
}
