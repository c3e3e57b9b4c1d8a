/**
 * Claims of the kind "this mutant gives that result on that input" in, for each whether it holds: clean under the
 * sanitizers, and given by the loser's own IR. For a malformed text the claim is that the assembler refuses it, with
 * that message. The same proofs make losers and verify stored ones.
 */

import type { EntryPoint } from '../../call/entry-point.ts'
import { irCode } from '../../compile/code.ts'
import type { BuildKind } from '../../execute/build-kind.ts'
import type { BuildResult, CodeEngine } from '../../execute/code-engine.ts'
import { askSanitizers, FILLS, type SanitizerPass } from '../../execute/original/ask-sanitizers.ts'
import type { CleanInput } from '../../execute/original/screen-original.ts'
import { clearlyDifferent } from '../../execute/outcome/clearly-different.ts'
import { mutantEdges } from '../../execute/unit-limits.ts'
import { unitCode } from '../../languages/languages.ts'
import { watchUndefined } from '../../mutate-ir/watch-undefined.ts'
import type { AstLoser, Loser, LoserClass, MutantVerdictName, Witness } from '../../records/group-record.ts'
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

/** On which build claims are repeated, and how. */
type Repetition = Omit<SanitizerPass, 'build'> & { readonly build: BuildKind }

/** Why the claims do not hold on a build of their own; `different` where they do. */
async function repeatResults(
  engine: CodeEngine,
  { inputs }: ProofContext,
  claims: readonly Claim[],
  { build, fills, cpuMs }: Repetition,
): Promise<MutantVerdictName[]> {
  const builds: BuildResult[] = []
  for (const claim of claims) builds.push(await claim.build(build))
  const ran = await runBuilds(engine, builds, (index) => {
    const { input, edgesTaken } = inputs[claims[index]!.inputIndex]!
    const runs = fills.map((fill) => ({ input, fill, fuel: mutantEdges(edgesTaken) }))
    return { runs, ...(cpuMs !== undefined && { cpuMs }) }
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
  const answers = await askSanitizers(
    claims,
    (asked, pass) => repeatResults(engine, proofContext, asked, pass),
    { isTimeout: (verdict) => verdict === 'timeout', isFaultless: (verdict) => verdict === 'different' },
  )
  return answers.map((verdicts) => verdicts.find((verdict) => verdict !== 'different') ?? 'different')
}

/** For each what the first proof says that does not hold, else `different`; a proof is made of what those before it left. */
async function proveInTurn<T>(
  items: readonly T[],
  proofs: readonly ((left: readonly T[]) => Promise<MutantVerdictName[]>)[],
): Promise<MutantVerdictName[]> {
  const verdicts: MutantVerdictName[] = items.map(() => 'different')
  for (const prove of proofs) {
    const open = [...items.keys()].filter((index) => verdicts[index] === 'different')
    const proven = await prove(open.map((index) => items[index]!))
    for (const [position, index] of open.entries()) verdicts[index] = proven[position]!
  }
  return verdicts
}

/** An edited text that runs is not yet one that is well-formed: the assembler verifies more than a compiler does. */
async function proveAssembled(
  { engine }: Pick<GroupTools, 'engine'>,
  loser: RunLoser,
): Promise<MutantVerdictName> {
  if (loser.class === 'ast') return 'different'
  const assembled = await engine.assemble(loser.ir)
  if (assembled.kind === 'failed') return 'assembler-failed'
  return assembled.kind === 'ok' ? 'different' : 'not-assembled'
}

async function proveRefused(
  { engine }: Pick<GroupTools, 'engine'>,
  { ir, message }: { readonly ir: string; readonly message: string },
): Promise<MutantVerdictName> {
  const assembled = await engine.assemble(ir)
  if (assembled.kind === 'failed') return 'assembler-failed'
  if (assembled.kind === 'ok') return 'assembled'
  return assembled.message === message ? 'refused' : 'other-message'
}

/** How the codes of losers are built. */
export type LoserBuilders = (losers: readonly AstLoser[]) => readonly Builder[]

/** Each from the code that it is stored with, and alone. */
export const storedBuilders =
  (engine: CodeEngine, { unit, entryPoint }: ProofContext): LoserBuilders =>
  (losers) =>
    losers.map(
      ({ code }) =>
        (build) =>
          engine.build(unitCode({ ...unit, code }), build, entryPoint),
    )

/**
 * Everything that makes losers ones. Edited IR, and the IR of each, is built alone and from the stored text in any case.
 *
 * @param buildersOf undefined where screening has just proven that they are clean on their witnesses
 */
export async function proveLosers(
  tools: Pick<GroupTools, 'engine'>,
  proofContext: ProofContext,
  losers: readonly Loser[],
  buildersOf: LoserBuilders | undefined,
): Promise<MutantVerdictName[]> {
  const { engine } = tools
  const claimOf = (loser: RunLoser, build: Builder): Claim => ({
    inputIndex: loser.witness.inputIndex,
    result: loser.witness.mutant,
    build,
  })
  const proveCodeClean = (left: readonly RunLoser[], builders: LoserBuilders) => {
    const ofCode = builders(left.filter((loser) => loser.class === 'ast')).values()
    const claims = left.map((loser) =>
      claimOf(
        loser,
        loser.class === 'ast' ? ofCode.next().value! : irBuilder(engine, proofContext, loser.ir),
      ),
    )
    return proveClean(engine, proofContext, claims)
  }
  const run = losers.filter((loser) => loser.class !== 'malformed')
  const proven = (
    await proveInTurn(run, [
      async (left) => left.map(({ witness }) => compareWitness(proofContext, witness)),
      ...(buildersOf === undefined ? [] : [(left: readonly RunLoser[]) => proveCodeClean(left, buildersOf)]),
      (left) => {
        // In the stored text, twice, with different memory fill and address layout.
        const claims = left.map((loser) =>
          claimOf(loser, (build) => engine.build(irCode(loser.ir), build, proofContext.entryPoint)),
        )
        return repeatResults(engine, proofContext, claims, { build: 'plain', fills: FILLS })
      },
      (left) => Promise.all(left.map((loser) => proveAssembled(tools, loser))),
    ])
  ).values()
  const verdicts: MutantVerdictName[] = []
  for (const loser of losers)
    verdicts.push(loser.class === 'malformed' ? await proveRefused(tools, loser) : proven.next().value!)
  return verdicts
}

/** Those that run. */
type RunLoser = Exclude<Loser, { class: 'malformed' }>

function compareWitness(
  { inputs }: ProofContext,
  { inputIndex, original, mutant }: Witness,
): MutantVerdictName {
  const { expected } = inputs[inputIndex]!
  return sameResult(expected, original) && clearlyDifferent(expected, mutant) ? 'different' : 'no-difference'
}

function failedProof(outcome: string, build: string): MutantVerdictName {
  if (outcome === 'sanitizer') return build === 'msan' ? 'uninitialised-read' : 'undefined-behaviour'
  return outcome === 'timeout' ? 'timeout' : 'crash'
}
