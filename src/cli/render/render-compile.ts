/** Figures of a model's IR in, tables as text out. */
import type { PassEstimate } from '../../base/pass-at-k.ts'
import type { CompileEvaluation } from '../../evaluate/evaluate-compile.ts'
import {
  COMPILE_OUTCOMES,
  type CompileMeasure,
  type CompileOutcome,
  type CompilePart,
} from '../../train/policy/measure-compile.ts'
import { aligned, passCells, sharePercent } from './pass-table.ts'

/** @returns lines that end with a line end */
export function renderCompile({ greedy, drawn }: Pick<CompileEvaluation, 'greedy' | 'drawn'>): string {
  const estimates = [greedy, ...(drawn ? [drawn] : [])].flatMap(({ passAt }) => Object.values(passAt))
  return [
    ...block('likeliest answer', greedy),
    ...(drawn === undefined ? [] : ['', ...block('answers drawn', drawn)]),
    '',
    `Shares in percent; intervals of 95 in 100 by ${[...new Set(estimates.map(({ method }) => METHODS[method]))].join(', and by ')}.`,
    ...unjudgedLines(greedy.unjudged + (drawn?.unjudged ?? 0)),
    '',
  ].join('\n')
}

const METHODS: Readonly<Record<PassEstimate['method'], string>> = {
  wilson: "Wilson's formula",
  bootstrap: 'drawing C files anew',
}

function block(title: string, measure: CompileMeasure): string[] {
  const parts: [string, CompilePart][] = [
    ['all', measure],
    ...prefixed('level', measure.byLevel),
    ...prefixed('kind', measure.byKind),
    ...prefixed('lines', measure.byLines),
  ]
  const ks = Object.keys(measure.passAt).map(Number)
  const seen = COMPILE_OUTCOMES.filter((outcome) => ALWAYS.includes(outcome) || measure.shares[outcome] > 0)
  return aligned([
    [title, 'answers', ...ks.flatMap((k) => [`pass@${k}`, 'interval']), ...seen],
    ...parts.map(([name, { answers, passAt, shares }]) => [
      name,
      String(answers),
      ...ks.flatMap((k) => passCells(passAt[k])),
      ...seen.map((outcome) => sharePercent(shares[outcome])),
    ]),
  ])
}

/** What one looks for even where there is none. */
const ALWAYS: readonly CompileOutcome[] = ['equal', 'differs', 'undefined', 'malformed']

const prefixed = (by: string, parts: Readonly<Record<string, CompilePart>>): [string, CompilePart][] =>
  Object.entries(parts).map(([name, part]) => [`${by} ${name}`, part])

const unjudgedLines = (unjudged: number): string[] =>
  unjudged === 0 ? [] : [`${unjudged} answers could not be judged; they are in no figure.`]
