/**
 * A unit, its clean inputs and one of its mutants in; the mutant as the subject of a group out. The mutant must be what
 * an original must be: clean under the sanitizers, repeatable, and pure.
 */

import type { EntryPoint } from '../../call/entry-point.ts'
import type { CodeEngine } from '../../execute/code-engine.ts'
import { type CleanInput, screenBuilds } from '../../execute/original/screen-original.ts'
import { ORIGINAL_EDGES } from '../../execute/unit-limits.ts'
import { languageOf, unitCode } from '../../languages/languages.ts'
import { applyMutant } from '../../records/apply-mutant.ts'
import type { GroupRecord } from '../../records/group-record.ts'
import type { Mutant } from '../../records/mutant.ts'
import type { Unit } from '../../records/unit.ts'
import type { Builder } from '../proofs/prove-losers.ts'

/** What a group can be about. */
export interface Subject {
  /** Undefined for the unit itself. */
  readonly mutant: Mutant | undefined
  readonly code: string
  /** Its IR at O0, as clang prints it. */
  readonly o0: string
  /** Those on which it is clean, with its own results. */
  readonly inputs: readonly CleanInput[]
  readonly coverage: GroupRecord['coverage']
}

/** Less than that part of the unit's inputs would be poor evidence. */
const LEAST_SHARE = 0.5

/**
 * Undefined for a mutant that does not qualify as the subject of a group.
 *
 * @param cleanBuilder how it is built to see that it is clean
 */
export async function openSubject(
  engine: CodeEngine,
  unit: Unit,
  entryPoint: EntryPoint,
  inputs: readonly CleanInput[],
  mutant: Mutant,
  cleanBuilder: Builder,
): Promise<Subject | undefined> {
  const code = applyMutant(unit.code, mutant)
  const mutated = unitCode({ ...unit, code })
  const o0 = await engine.emitIr(mutated, 'O0')
  if (o0.kind !== 'ok' || languageOf(unit).findImpurity(o0.stdout) !== undefined) return undefined
  const cover = await engine.build(mutated, 'cover', entryPoint)
  if (cover.kind === 'rejected') return undefined
  const replays = inputs.map(({ input }) => ({ input, fuel: ORIGINAL_EDGES }))
  const ended = (await engine.replay(cover.executable, replays)).flatMap(({ outcome, coverage }, index) =>
    outcome.kind === 'ok' && coverage !== undefined ? [{ input: inputs[index]!.input, ...coverage }] : [],
  )
  const screened = await screenBuilds(engine, cover.executable, cleanBuilder)(ended)
  const clean: (CleanInput & { readonly hits: Uint8Array })[] = []
  for (const [index, verdict] of screened.entries()) {
    if (verdict.kind === 'clean') clean.push({ ...ended[index]!, expected: verdict.expected })
    else if (verdict.reason === 'nondeterministic') return undefined
  }
  if (clean.length === 0 || clean.length < inputs.length * LEAST_SHARE) return undefined
  const edges = clean[0]!.hits.keys().filter((edge) => clean.some(({ hits }) => hits[edge]! > 0))
  return {
    mutant,
    code,
    o0: o0.stdout,
    inputs: clean.map(({ input, expected, edgesTaken }) => ({ input, expected, edgesTaken })),
    coverage: { edgesReached: [...edges].length, edgesTotal: clean[0]!.hits.length },
  }
}
