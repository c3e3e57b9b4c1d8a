/** Figures of an evaluation as text, for the progress of a run and for what it printed at the end. */
import type { TranslationEvaluation } from '../../train/policy/evaluate-translation.ts'
import type { CompileMeasure } from '../../train/policy/measure-compile.ts'
import type { Evaluation } from '../../train/preference/evaluate-preference.ts'
import type { RunEvaluation } from '../../train/run/events.ts'

/** @example evaluationText(evaluation) // 'accuracy 0.812 (pairs 0.771), margin 3.21 (winners 0.153), winner variance 0.402, loss 0.61 of 601 groups' */
export function evaluationText({ preference, translation, compile }: RunEvaluation): string {
  return [
    ...(preference === undefined ? [] : [preferenceText(preference)]),
    ...(translation === undefined ? [] : [translationText(translation)]),
    ...(compile === undefined ? [] : [compileText(compile)]),
  ].join('; ')
}

function preferenceText(evaluation: Evaluation): string {
  const { accuracy, pairAccuracy, margin, winnerScore, winnerVariance, loss, groups } = evaluation
  return `accuracy ${figure(accuracy)} (pairs ${figure(pairAccuracy)}), ${marginText(margin, winnerScore)}, winner variance ${figure(winnerVariance)}, loss ${figure(loss)} of ${groups} groups`
}

/** With how far the winners have moved: a margin may grow while they fall, if the losers fall further. */
export function marginText(margin: number, winnerScore: number | undefined): string {
  return `margin ${figure(margin)}${winnerScore === undefined ? '' : ` (winners ${figure(winnerScore)})`}`
}

function translationText({ answers, passRate, truncated, unjudged }: TranslationEvaluation): string {
  const without = unjudged === 0 ? '' : `, ${unjudged} not judged`
  return `passed ${figure(passRate)} of ${answers} tasks (truncated ${figure(truncated)}${without})`
}

function compileText({ answers, equalRate, shares, unjudged }: CompileMeasure): string {
  const without = unjudged === 0 ? '' : `, ${unjudged} not judged`
  return `equal IR ${figure(equalRate)} of ${answers} units (malformed ${figure(shares.malformed)}${without})`
}

/** Three significant digits, without an exponent where it would only be in the way. */
export function figure(value: number): string {
  const size = Math.abs(value)
  if (value !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(2)
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1) : value.toFixed(3)
}
