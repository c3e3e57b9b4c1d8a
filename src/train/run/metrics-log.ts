/**
 * Figures in, a JSON line each in metrics.jsonl and the same in TensorBoard's form out. A run that goes on from a
 * checkpoint forgets what it had logged beyond it, so that each step is there once.
 */
import { join } from 'node:path'
import { z } from 'zod'
import type { AnswerMeasure } from '../policy/measure-answers.ts'
import type { Evaluation } from '../preference/evaluate-preference.ts'
import type { RunProgress } from './checkpoints.ts'
import type { EvaluationFigures, RunEvaluation, StepMetrics } from './events.ts'
import { openLinesLog, readLines } from './lines-log.ts'
import { createEventFile } from './tensorboard/event-file.ts'

export interface MetricsLog {
  step(metrics: StepMetrics): void
  evaluation(step: number, evaluation: RunEvaluation): void
}

/** @param resumed where the run goes on; undefined for a new one */
export function openMetricsLog(folder: string, resumed: RunProgress | undefined): MetricsLog {
  const append = openLinesLog(fileIn(folder), resumed)
  const events = createEventFile(join(folder, 'tensorboard'), resumed === undefined ? 0 : resumed.step + 1)

  return {
    step(metrics) {
      append({ kind: 'train', ...metrics })
      const { step, epoch: _epoch, steps: _steps, rollout, onPolicy, ...figures } = metrics
      events.scalars(step, {
        ...prefixed('train', figures),
        ...(onPolicy && {
          ...prefixed('on-policy', onPolicy),
          ...prefixed('on-policy', onPolicy.drawn ?? {}),
        }),
        ...(onPolicy?.drawn && prefixed('on-policy-outcome', onPolicy.drawn.outcomes)),
        ...(rollout && { ...prefixed('seconds', rollout.seconds), ...answerScalars('rollout', rollout) }),
      })
    },
    evaluation(step, { preference, translation, compile }) {
      append({
        kind: 'evaluation',
        step,
        ...preference,
        ...(translation && { translation }),
        ...(compile && { compile }),
      })
      events.scalars(step, {
        ...(preference && preferenceScalars(preference)),
        ...(translation && answerScalars('translation', translation)),
        ...(compile && { ...prefixed('compile', compile), ...prefixed('compile-share', compile.shares) }),
      })
    },
  }
}

function preferenceScalars({ byClass, byOperator, ...figures }: Evaluation): Record<string, number> {
  return {
    ...prefixed('evaluation', figures),
    ...prefixedParts('evaluation-class', byClass),
    ...prefixedParts('evaluation-operator', byOperator),
  }
}

function answerScalars(
  prefix: string,
  { outcomes, byPair, ...figures }: AnswerMeasure,
): Record<string, number> {
  return {
    ...prefixed(prefix, figures),
    ...prefixed(`${prefix}-outcome`, outcomes),
    ...prefixedParts(`${prefix}-pair`, byPair),
  }
}

function prefixedParts(prefix: string, parts: Readonly<Record<string, object>>): Record<string, number> {
  return Object.assign(
    {},
    ...Object.entries(parts).map(([name, part]) => prefixed(`${prefix}-${name}`, part)),
  )
}

const number = () => z.number().optional()
const evaluationSchema = z.looseObject({
  kind: z.literal('evaluation'),
  step: z.int(),
  groups: number(),
  accuracy: number(),
  pairAccuracy: number(),
  margin: number(),
  winnerVariance: number(),
  winnerScore: number(),
  loserScore: number(),
  winnerLogProb: number(),
  loss: number(),
  translation: z.looseObject({ passRate: z.number() }).optional(),
  compile: z.looseObject({ equalRate: z.number() }).optional(),
})

/** The evaluations that are logged, without their parts; none where there is no log. What cannot be read is left out. */
export function readEvaluations(folder: string): EvaluationFigures[] {
  return readLines(fileIn(folder), evaluationSchema).map(
    ({ kind: _kind, byClass: _classes, byOperator: _operators, ...figures }) =>
      figures as unknown as EvaluationFigures,
  )
}

const fileIn = (folder: string) => join(folder, 'metrics.jsonl')

function prefixed(prefix: string, figures: object): Record<string, number> {
  const numbers = Object.entries(figures).filter((entry): entry is [string, number] =>
    Number.isFinite(entry[1]),
  )
  return Object.fromEntries(numbers.map(([name, value]) => [`${prefix}/${name}`, value]))
}
