/** Figures of a benchmark in, a table as text out. */
import type { PassEstimate } from '../../base/pass-at-k.ts'
import type { Score } from '../../evaluate/score-results.ts'
import { LANGUAGE_NAMES } from '../../records/language.ts'
import { aligned, passCells, sharePercent } from './pass-table.ts'

/** @param ks in the order in which they are shown */
export function renderScores(scores: readonly Score[], ks: readonly number[]): string[] {
  const shown = ks.filter((k) => scores.some(({ passAt }) => passAt[k] !== undefined))
  const header = [
    'language',
    'problems',
    'judged',
    ...shown.flatMap((k) => [`pass@${k}`, '95 % interval']),
    'best possible',
    'unjudged',
    'missing',
    'cut off',
  ]
  const rows = scores.map((score) => [
    pairName(score),
    String(score.problems),
    String(score.judged),
    ...shown.flatMap((k) => passCells(score.passAt[k])),
    sharePercent((score.problems - score.unanswerable.length) / score.problems),
    ...[score.unjudged, score.unanswered, score.cut].map(String),
  ])
  const average = [
    'average',
    '',
    '',
    ...shown.flatMap((k) => [sharePercent(mean(scores.flatMap(({ passAt }) => passAt[k]?.value ?? []))), '']),
    '',
    '',
    '',
    '',
  ]
  return [
    ...aligned([header, ...rows, ...(scores.length > 1 ? [average] : [])]),
    ...intervalLines(scores),
    ...outcomeLines(scores),
  ]
}

const METHODS: Readonly<Record<PassEstimate['method'], string>> = {
  wilson: "Wilson's formula",
  bootstrap: 'drawing the problems anew',
}

function intervalLines(scores: readonly Score[]): string[] {
  const methods = new Set(scores.flatMap(({ passAt }) => Object.values(passAt).map(({ method }) => method)))
  if (methods.size === 0) return []
  return [`In percent; intervals by ${[...methods].map((method) => METHODS[method]).join(', and by ')}.`]
}

function outcomeLines(scores: readonly Score[]): string[] {
  const kinds = [
    ...new Set(scores.flatMap(({ outcomes }) => Object.keys(outcomes))),
  ].sort() as (keyof Score['outcomes'])[]
  if (kinds.length === 0) return []
  const rows = scores.map((score) => [
    pairName(score),
    ...kinds.map((kind) => String(score.outcomes[kind] ?? 0)),
  ])
  return ['', ...aligned([['verdicts', ...kinds], ...rows])]
}

export function pairName({ source, target }: Pick<Score, 'source' | 'target'>): string {
  return source === null ? LANGUAGE_NAMES[target] : `${LANGUAGE_NAMES[source]} to ${LANGUAGE_NAMES[target]}`
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1)
