/**
 * A batch of rollouts: answers with what they earned, as optimiser steps take them, and as a checkpoint keeps them
 * between the steps that they are shared out to.
 */
import { z } from 'zod'
import { createRandom } from '../../base/random.ts'
import type { RolloutConfig } from '../config/train-config.ts'
import { type AdvantageOptions, type ScoredResponse, tokenAdvantages } from '../losses/advantages.ts'
import type { Answer } from './draw-answers.ts'
import { isRight, type Outcome } from './rewarded-task.ts'

export interface JudgedAnswer extends Omit<Answer<never>, 'task'> {
  /** The task's id. */
  readonly task: string
  /** Both languages, as in `python to bash`. */
  readonly pair: string
  readonly outcome: Outcome
  /** log pi_ref of each id; undefined where no KL is taken. */
  readonly reference: Float32Array | undefined
}

export interface Rollout {
  /** Counted from 0. */
  readonly number: number
  /** Those that could be judged. */
  readonly answers: readonly JudgedAnswer[]
  readonly unjudged: number
}

/** An answer with an advantage for each of its ids. */
export interface LearnedAnswer extends JudgedAnswer {
  readonly advantages: Float64Array
}

/**
 * Equation (4): 1 for an answer in the form that was asked for whose program passes every test, else 0. And 1 for IR that
 * the judge of IR calls equal.
 */
export function rewardOf({ outcome }: Pick<JudgedAnswer, 'outcome'>): number {
  return isRight(outcome) ? 1 : 0
}

export function advantageOptions({ reinforce, rollout }: RolloutConfig): AdvantageOptions {
  const { advantages, rewardShape, rewardClip, klCoefficient, klClip } = reinforce
  const kind = advantages === 'auto' ? (rollout.samples === 1 ? 'global' : 'baseline') : advantages
  return { kind, rewardShape, rewardClip, klCoefficient, klClip }
}

/**
 * The answers that a step learns from: advantages are taken over the whole batch, then it is shared out by chance.
 * Where many could not be judged, a step may be left without any.
 *
 * @param part which of the `rollout.steps` steps, from 0
 */
export function answersOfStep(rollout: Rollout, config: RolloutConfig, part: number): LearnedAnswer[] {
  const { answers } = rollout
  const advantages = tokenAdvantages(answers.map(scored), advantageOptions(config))
  const learned = answers.map((answer, i) => ({ ...answer, advantages: advantages[i]! }))
  const { steps } = config.rollout
  if (steps === 1) return learned
  const shuffled = createRandom(`parts of rollout ${config.seed} ${rollout.number}`).shuffle(learned)
  const bound = (i: number) => Math.round((i * shuffled.length) / steps)
  return shuffled.slice(bound(part), bound(part + 1))
}

function scored(answer: JudgedAnswer): ScoredResponse {
  const { task, logProbs, reference } = answer
  return { prompt: task, reward: rewardOf(answer), old: logProbs, reference }
}

const numbers = z.array(z.number())
const savedSchema = z.strictObject({
  form: z.literal(1),
  number: z.int(),
  unjudged: z.int(),
  answers: z.array(
    z.strictObject({
      task: z.string(),
      sample: z.int(),
      pair: z.string(),
      outcome: z.string().transform((kind) => kind as Outcome),
      prompt: numbers.transform((ids) => Int32Array.from(ids)),
      ids: numbers.transform((ids) => Int32Array.from(ids)),
      // Every float32 is a double, and every double is read as it was written.
      logProbs: numbers.transform((values) => Float32Array.from(values)),
      reference: numbers
        .nullable()
        .transform((values) => (values === null ? undefined : Float32Array.from(values))),
    }),
  ),
})

export function encodeRollout({ number, unjudged, answers }: Rollout): string {
  const plain = answers.map(({ task, sample, pair, outcome, prompt, ids, logProbs, reference }) => ({
    task,
    sample,
    pair,
    outcome,
    prompt: [...prompt],
    ids: [...ids],
    logProbs: [...logProbs],
    reference: reference === undefined ? null : [...reference],
  }))
  return JSON.stringify({ form: 1, number, unjudged, answers: plain })
}

/** @throws where it is not what {@link encodeRollout} gave */
export function decodeRollout(text: string): Rollout {
  const { number, unjudged, answers } = savedSchema.parse(JSON.parse(text))
  return { number, unjudged, answers }
}
