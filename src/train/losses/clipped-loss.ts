/**
 * The on-policy loss of sampled tokens, equation (5) of the paper: new, old and reference log-probabilities and
 * advantages in; the loss and its derivative by each new log-probability out.
 */

export interface ClippedLossOptions {
  /** Ratios count up to 1 + clip where that helps, down to 1 - clip where that hurts (PPO's epsilon). */
  readonly clip: number
  /** For negative advantages a token's loss is at most this times the advantage; above 1. Null: no such limit. */
  readonly dualClip: number | null
  /** Weight of `0.5 (log pi - log pi_ref)^2` a token (k2); 0 where the KL is in the reward. */
  readonly klCoefficient: number
}

/** Some of a batch's tokens, one array entry each. */
export interface SampledTokens {
  readonly policy: Float32Array
  /** Of the policy that drew them. */
  readonly old: Float32Array
  /** Undefined where no KL is taken. */
  readonly reference: Float32Array | undefined
  readonly advantages: Float64Array
}

export interface ClippedLoss {
  readonly loss: number
  /** dL/d(log pi) of each token. */
  readonly dLogProbs: Float32Array
  /** Tokens whose ratio was cut off, so that they moved nothing. */
  readonly clipped: number
  /** The sum over the tokens of log pi - log pi_ref; 0 without a reference. */
  readonly kl: number
}

/**
 * The sum over the tokens of `-min(ratio A, clip(ratio) A) + klCoefficient 0.5 (log pi - log pi_ref)^2`, divided by
 * `batchTokens`: every token weighs the same, whichever response or pass it is in.
 *
 * @param batchTokens tokens of the whole batch, of which these are some
 */
export function clippedLoss(
  { policy, old, reference, advantages }: SampledTokens,
  { clip, dualClip, klCoefficient }: ClippedLossOptions,
  batchTokens: number,
): ClippedLoss {
  let loss = 0
  let clipped = 0
  let kl = 0
  const dLogProbs = policy.map((logProb, t) => {
    const advantage = advantages[t]!
    const ratio = Math.exp(logProb - old[t]!)
    const plain = ratio * advantage
    const held = Math.min(Math.max(ratio, 1 - clip), 1 + clip) * advantage
    let gain = Math.min(plain, held)
    let isCut = held < plain
    if (dualClip !== null && advantage < 0 && gain < dualClip * advantage) {
      gain = dualClip * advantage
      isCut = true
    }
    if (isCut) clipped++
    let slope = isCut ? 0 : -plain
    loss -= gain
    if (reference !== undefined) {
      const distance = logProb - reference[t]!
      kl += distance
      loss += klCoefficient * 0.5 * distance ** 2
      slope += klCoefficient * distance
    }
    return slope / batchTokens
  })
  return { loss: loss / batchTokens, dLogProbs, clipped, kl }
}
