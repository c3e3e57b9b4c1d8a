/**
 * One group: the C source with the edits in place, who its members are, each loser beside the nearest winner with the
 * witness, and the winners whole. Markup alone.
 */
import { fieldLines } from '../../base/field-lines.ts'
import { isUnedited } from '../../group/subject/unedited.ts'
import { COLOURS } from '../../page/charts/line-chart.ts'
import { type Html, html } from '../../page/html.ts'
import type { GroupRecord, Loser, StoredGroup, Winner } from '../../records/group-record.ts'
import type { Input } from '../../records/input.ts'
import { inputRecord, resultRecord } from '../../records/witness-record.ts'
import { SHORT_ID } from '../catalog/catalog.ts'
import type { Filter } from '../catalog/filter.ts'
import { alignIr, cutParts, type DiffRow, type DiffSide, foldRows } from '../code/align-ir.ts'
import { codeLine } from '../code/code-line.ts'
import { type EditedLine, editedLines, type NamedEdit } from '../code/edited-lines.ts'
import { highlightC, highlightIr } from '../code/highlight.ts'
import { difficultyBar } from './list-page.ts'
import type { Site } from './site.ts'

export interface GroupPlace {
  readonly filter?: Filter | undefined
  /** Ids of the groups beside it in the list that it is from. */
  readonly previous?: string | undefined
  readonly next?: string | undefined
}

/** Of a diff or a text: what is longer is cut, and says so. */
const MOST_LINES = 3000
const MOST_OUTPUT_LINES = 400
const MOST_LINE_CHARS = 600
const SHOWN_LINE_CHARS = 200

export function groupPage(site: Site, { group, unit, source }: StoredGroup, place: GroupPlace): Html {
  const origin = [...new Set([source.dataset, source.split, source.row])]
    .filter((part) => part !== '')
    .join(' ')
  const subject = group.subject?.mutant
  const edits: NamedEdit[] = [
    ...(subject ? [{ member: 'centre' as const, edit: subject }] : []),
    ...group.losers.flatMap((loser, member): NamedEdit[] =>
      loser.class === 'ast' && !isUnedited(loser.mutant) ? [{ member, edit: loser.mutant }] : [],
    ),
  ]
  return html`<main>
<nav class="crumbs" aria-label="place">${site.list && html`<a data-up href="${site.list(place.filter, group.id)}">← All groups</a>`}
${place.previous && html`<a rel="prev" href="${site.group(place.previous, place.filter)}">Previous</a>`}
${place.next && html`<a rel="next" href="${site.group(place.next, place.filter)}">Next</a>`}</nav>
<header class="group-head"><div><h1><span class="mono">${unit.name}</span> <span class="soft">${unit.kind}</span></h1>
<p class="soft"><span class="mono">${origin}</span> · licence ${source.license} · <span class="tag split-${group.split}">${group.split}</span></p></div>
${site.prove && html`<div class="prove"><button type="button" data-ask="${site.prove(group.id)}" data-busy="Proving …">Prove it again now</button><span data-told="group" role="status"></span></div>`}</header>
<div class="overview">
<section class="card source-code" aria-label="C source"><header><h3>C source</h3><span class="soft">${edits.length > 0 ? 'edits marked' : 'nothing of it is edited'}</span></header>
${subject && html`<p class="note">The group is about the source with the edit that is marked <b>this group</b>; the source as it is, is one of the losers.</p>`}
<div class="wide"><table class="code">${sourceRows(unit.code, edits)}</table></div></section>
<section class="card members" aria-label="members"><header><h3>Members</h3></header>${memberTable(group)}
<dl class="facts">${facts({ group, unit, source }).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>
</div>
<h2>Losers beside the nearest winner <button type="button" data-folds title="e">Unfold what is equal</button></h2>
${group.losers.map((loser, index) => loserSection(site, loser, index, group))}
<h2>Winners</h2>
${group.winners.map((winner, index) => winnerSection(winner, index))}
</main>`
}

/** How a group is called where there is no place for more. */
export const groupTitle = ({ group, unit }: StoredGroup): string =>
  `${unit.name} ${group.id.slice(0, SHORT_ID)}`

const facts = ({ group, unit }: StoredGroup): readonly (readonly [string, Html])[] => [
  ['id', html`<code>${group.id}</code>`],
  ['inputs', html`${group.inputs.length} stored of ${group.inputsTried} tried`],
  ['edges', html`${group.coverage.edgesReached} of ${group.coverage.edgesTotal} reached`],
  ['seed', html`${group.seed}`],
  ['standard', html`${unit.standard}`],
]

function sourceRows(code: string, edits: readonly NamedEdit[]): Html[] {
  const spans = highlightC(code)
  return editedLines(code, edits).map(
    (
      line,
    ) => html`<tr><td class="line-number">${line.number}</td><td>${sourceLine(line, spans[line.number - 1] ?? [])}</td></tr>
${line.ended.map(({ member, edit }) => {
  const isCentre = member === 'centre'
  return html`<tr class="edit-row"><td></td><td><a class="edit-note ${isCentre ? 'centre' : `c${member % COLOURS}`}" ${!isCentre && html`href="#loser-${member + 1}"`}><b>${isCentre ? 'this group' : `loser ${member + 1}`}</b> ${edit.operator} <del>${shortened(edit.original)}</del> <ins>${edit.replacement.trim() === '' ? '(nothing)' : shortened(edit.replacement)}</ins></a></td></tr>`
})}`,
  )
}

/** A table of numbers may be a line of any length. */
function sourceLine(line: EditedLine, spans: ReturnType<typeof highlightC>[number]): Html {
  if (line.text.length <= MOST_LINE_CHARS || line.covered.length > 0)
    return codeLine(line.text, spans, marksOf(line))
  const shown = line.text.slice(0, SHOWN_LINE_CHARS)
  const rest = line.text.slice(SHOWN_LINE_CHARS)
  return html`${codeLine(
    shown,
    spans.filter(({ end }) => end <= SHOWN_LINE_CHARS),
  )}<details><summary class="soft">${rest.length} more characters</summary>${rest}</details>`
}

/** A small edit lies over a large one that it is in. */
const marksOf = ({ covered }: EditedLine) =>
  covered
    .toSorted((a, b) => b.end - b.start - (a.end - a.start))
    .map(({ start, end, member }) => ({
      start,
      end,
      look: member === 'centre' ? 'edit centre' : `edit c${member % COLOURS}`,
    }))

function shortened(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim()
  return flat.length > 80 ? `${flat.slice(0, 77)}…` : flat
}

function memberTable({ winners, losers }: GroupRecord): Html {
  return html`<table class="member-table"><tbody>
${winners.map((winner, index) => html`<tr><td><i class="swatch winner"></i><a href="#winner-${index + 1}">winner ${index + 1}</a></td><td colspan="2">${winner.levels.join(' ')}${!winner.chosen && html` <span class="soft">not in the group</span>`}</td><td class="number">${lineCount(winner.ir)} lines</td><td class="told" data-told="winner ${index}"></td></tr>`)}
${losers.map((loser, index) => html`<tr class="c${index % COLOURS}"><td><i class="swatch"></i><a href="#loser-${index + 1}">loser ${index + 1}</a></td><td>${operatorText(loser)}${loser.class !== 'ast' && html` <span class="tag">${loser.class}</span>`}</td><td>${loser.level}</td><td class="number">${difficultyBar([loser.difficulty])}</td><td class="told" data-told="loser ${index}"></td></tr>`)}
</tbody></table>`
}

const operatorText = ({ mutant }: Loser): string => (isUnedited(mutant) ? 'source as it is' : mutant.operator)

function loserSection(site: Site, loser: Loser, index: number, group: GroupRecord): Html {
  const { id } = group
  const winner = group.winners[loser.nearestWinner]!
  const where =
    loser.class === 'ast'
      ? `line ${loser.mutant.line}`
      : `winner ${loser.editedWinner + 1}, line ${loser.mutant.line}`
  const edit = loser.mutant
  return html`<article class="card loser c${index % COLOURS}" id="loser-${index + 1}" data-row>
<header><h3><i class="swatch"></i>Loser ${index + 1}</h3><span>${isUnedited(edit) ? 'the source as it is' : html`<b>${edit.operator}</b> on ${where}`}</span>
${!isUnedited(edit) && html`<span class="mono change"><del>${shortened(edit.original)}</del> → <ins>${edit.replacement.trim() === '' ? '(nothing)' : shortened(edit.replacement)}</ins></span>`}
<span class="soft">${hardness(loser, group.inputs.length)}</span>${site.prove && html`<span class="prove"><button type="button" data-ask="${site.prove(id)}" data-busy="Proving …" title="proves the whole group">Prove again</button><span class="told" data-told="loser ${index}"></span></span>`}</header>
${loser.class === 'malformed' ? html`<div class="witness"><section><h4>Why it is refused</h4><pre class="bad">${loser.message}</pre></section></div>` : witness(loser.witness, group)}
${diffTable(alignIr(winner.ir, loser.ir), `winner ${loser.nearestWinner + 1} (${winner.levels.join(' ')})`, `loser ${index + 1} (${loser.level})`)}
</article>`
}

/** What the difficulty is made of, as far as it is known. */
function hardness(loser: Loser, inputs: number): string {
  const { lines, tokens } = loser.distance
  const percent = (share: number) => `${(100 * share).toPrecision(2)}%`
  const shownOn = loser.class === 'malformed' ? null : loser.shownOn
  return [
    `difficulty ${loser.difficulty.toFixed(2)}`,
    `${percent(lines)} of the lines${tokens === null ? '' : ` and ${percent(tokens)} of the tokens`} differ`,
    ...(shownOn === null ? [] : [`shown by ${shownOn} of ${inputs} inputs`]),
  ].join(' · ')
}

function witness(
  { inputIndex, original, mutant }: Exclude<Loser, { class: 'malformed' }>['witness'],
  { inputs, callTexts }: GroupRecord,
): Html {
  const input = inputs[inputIndex]!
  const [left, right] = [original, mutant].map((result) => fieldLines(resultRecord(result, input)))
  const rows = alignIr(`${left!.join('\n')}\n`, `${right!.join('\n')}\n`)
  const side = (name: 'left' | 'right') =>
    html`<pre>${cut(
      rows.flatMap((row) => (row[name] === undefined ? [] : [{ row, own: row[name] }])),
      MOST_OUTPUT_LINES,
      ({ row, own }) => (row.kind === 'same' ? html`${own.text}\n` : html`<mark>${own.text}</mark>\n`),
    )}</pre>`
  return html`<div class="witness"><section><h4>Witness: input ${inputIndex + 1}</h4><pre>${cut(inputLines(input, callTexts?.[inputIndex]), MOST_OUTPUT_LINES, (line) => html`${line}\n`)}</pre></section>
<section><h4><i class="swatch winner"></i>The original gives</h4>${side('left')}</section>
<section><h4><i class="swatch"></i>The loser gives</h4>${side('right')}</section></div>`
}

/** A call as C text where it is known: its values and blocks say the same at greater length. */
function inputLines(input: Input, callText: string | undefined): string[] {
  if (callText === undefined) return fieldLines(inputRecord(input))
  return [
    ...callText.trimEnd().split('\n'),
    ...(input.stdin === '' ? [] : fieldLines({ stdin: input.stdin })),
  ]
}

function diffTable(rows: readonly DiffRow[], left: string, right: string): Html {
  const { parts, leftOut } = cutParts(foldRows(rows), MOST_LINES)
  return html`<div class="wide"><table class="code diff"><colgroup><col class="numbers"><col><col class="numbers"><col></colgroup><thead><tr><th colspan="2">${left}</th><th colspan="2">${right}</th></tr></thead>
${parts.map(({ isFolded, rows: own, leftOut: more }) =>
  isFolded
    ? html`<tbody><tr class="fold"><td colspan="4"><details data-fold><summary>${own.length + more} equal lines</summary><table class="code diff"><colgroup><col class="numbers"><col><col class="numbers"><col></colgroup><tbody>${own.map(diffRow)}</tbody></table>${more > 0 && html`<p class="note">… ${more} more</p>`}</details></td></tr></tbody>`
    : html`<tbody>${own.map(diffRow)}</tbody>`,
)}</table></div>${leftOut > 0 && html`<p class="note">${leftOut} more lines; <code>gepo show --full</code> has them.</p>`}`
}

function diffRow({ kind, left, right }: DiffRow): Html {
  return html`<tr class="${kind}">${diffSide(left, 'left')}${diffSide(right, 'right')}</tr>`
}

function diffSide(side: DiffSide | undefined, name: 'left' | 'right'): Html {
  if (side === undefined) return html`<td class="line-number"></td><td class="none"></td>`
  const marks = side.changes.map((change) => ({ ...change, look: 'word' }))
  return html`<td class="line-number">${side.number}</td><td class="${name}">${codeLine(side.text, highlightIr(side.text), marks)}</td>`
}

function winnerSection({ ir, levels, chosen }: Winner, index: number): Html {
  const lines = ir.trimEnd().split('\n')
  return html`<details class="card winner" id="winner-${index + 1}"><summary><i class="swatch winner"></i>Winner ${index + 1} <span class="soft">${levels.join(' ')} · ${lines.length} lines${!chosen && ' · not in the group'}</span></summary>
<div class="wide"><table class="code">${cut(
    lines.map((text, at) => ({ text, at })),
    MOST_LINES,
    ({ text, at }) =>
      html`<tr><td class="line-number">${at + 1}</td><td>${codeLine(text, highlightIr(text))}</td></tr>`,
  )}</table></div></details>`
}

const lineCount = (text: string) => text.trimEnd().split('\n').length

/** The first ones; how many more there are in words. */
function cut<Item>(items: readonly Item[], most: number, show: (item: Item) => Html): Html[] {
  const shown = items.slice(0, most).map(show)
  return items.length > most ? [...shown, html`… ${items.length - most} more`] : shown
}
