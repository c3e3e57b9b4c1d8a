/** What models wrote while they were trained and the judge of IR found wrong in, the newest with their proof out. */
import { fieldLines } from '../base/field-lines.ts'
import { printable } from '../base/printable.ts'
import { COLOURS } from '../page/charts/line-chart.ts'
import { type Html, html } from '../page/html.ts'
import type { OwnAnswer } from '../records/own-answer.ts'
import { inputRecord, resultRecord } from '../records/witness-record.ts'
import type { RunView } from './read-run.ts'
import { cut } from './samples.ts'

export function mistakesSection(runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  const own = runs.flatMap((run) => (run.ownAnswers === undefined ? [] : [{ run, ...run.ownAnswers }]))
  if (own.length === 0) return html``
  return html`<h2>The models' own answers in their groups</h2>
${own.map(
  ({ run, tally, mistakes }) => html`<h3><i class="swatch c${colourOf(run) % COLOURS}"></i>${run.name}</h3>
<p class="soft">${tally.map(({ kind, role, count }, at) => html`${at > 0 && ', '}${count} ${kind} (${ROLES[role]})`)}</p>
${mistakes.map(mistake)}`,
)}`
}

const ROLES: Readonly<Record<OwnAnswer['role'], string>> = {
  winner: 'winners',
  loser: 'losers',
  none: 'left out',
}

function mistake({ group, unit, level, step, prompt, answer, verdict }: OwnAnswer): Html {
  return html`<article class="card sample" data-row><header><h3>${printable(unit.name)}${level !== null && ` at ${level}`}</h3><span class="soft">after ${step} steps · <b class="bad">${verdict.kind}</b></span><span class="mono soft">${group.slice(0, 12)}</span></header>
<details class="prompt"><summary>C code</summary><pre>${cut(prompt)}</pre></details>
<div class="answers"><section><h4>The answer</h4><pre>${cut(answer)}</pre></section><section><h4>What shows it</h4><pre>${cut(proofOf(verdict))}</pre></section></div></article>`
}

function proofOf(verdict: OwnAnswer['verdict']): string {
  if (verdict.kind !== 'differs') {
    const { kind: _, ...details } = verdict
    return fieldLines(details).join('\n')
  }
  const { input, original, answer } = verdict.witness
  return [
    ...fieldLines(inputRecord(input)),
    '',
    'the C gives',
    ...fieldLines(resultRecord(original, input)),
    '',
    'the answer gives',
    ...fieldLines(resultRecord(answer, input)),
  ].join('\n')
}
