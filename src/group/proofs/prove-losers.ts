/**
 * Claims of the kind "this mutant gives that result on that input" in, for each whether it holds: clean under the
 * sanitizers, and given by the loser's own IR. For a malformed text the claim is that the assembler refuses it, with
 * that message. The same proofs make losers and verify stored ones.
 */

import type { EntryPoint } from '../../call/entry-point.ts'
import { irCode } from '../../compile/code.ts'
import type { BuildKind } from '../../execute/build-kind.ts'
import type { BuildResult, CodeEngine } from '../../execute/code-engine.ts'
import { type CleanInput, FILLS } from '../../execute/original/screen-original.ts'
import { clearlyDifferent } from '../../execute/outcome/clearly-different.ts'
import { mutantEdges } from '../../execute/unit-limits.ts'
import { unitCode } from '../../languages/languages.ts'
import { watchUndefined } from '../../mutate-ir/watch-undefined.ts'
import type { Loser, LoserClass, MutantVerdictName } from '../../records/group-record.ts'
import { type ObservedResult, sameResult } from '../../records/observed-result.ts'
import type { Unit } from '../../records/unit.ts'
import type { GroupTools } from '../group-tools.ts'
import { runBuilds } from './run-builds.ts'

/** What a proof needs to know of the unit. */
export interface ProofContext {
  readonly unit: Unit
  readonly entryPoint: EntryPoint
  readonly inputs: readonly CleanInput[]
}

/** How a mutant's own code is built. */
export type Builder = (build: BuildKind) => Promise<BuildResult>

/** A mutant's result on one input. */
export interface Claim {
  readonly inputIndex: number
  readonly result: ObservedResult
  readonly build: Builder
}

/** The verdict on a mutant of that class whose claim holds. */
export const provenVerdict = (name: LoserClass): MutantVerdictName =>
  name === 'malformed' ? 'refused' : 'different'

/** Source code has the sanitizers' checks from clang; IR that was edited is given them here. */
export const irBuilder =
  (engine: CodeEngine, { entryPoint }: ProofContext, ir: string): Builder =>
  async (build) => {
    const text = build === 'asan' || build === 'msan' ? watchUndefined(ir, build) : ir
    return engine.build(irCode(text), build, entryPoint)
  }

/** Why the claims do not hold on a build of their own, each run once for each fill; `different` where they do. */
async function repeatResults(
  engine: CodeEngine,
  { inputs }: ProofContext,
  claims: readonly Claim[],
  build: BuildKind,
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
  engine: CodeEngine,
  proofContext: ProofContext,
  claims: readonly Claim[],
): Promise<MutantVerdictName[]> {
  const verdicts = await repeatResults(engine, proofContext, claims, 'asan', [FILLS[0]])
  const open = [...claims.keys()].filter((index) => verdicts[index] === 'different')
  const left = open.map((index) => claims[index]!)
  for (const [position, verdict] of (
    await repeatResults(engine, proofContext, left, 'msan', [FILLS[1]])
  ).entries())
    verdicts[open[position]!] = verdict
  return verdicts
}

/** The loser's own IR, in the stored text, gives the result too, twice, with different memory fill and address layout. */
export function proveIr(
  engine: CodeEngine,
  proofContext: ProofContext,
  losers: readonly (Pick<Claim, 'inputIndex' | 'result'> & { readonly ir: string })[],
): Promise<MutantVerdictName[]> {
  const claims = losers.map(({ ir, inputIndex, result }) => ({
    inputIndex,
    result,
    build: (build: BuildKind) => engine.build(irCode(ir), build, proofContext.entryPoint),
  }))
  return repeatResults(engine, proofContext, claims, 'plain', FILLS)
}

/** An edited text that runs is not yet one that is well-formed: the assembler verifies more than a compiler does. */
export async function proveAssembled(
  { assemble }: Pick<GroupTools, 'assemble'>,
  ir: string,
): Promise<MutantVerdictName> {
  const assembled = await assemble(ir)
  if (assembled.kind === 'failed') return 'assembler-failed'
  return assembled.kind === 'ok' ? 'different' : 'not-assembled'
}

export async function proveRefused(
  { assemble }: Pick<GroupTools, 'assemble'>,
  { ir, message }: { readonly ir: string; readonly message: string },
): Promise<MutantVerdictName> {
  const assembled = await assemble(ir)
  if (assembled.kind === 'failed') return 'assembler-failed'
  if (assembled.kind === 'ok') return 'assembled'
  return assembled.message === message ? 'refused' : 'other-message'
}

/** Everything that makes a stored loser one, proven again from its own code and IR. */
export async function proveLoser(
  tools: Pick<GroupTools, 'engine' | 'assemble'>,
  proofContext: ProofContext,
  loser: Loser,
): Promise<MutantVerdictName> {
  if (loser.class === 'malformed') return proveRefused(tools, loser)
  const { engine } = tools
  const { inputIndex, original, mutant: result } = loser.witness
  const { expected } = proofContext.inputs[inputIndex]!
  if (!sameResult(expected, original) || !clearlyDifferent(expected, result)) return 'no-difference'
  const [clean] = await proveClean(engine, proofContext, [
    { inputIndex, result, build: builderOf(engine, proofContext, loser) },
  ])
  if (clean !== 'different') return clean!
  const [same] = await proveIr(engine, proofContext, [{ ir: loser.ir, inputIndex, result }])
  return same === 'different' && loser.class === 'ir' ? proveAssembled(tools, loser.ir) : same!
}

function builderOf(
  engine: CodeEngine,
  proofContext: ProofContext,
  loser: Exclude<Loser, { class: 'malformed' }>,
): Builder {
  if (loser.class === 'ir') return irBuilder(engine, proofContext, loser.ir)
  const code = unitCode({ ...proofContext.unit, code: loser.code })
  return (build) => engine.build(code, build, proofContext.entryPoint)
}

function failedProof(outcome: string, build: string): MutantVerdictName {
  if (outcome === 'sanitizer') return build === 'msan' ? 'uninitialised-read' : 'undefined-behaviour'
  return outcome === 'timeout' ? 'timeout' : 'crash'
}
