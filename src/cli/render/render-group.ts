/**
 * A stored group in, text for a terminal out: the C source with the edits marked, the winners, and for each loser
 * its edit, the IR diff against its nearest winner, and the witness.
 */

import { fieldLines } from '../../base/field-lines.ts'
import { printable } from '../../base/printable.ts'
import { isUnedited } from '../../group/subject/unedited.ts'
import type { GroupRecord, Loser, StoredGroup, Winner, Witness } from '../../records/group-record.ts'
import type { Input } from '../../records/input.ts'
import { inputRecord, resultRecord } from '../../records/witness-record.ts'
import { diffIr } from './diff-ir.ts'
import { markEdits, showEdit } from './mark-edits.ts'
import type { Palette } from './palette.ts'

export interface RenderOptions {
  readonly paint: Palette
  /** Nothing is cut. */
  readonly full: boolean
}

const mostDiffLines = 60
/** Results that begin with more equal lines than these are shown from the last few of them on. */
const mostSameLines = 6
const shownSameLines = 2
const mostOutputLines = 12
const mostLineLength = 400

export function renderGroup({ group, unit, source }: StoredGroup, { paint, full }: RenderOptions): string {
  const origin = [source.dataset, source.split, source.row].filter((part) => part !== '').join(' ')
  const { edgesReached, edgesTotal } = group.coverage
  const editedInC = group.losers.flatMap((loser, index) =>
    loser.class === 'ast' && !isUnedited(loser.mutant)
      ? [{ label: `loser ${index + 1} ${printable(loser.mutant.operator)}`, edit: loser.mutant }]
      : [],
  )
  const subject = group.subject?.mutant
  const edits = subject
    ? [{ label: `this group ${printable(subject.operator)}`, edit: subject }, ...editedInC]
    : editedInC
  return [
    paint('bold', `group ${group.id}`),
    `${unit.kind} ${printable(unit.name)} of ${printable(origin)} (license ${printable(source.license)}), split ${group.split}`,
    `${group.inputs.length} inputs stored of ${group.inputsTried} tried, ${edgesReached} of ${edgesTotal} edges reached, seed ${group.seed}`,
    '',
    paint('bold', 'C source, edits marked'),
    ...(subject
      ? ['The group is about the source with the edit that is marked "this group"; as it is, it is a loser.']
      : []),
    ...markEdits(unit.code, edits, paint, full),
    '',
    paint('bold', 'winners'),
    ...group.winners.map((winner, index) => winnerLine(winner, index)),
    ...group.losers.flatMap((loser, index) => [
      '',
      ...renderLoser(loser, index, group, unit.code, { paint, full }),
    ]),
    '',
  ].join('\n')
}

function winnerLine({ ir, levels, chosen }: Winner, index: number): string {
  const lines = ir.trimEnd().split('\n').length
  return `  ${String(index + 1).padStart(2)}  ${levels.join(' ').padEnd(17)}  ${String(lines).padStart(5)} lines${chosen ? '' : '  (not in the group)'}`
}

function renderLoser(
  loser: Loser,
  index: number,
  { winners, inputs, callTexts }: GroupRecord,
  code: string,
  { paint, full }: RenderOptions,
): string[] {
  const { mutant } = loser
  const cut = (lines: string[], most: number) => cutTo(lines, full ? Infinity : most, paint)
  const nearest = winners[loser.nearestWinner]!
  const where = loser.class === 'ast' ? '' : ` of winner ${loser.editedWinner + 1}`
  return [
    paint(
      'bold',
      `loser ${index + 1}: ${isUnedited(mutant) ? 'the source as it is' : `${printable(mutant.operator)} on line ${mutant.line}`}${where}, ${loser.level}, difficulty ${loser.difficulty.toPrecision(2)}${loser.class === 'ast' ? '' : `, class ${loser.class}`}`,
    ),
    `  ${hardnessText(loser, inputs.length)}`,
    ...(loser.class === 'ast' && !isUnedited(mutant) ? showEdit(code, mutant, paint) : []),
    `  IR against winner ${loser.nearestWinner + 1} (${nearest.levels.join(' ')})`,
    ...indent(cut(diffIr(nearest.ir, loser.ir, paint), mostDiffLines)),
    ...(loser.class === 'malformed'
      ? [paint('red', '  the assembler refuses it'), ...indent([printable(loser.message)])]
      : witnessLines(loser.witness)),
  ]

  function witnessLines({ inputIndex, original, mutant: result }: Witness): string[] {
    const input = inputs[inputIndex]!
    const results = withoutSameStart(
      fieldLines(resultRecord(original, input)),
      fieldLines(resultRecord(result, input)),
      full ? Infinity : mostSameLines,
    )
    return [
      `  witness: input ${inputIndex + 1}`,
      ...indent(cut(inputLines(input, callTexts?.[inputIndex]), mostOutputLines)),
      paint('green', '  original gives'),
      ...indent(results.same),
      ...indent(cut(results.original, mostOutputLines)),
      paint('red', '  loser gives'),
      ...indent(results.same),
      ...indent(cut(results.mutant, mostOutputLines)),
    ]
  }
}

/** What the difficulty is made of, as far as it is known. */
function hardnessText(loser: Loser, inputs: number): string {
  const { lines, tokens } = loser.distance
  const percent = (share: number) => `${(100 * share).toPrecision(2)}%`
  const shownOn = loser.class === 'malformed' ? null : loser.shownOn
  const depth = loser.class === 'ast' ? loser.depth : null
  return [
    tokens === null ? [] : `${percent(tokens)} of the tokens`,
    `${percent(lines)} of the lines differ from the nearest winner`,
    shownOn === null ? [] : `shown by ${shownOn} of ${inputs} inputs`,
    depth === null ? [] : `depth ${depth}`,
  ]
    .flat()
    .join(', ')
}

/** A call as C text where it is known: its values and blocks say the same at greater length. */
function inputLines(input: Input, callText: string | undefined): string[] {
  if (callText === undefined) return fieldLines(inputRecord(input))
  const { stdin } = input
  return [...printable(callText).trimEnd().split('\n'), ...(stdin === '' ? [] : fieldLines({ stdin }))]
}

/** Both results from shortly before their first difference on, when that lies far down; what is left out in words. */
function withoutSameStart(original: string[], mutant: string[], most: number) {
  const different = original.findIndex((line, index) => line !== mutant[index])
  const same = different < 0 ? original.length : different
  if (same <= most) return { same: [], original, mutant }
  const skipped = same - shownSameLines
  return {
    same: [`... ${skipped} same lines (--full shows them)`],
    original: original.slice(skipped),
    mutant: mutant.slice(skipped),
  }
}

export function cutTo(lines: string[], most: number, paint: Palette): string[] {
  const shortened =
    most === Infinity
      ? lines
      : lines.map((line) => (line.length > mostLineLength ? `${line.slice(0, mostLineLength)}...` : line))
  if (lines.length <= most) return shortened
  return [
    ...shortened.slice(0, most),
    paint('dim', `... ${lines.length - most} more lines (--full shows them)`),
  ]
}

export function indent(lines: string[]): string[] {
  return lines.map((line) => `    ${line}`)
}
