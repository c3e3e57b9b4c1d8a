/** What models answered in, the answers to one prompt beside each other out: of each run the last, the others folded. */
import { COLOURS } from '../page/charts/line-chart.ts'
import { type Html, html } from '../page/html.ts'
import type { AnswerSample } from '../train/run/samples-log.ts'
import type { RunView } from './read-run.ts'

/** Prompts that are shown, and characters of a text. */
const MOST_PROMPTS = 40
const MOST_CHARS = 20_000

export function samplesSection(runs: readonly RunView[], colourOf: (run: RunView) => number): Html {
  const prompts = Map.groupBy(
    runs.flatMap((run) => run.samples.map((sample) => ({ run, sample }))),
    ({ sample }) => `${sample.of} ${sample.id}`,
  )
  if (prompts.size === 0) return html``
  const shown = [...prompts.values()].slice(0, MOST_PROMPTS)
  return html`<h2>What the models answer</h2>
${shown.map((given) => {
  const { of, id, prompt } = given[0]!.sample
  const own = runs.flatMap((run) => {
    const samples = given.flatMap((one) => (one.run === run ? [one.sample] : []))
    return samples.length === 0 ? [] : [{ run, samples: samples.toReversed() }]
  })
  return html`<article class="card sample" data-row id="sample-${of}-${id.slice(0, 12)}"><header><h3>${of}</h3><span class="mono soft">${id}</span></header>
<details class="prompt"><summary>Prompt</summary><pre>${cut(prompt)}</pre></details>
<div class="answers">${own.map(
    ({
      run,
      samples: [last, ...earlier],
    }) => html`<section><h4><i class="swatch c${colourOf(run) % COLOURS}"></i>${run.name}</h4>${answer(last!)}
${earlier.length > 0 && html`<details><summary>${earlier.length} earlier</summary>${earlier.map(answer)}</details>`}</section>`,
  )}</div></article>`
})}
${prompts.size > shown.length && html`<p class="note">${prompts.size - shown.length} more prompts are in samples.jsonl.</p>`}`
}

function answer({ step, tokens, ended, verdict, answer: text }: AnswerSample): Html {
  return html`<p class="soft">step ${step}, ${tokens} tokens${!ended && ', cut off'}${verdict && html` · <b class="${verdict.kind === 'passed' || verdict.kind === 'equal' ? 'good' : 'bad'}">${verdict.kind}</b>`}</p><pre>${cut(text)}</pre>`
}

export const cut = (text: string): string =>
  text.length > MOST_CHARS
    ? `${text.slice(0, MOST_CHARS)}\n… ${text.length - MOST_CHARS} more characters`
    : text
