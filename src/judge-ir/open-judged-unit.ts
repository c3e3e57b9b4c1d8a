/** A stored group in, what its unit's answers are judged by out. */
import type { EntryPoint } from '../call/entry-point.ts'
import type { Code } from '../compile/code.ts'
import type { CodeEngine } from '../execute/code-engine.ts'
import type { CleanInput } from '../execute/original/screen-original.ts'
import { ORIGINAL_EDGES } from '../execute/unit-limits.ts'
import { planEntryPoint } from '../group/subject/plan-entry-point.ts'
import { languageOf, unitCode } from '../languages/languages.ts'
import type { SourceLanguage } from '../languages/source-language.ts'
import { readIr } from '../mutate-ir/read-ir.ts'
import { readSignatures, type Signature } from '../mutate-ir/read-signature.ts'
import { groupCode } from '../records/group-code.ts'
import type { StoredGroup } from '../records/group-record.ts'
import { sameResult } from '../records/observed-result.ts'

export interface JudgedUnit {
  /** What is called, and the signature that it has. */
  readonly name: string
  readonly signature: Signature
  readonly source: Code
  readonly language: SourceLanguage
  readonly entryPoint: EntryPoint
  /** Those of the group, with the steps that the unit takes on each. */
  readonly inputs: readonly CleanInput[]
}

/** What is asked of a stored group: not its losers, which are most of it. */
export interface AskedGroup extends Pick<StoredGroup, 'unit'> {
  readonly group: Pick<StoredGroup['group'], 'id' | 'winners' | 'inputs' | 'expected' | 'subject'>
}

export type OpenedUnit =
  | { readonly kind: 'ok'; readonly judged: JudgedUnit }
  | { readonly kind: 'unusable'; readonly reason: string }

export async function openJudgedUnit(engine: CodeEngine, { group, unit }: AskedGroup): Promise<OpenedUnit> {
  const called = await planEntryPoint(engine, unit)
  if (called.kind === 'unsupported') return unusable(`it cannot be called: ${called.reason}`)
  const { entryPoint } = called
  const name = entryPoint.kind === 'program' ? 'main' : unit.name
  const signature = readSignatures(readIr(group.winners[0]!.ir)).get(name)
  if (signature === undefined) return unusable(`its winners do not define ${name}`)
  const source = unitCode({ ...unit, code: groupCode({ group, unit }) })
  const cover = await engine.build(source, 'cover', entryPoint)
  if (cover.kind === 'rejected') return unusable(`it does not compile: ${cover.detail}`)
  const replays = group.inputs.map((input) => ({ input, fuel: ORIGINAL_EDGES }))
  const inputs: CleanInput[] = []
  for (const [index, { outcome, coverage }] of (await engine.replay(cover.executable, replays)).entries()) {
    const expected = group.expected[index]!
    if (outcome.kind !== 'ok' || !sameResult(outcome, expected))
      return unusable(`on input ${index} it does not do here what the group says`)
    inputs.push({ input: group.inputs[index]!, expected, edgesTaken: coverage?.edgesTaken ?? ORIGINAL_EDGES })
  }
  return { kind: 'ok', judged: { name, signature, source, language: languageOf(unit), entryPoint, inputs } }
}

const unusable = (reason: string): OpenedUnit => ({ kind: 'unusable', reason })
