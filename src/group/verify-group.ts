/**
 * A stored group in, those of its claims that do not hold out. Every claim is proven again from the group's own contents,
 * by the same runs that made it. Nothing of the record is believed.
 */

import { type CleanInput, screenOf } from '../execute/original/screen-original.ts'
import { SandboxFailure } from '../execute/outcome/sandbox-failure.ts'
import { ORIGINAL_EDGES } from '../execute/unit-limits.ts'
import { unitCode } from '../languages/languages.ts'
import { malformedOperators } from '../mutate-ir/malformed-operators.ts'
import { findIrMutant } from '../mutate-ir/mutate-ir.ts'
import { irOperators } from '../mutate-ir/operators.ts'
import { applyMutant } from '../records/apply-mutant.ts'
import { groupCode } from '../records/group-code.ts'
import { groupId } from '../records/group-id.ts'
import type { Loser, StoredGroup } from '../records/group-record.ts'
import { sameResult } from '../records/observed-result.ts'
import { unitId } from '../records/unit-id.ts'
import type { GroupTools } from './group-tools.ts'
import { proveLosers, provenVerdict, storedBuilders } from './proofs/prove-losers.ts'
import { disagreements } from './proofs/prove-winners.ts'
import { planEntryPoint } from './subject/plan-entry-point.ts'

export interface LabelFinding {
  /** `contents`, `original`, `winner 2`, `loser 1`, ... */
  readonly member: string
  /** `failed`: the claim does not hold; `unknown`: it could not be tried. */
  readonly verdict: 'failed' | 'unknown'
  readonly reason: string
  readonly detail: string
}

/** Gives no finding for a group whose every label is proven. */
export async function verifyGroup(
  tools: Pick<GroupTools, 'engine'>,
  { group, unit }: Pick<StoredGroup, 'group' | 'unit'>,
): Promise<LabelFinding[]> {
  try {
    return await findings(tools, group, unit)
  } catch (error) {
    if (!(error instanceof SandboxFailure)) throw error
    return [{ member: 'all', verdict: 'unknown', reason: 'sandbox-error', detail: error.message }]
  } finally {
    await tools.engine.releaseAll()
  }
}

async function findings(
  tools: Pick<GroupTools, 'engine'>,
  group: StoredGroup['group'],
  unit: StoredGroup['unit'],
): Promise<LabelFinding[]> {
  const { engine } = tools
  const found: LabelFinding[] = []
  const report = (member: string, reason: string, detail = '') =>
    found.push({ member, verdict: 'failed', reason, detail })

  if (unitId(unit) !== unit.id) report('contents', 'wrong-unit-id', unit.id)
  if (groupId(unit.id, group) !== group.id) report('contents', 'wrong-group-id', group.id)
  if (new Set(group.winners.map((winner) => winner.ir)).size !== group.winners.length)
    report('contents', 'equal-winners')

  if (group.subject && applyMutant(unit.code, group.subject.mutant) !== group.subject.code)
    report('original', 'wrong-code', `is not ${group.subject.mutant.operator}`)
  const subject = unitCode({ ...unit, code: groupCode({ group, unit }) })

  const called = await planEntryPoint(engine, unit)
  if (called.kind === 'unsupported') {
    report('original', 'unsupported-signature', called.reason)
    return found
  }
  const { entryPoint } = called
  const cover = await engine.build(subject, 'cover', entryPoint)
  if (cover.kind === 'rejected') {
    report('original', 'compile', cover.detail)
    return found
  }
  const inputs: CleanInput[] = group.inputs.map((input, index) => ({
    input,
    expected: group.expected[index]!,
    edgesTaken: ORIGINAL_EDGES,
  }))
  const screened = await screenOf(engine, subject, entryPoint, cover.executable)(inputs)
  for (const [index, verdict] of screened.entries()) {
    if (verdict.kind === 'refused') report('original', verdict.reason, `input ${index}: ${verdict.detail}`)
    else if (!sameResult(inputs[index]!.expected, verdict.expected))
      report('original', 'other-result', `input ${index}`)
  }
  const failures = await disagreements(engine, group.winners, entryPoint, inputs)
  for (const [index, failure] of failures.entries())
    if (failure) report(`winner ${index}`, failure.reason, failure.detail)
  const context = { unit, entryPoint, inputs }
  const proofs = await proveLosers(tools, context, group.losers, storedBuilders(engine, context))
  for (const [index, loser] of group.losers.entries()) {
    const member = `loser ${index}`
    const edit = checkEdit(loser, group.winners, unit.code)
    if (edit !== undefined) found.push({ member, ...edit })
    const verdict = proofs[index]!
    const where = loser.class === 'malformed' ? loser.message : `input ${loser.witness.inputIndex}`
    if (verdict === 'assembler-failed')
      found.push({ member, verdict: 'unknown', reason: verdict, detail: '' })
    else if (verdict !== provenVerdict(loser.class)) report(member, verdict, where)
  }
  return found
}

/** Whether a loser is the one edit that it says it is. */
function checkEdit(
  loser: Loser,
  winners: StoredGroup['group']['winners'],
  code: string,
): Omit<LabelFinding, 'member'> | undefined {
  const { mutant } = loser
  const detail = `is not ${mutant.operator} at line ${mutant.line}`
  if (loser.class === 'ast')
    return applyMutant(code, mutant) === loser.code
      ? undefined
      : { verdict: 'failed', reason: 'wrong-code', detail }
  const winner = winners[loser.editedWinner]
  const edited = winner && findIrMutant(winner.ir, mutant.id, OPERATORS[loser.class])
  if (edited?.text === loser.ir) return undefined
  // An operator may have come to make other edits since.
  if (winner?.ir.slice(mutant.start, mutant.end) === mutant.original && edited === undefined)
    return { verdict: 'unknown', reason: 'unknown-edit', detail }
  return { verdict: 'failed', reason: 'wrong-edit', detail }
}

const OPERATORS = { ir: irOperators, malformed: malformedOperators } as const
