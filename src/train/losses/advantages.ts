/**
 * Rewards of sampled responses in, an advantage for each of their tokens out: REINFORCE++, arXiv 2501.03262, without a
 * critic and without discount. All responses of an optimiser's global batch go in together, for they are normalised
 * together; how the batch is cut into passes later changes nothing.
 */

/**
 * `global`: one response a prompt. The KL to the reference is part of the reward of each token (k1).
 * `baseline`: several responses a prompt, whose mean reward is subtracted first. The KL is a part of the loss (k2).
 */
export const ADVANTAGE_KINDS = ['global', 'baseline'] as const
export type AdvantageKind = (typeof ADVANTAGE_KINDS)[number]

/** `binary` leaves rewards of 0 and 1 as they are; `symmetric` makes them -1 and 1. */
export const REWARD_SHAPES = ['binary', 'symmetric'] as const

export interface AdvantageOptions {
  readonly kind: AdvantageKind
  readonly rewardShape: (typeof REWARD_SHAPES)[number]
  /** Rewards are held within plus and minus this. */
  readonly rewardClip: number
  /** Weight of the KL in the reward; only for `global`. */
  readonly klCoefficient: number
  /** The KL of a token is held within plus and minus this, in nats. */
  readonly klClip: number
}

/** A sampled response, with natural logarithms of probabilities token by token; at least one token. */
export interface ScoredResponse {
  /** Responses to the same prompt have the same. */
  readonly prompt: string
  /** From 0 to 1, earned by the response as a whole. */
  readonly reward: number
  /** Of the policy that drew it. */
  readonly old: Float32Array
  /** Of the reference; undefined where no KL is taken. */
  readonly reference: Float32Array | undefined
}

/**
 * `A_t = sum_{i >= t} (R_i - klCoefficient KL_i)`, where the last token alone has the response's reward, less the mean
 * and divided by the deviation over all tokens of all responses.
 *
 * A batch whose returns are all the same has advantages of 0: there is nothing to learn from it.
 *
 * @returns for each response an advantage a token
 * @example
 * const options = { kind: 'global', rewardShape: 'binary', rewardClip: 10, klCoefficient: 0, klClip: 10 } as const
 * const responses = [1, 0].map((reward, i) => ({ prompt: `${i}`, reward, old: Float32Array.of(-1), reference: undefined }))
 * tokenAdvantages(responses, options) // [[1], [-1]]
 */
export function tokenAdvantages(
  responses: readonly ScoredResponse[],
  options: AdvantageOptions,
): Float64Array[] {
  const shaped = responses.map(({ reward }) => shapeReward(reward, options))
  const baselines = options.kind === 'baseline' ? meansByPrompt(responses, shaped) : shaped.map(() => 0)
  return normalise(
    responses.map((response, i) => tokenReturns(response, shaped[i]! - baselines[i]!, options)),
  )
}

/** @param reward from 0 to 1 */
export function shapeReward(
  reward: number,
  { rewardShape, rewardClip }: Pick<AdvantageOptions, 'rewardShape' | 'rewardClip'>,
): number {
  return clamp(rewardShape === 'symmetric' ? 2 * reward - 1 : reward, rewardClip)
}

/** For each response, the mean reward of those to the same prompt, itself among them. */
function meansByPrompt(responses: readonly ScoredResponse[], rewards: readonly number[]): number[] {
  const byPrompt = Map.groupBy(rewards.keys(), (i) => responses[i]!.prompt)
  return responses.map(({ prompt }) => {
    const members = byPrompt.get(prompt)!
    return members.reduce((sum, i) => sum + rewards[i]!, 0) / members.length
  })
}

/** What is earned from each token on. */
function tokenReturns(
  { old, reference }: ScoredResponse,
  reward: number,
  { kind, klCoefficient, klClip }: AdvantageOptions,
): Float64Array {
  const returns = new Float64Array(old.length)
  let earned = reward
  for (let t = old.length - 1; t >= 0; t--) {
    if (kind === 'global' && reference !== undefined) {
      earned -= klCoefficient * clamp(old[t]! - reference[t]!, klClip)
    }
    returns[t] = earned
  }
  return returns
}

/** Below this the deviation is that of rounding. */
const LEAST_VARIANCE = 1e-8

function normalise(returns: readonly Float64Array[]): Float64Array[] {
  const tokens = sumOf(returns, () => 1)
  const mean = sumOf(returns, (value) => value) / tokens
  const variance = sumOf(returns, (value) => (value - mean) ** 2) / tokens
  const deviation = Math.sqrt(Math.max(variance, LEAST_VARIANCE))
  return returns.map((values) => values.map((value) => (value - mean) / deviation))
}

function sumOf(parts: readonly Float64Array[], term: (value: number) => number): number {
  return parts.reduce((sum, part) => part.reduce((inner, value) => inner + term(value), sum), 0)
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit)
}
