/**
 * The on-policy part of a run's steps: draws a batch of rollouts when a step needs a new one, has it judged, and adds
 * the gradient of its loss. What is drawn follows from the seed, the number of the batch and the weights alone.
 */
import { seedOf } from '../../base/random.ts'
import { UserError } from '../../base/user-error.ts'
import type { RolloutConfig } from '../config/train-config.ts'
import type { BatchOrder } from '../data/batch-order.ts'
import type { TaskSource } from '../data/task-source.ts'
import type { Sequence } from '../data/token-batch.ts'
import { packSequenceRounds, toTokenBatches } from '../data/token-rounds.ts'
import { shapeReward } from '../losses/advantages.ts'
import { roundsOf } from '../tensor-engine/ranks/rounds-of.ts'
import type { LogProbOptions, Model } from '../tensor-engine/tensor-engine.ts'
import { accumulateReinforce, type ReinforceMeasure } from './accumulate-reinforce.ts'
import { type Answer, type DrawnAnswers, type DrawOptions, drawAnswers, type Judged } from './draw-answers.ts'
import { type AnswerMeasure, measureAnswers } from './measure-answers.ts'
import { pairOf, type RewardedTask, type RewardedVerdict } from './rewarded-task.ts'
import { advantageOptions, answersOfStep, type JudgedAnswer, type Rollout, rewardOf } from './rollout.ts'

/** What a step's on-policy part gave. */
export interface RolloutMeasure extends AnswerMeasure, Omit<ReinforceMeasure, 'loss'> {
  /** Of the answers as the advantages take it: shaped and held within its limit. */
  readonly reward: number
  readonly seconds: RolloutSeconds
}

/** Absent where the step took a batch that an earlier one had drawn. */
export interface RolloutSeconds {
  readonly generate?: number
  /** From the first answer's end to the last verdict: most of it while others are drawn. */
  readonly judge?: number
  /** The part of it in which the trainer had nothing else to do. */
  readonly wait?: number
  /** Forward and backward passes over the answers, the reference's too. */
  readonly train: number
}

export interface RolloutResult {
  readonly loss: number
  readonly measure: RolloutMeasure
  /** Of all answers, prompts counted with each. */
  readonly tokens: number
}

export interface Rollouts {
  /** Draws what the step needs, and leaves the judge at work. */
  begin(step: number, signal: AbortSignal | undefined): Promise<BegunStep>
  /** The batch that this step takes another part of, for a checkpoint before it. */
  unfinished(step: number): Rollout | undefined
}

export interface BegunStep {
  /** Waits for the judge, then adds the gradient of the loss. */
  finish(signal: AbortSignal | undefined): Promise<RolloutResult>
  /** Ends the judging of a step that is not finished. */
  cancel(): void
}

export interface RolloutsParts {
  readonly config: RolloutConfig
  /** Of this loss in the step's. */
  readonly weight: number
  readonly model: Model
  /** For the KL; undefined where its coefficient is 0. */
  readonly reference: ReferenceModel | undefined
  readonly source: TaskSource<RewardedTask>
  readonly order: BatchOrder
  readonly drawing: Pick<DrawOptions<RewardedTask, RewardedVerdict>, 'stopTokens' | 'tokenizer' | 'judge'>
  readonly onProgress: (judged: number, answers: number) => void
  /** What a checkpoint kept of a batch that was not used up. */
  readonly unfinished: Rollout | undefined
}

/** A frozen model, or the one that is trained without what was added to it. */
export interface ReferenceModel {
  readonly model: Pick<Model, 'logProbs' | 'rounds'>
  readonly options: LogProbOptions
}

export function createRollouts(parts: RolloutsParts): Rollouts {
  const { config, model, reference, source, order } = parts
  const { steps } = config.rollout
  let current = parts.unfinished

  async function draw(number: number, signal: AbortSignal | undefined): Promise<DrawnRollout> {
    const drawing = await drawAnswers(model, source.load(order.batch(number)), {
      ...config.rollout,
      ...parts.drawing,
      seedOf: ({ id }, sample) => answerSeed(config.seed, number, id, sample),
      onProgress: parts.onProgress,
      signal,
    })
    const startedAt = performance.now()
    try {
      const logProbs =
        reference === undefined
          ? undefined
          : await readTokenLogProbs(reference, drawing.answers, config.engine.packedTokens, signal)
      return { number, drawing, logProbs, referenceSeconds: secondsSince(startedAt) }
    } catch (error) {
      drawing.cancel()
      throw error
    }
  }

  async function learn(rollout: Rollout, part: number, signal: AbortSignal | undefined) {
    const answers = answersOfStep(rollout, config, part)
    const measure = await accumulateReinforce(
      model,
      answers.map(({ prompt, ids, logProbs, ...rest }) => ({
        ...rest,
        prompt,
        response: ids,
        old: logProbs,
      })),
      {
        loss: {
          clip: config.reinforce.clip,
          dualClip: config.reinforce.dualClip,
          klCoefficient: advantageOptions(config).kind === 'baseline' ? config.reinforce.klCoefficient : 0,
        },
        weight: parts.weight,
        packedTokens: config.engine.packedTokens,
        signal,
      },
    )
    return { answers, measure }
  }

  return {
    unfinished: (step) =>
      step % steps > 0 && current?.number === Math.floor(step / steps) ? current : undefined,
    async begin(step, signal) {
      const [number, part] = [Math.floor(step / steps), step % steps]
      if (part > 0 && current?.number !== number)
        throw new Error(`step ${step} has no rollouts to go on with`)
      const drawn = part === 0 ? await draw(number, signal) : undefined
      return {
        cancel: () => drawn?.drawing.cancel(),
        async finish(now) {
          const waitingSince = performance.now()
          const judged = await drawn?.drawing.judged
          const waitSeconds = secondsSince(waitingSince)
          const rollout = drawn === undefined ? current! : toRollout(drawn, judged!)
          const trainingSince = performance.now()
          const { answers, measure } = await learn(rollout, part, now)
          // Kept after the last part too: a step that fails after its gradient is taken again.
          current = rollout
          const { loss, ...figures } = measure
          return {
            loss,
            tokens: answers.reduce((sum, { prompt, ids }) => sum + prompt.length + ids.length, 0),
            measure: {
              ...measureAnswers(answers, part === 0 ? rollout.unjudged : 0),
              reward: meanReward(answers, config),
              ...figures,
              seconds: {
                ...(drawn && {
                  generate: drawn.drawing.generateSeconds,
                  judge: judged!.seconds,
                  wait: waitSeconds,
                }),
                train: (drawn?.referenceSeconds ?? 0) + secondsSince(trainingSince),
              },
            },
          }
        },
      }
    },
  }
}

interface DrawnRollout {
  readonly number: number
  readonly drawing: DrawnAnswers<RewardedTask, RewardedVerdict>
  readonly logProbs: readonly Float32Array[] | undefined
  readonly referenceSeconds: number
}

/** Of a batch of which more could not be judged, hardly what was asked for would be learned. */
export const MOST_UNJUDGED = 0.5

/** @throws UserError where too many answers could not be judged to go on */
function toRollout(
  { number, drawing: { answers }, logProbs }: DrawnRollout,
  { judgements }: Judged<RewardedVerdict>,
): Rollout {
  let reason = ''
  const judged = answers.flatMap(({ task, ...answer }, i) => {
    const { verdict } = judgements[i]!
    if (verdict.kind === 'unjudged') {
      reason ||= verdict.reason
      return []
    }
    return [{ ...answer, task: task.id, pair: pairOf(task), outcome: verdict.kind, reference: logProbs?.[i] }]
  })
  const unjudged = answers.length - judged.length
  if (unjudged > MOST_UNJUDGED * answers.length) {
    throw new UserError(
      `${unjudged} of ${answers.length} answers could not be judged (${reason}); mend that, or leave their languages out of tasks.targets, or their file out of tasks.problems.`,
    )
  }
  return { number, answers: judged, unjudged }
}

/** Independent of all else that is drawn. */
function answerSeed(seed: number, rollout: number, task: string, sample: number): number {
  return seedOf(`answer ${seed} ${rollout} ${task} ${sample}`)
}

async function readTokenLogProbs(
  { model, options }: ReferenceModel,
  answers: readonly Pick<Answer<never>, 'prompt' | 'ids'>[],
  maxTokens: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array[]> {
  const sequences = answers.map(({ prompt, ids }): Sequence => ({ prompt, response: ids }))
  const rounds = roundsOf(model)
  const found = new Array<Float32Array>(sequences.length)
  for (const packs of packSequenceRounds(sequences, maxTokens, rounds.width)) {
    const logProbs = await rounds.logProbs(toTokenBatches(packs), { ...options, ...(signal && { signal }) })
    for (const [rank, { places }] of packs.entries()) {
      const { tokens, offsets } = logProbs[rank]!
      places.forEach((place, i) => {
        found[place] = tokens.slice(offsets[i], offsets[i + 1])
      })
    }
  }
  return found
}

function meanReward(answers: readonly JudgedAnswer[], { reinforce }: RolloutConfig): number {
  const sum = answers.reduce((total, answer) => total + shapeReward(rewardOf(answer), reinforce), 0)
  return sum / Math.max(answers.length, 1)
}

function secondsSince(startedAt: number): number {
  return (performance.now() - startedAt) / 1000
}
