/**
 * Figures in, a JSON line each in metrics.jsonl and the same in TensorBoard's form out. A run that goes on from a
 * checkpoint forgets what it had logged beyond it, so that each step is there once.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import type { AnswerMeasure } from '../policy/measure-answers.ts'
import type { Evaluation } from '../preference/evaluate-preference.ts'
import type { RunProgress } from './checkpoints.ts'
import type { EvaluationFigures, RunEvaluation, StepMetrics } from './events.ts'
import { createEventFile } from './tensorboard/event-file.ts'

export interface MetricsLog {
  step(metrics: StepMetrics): void
  evaluation(step: number, evaluation: RunEvaluation): void
}

/** @param resumed where the run goes on; undefined for a new one */
export function openMetricsLog(folder: string, resumed: RunProgress | undefined): MetricsLog {
  const file = fileIn(folder)
  const lines = resumed === undefined || !existsSync(file) ? [] : readFileSync(file, 'utf8').split('\n')
  const kept = resumed === undefined ? [] : lines.filter((line) => isKept(line, resumed))
  writeFileAtomically(file, kept.map((line) => `${line}\n`).join(''))
  const events = createEventFile(join(folder, 'tensorboard'), resumed === undefined ? 0 : resumed.step + 1)
  const append = (line: Record<string, unknown>) => appendFileSync(file, `${JSON.stringify(line)}\n`)

  return {
    step(metrics) {
      append({ kind: 'train', ...metrics })
      const { step, epoch: _epoch, steps: _steps, rollout, ...figures } = metrics
      events.scalars(step, {
        ...prefixed('train', figures),
        ...(rollout && { ...prefixed('seconds', rollout.seconds), ...answerScalars('rollout', rollout) }),
      })
    },
    evaluation(step, { preference, translation }) {
      append({ kind: 'evaluation', step, ...preference, ...(translation && { translation }) })
      events.scalars(step, {
        ...(preference && preferenceScalars(preference)),
        ...(translation && answerScalars('translation', translation)),
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

/** The evaluations that are logged, without their parts; none where there is no log. */
export function readEvaluations(folder: string): EvaluationFigures[] {
  if (!existsSync(fileIn(folder))) return []
  const lines = readFileSync(fileIn(folder), 'utf8').split('\n')
  return lines
    .filter((line) => line.startsWith('{"kind":"evaluation"'))
    .map((line) => {
      const { kind: _kind, byClass: _classes, byOperator: _operators, ...figures } = JSON.parse(line)
      return figures
    })
}

const fileIn = (folder: string) => join(folder, 'metrics.jsonl')

/** A line that was half written when its process died is no JSON, and is of a step that will come again. */
function isKept(line: string, resumed: RunProgress): boolean {
  try {
    const { kind, step } = JSON.parse(line) as { kind: string; step: number }
    return (
      step < resumed.step || (step === resumed.step && (kind === 'train' || resumed.evaluatedAt === step))
    )
  } catch {
    return false
  }
}

function prefixed(prefix: string, figures: object): Record<string, number> {
  const numbers = Object.entries(figures).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  )
  return Object.fromEntries(numbers.map(([name, value]) => [`${prefix}/${name}`, value]))
}
