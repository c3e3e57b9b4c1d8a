/**
 * Answers with their advantages in; the gradient of their on-policy loss is added up in the model, and what the loss
 * saw comes out. The loss is a mean over the tokens of all answers, so that it does not matter which pass one is in.
 */
import { type Sequence, tokensTogether } from '../data/token-batch.ts'
import { packSequenceRounds, toTokenBatches } from '../data/token-rounds.ts'
import { type ClippedLossOptions, clippedLoss } from '../losses/clipped-loss.ts'
import { roundsOf } from '../tensor-engine/ranks/rounds-of.ts'
import type { LogProbs, Model } from '../tensor-engine/tensor-engine.ts'

export interface LearnedResponse extends Sequence {
  /** Of each token: log pi of the policy that drew it, log pi_ref or undefined, the advantage. */
  readonly old: Float32Array
  readonly reference: Float32Array | undefined
  readonly advantages: Float64Array
}

export interface ReinforceOptions {
  readonly loss: ClippedLossOptions
  /** Of this loss in the step's. */
  readonly weight: number
  readonly packedTokens: number
  readonly signal?: AbortSignal | undefined
}

/** Means over the tokens. */
export interface ReinforceMeasure {
  /** Without the weight. */
  readonly loss: number
  /** Share of tokens whose ratio was cut off. */
  readonly clipShare: number
  /** log pi - log pi_ref; absent without a reference. */
  readonly kl?: number
  /** Of the distributions that tokens were drawn from, in nats. */
  readonly entropy: number
}

/**
 * @param responses of none the loss is 0
 * @throws EngineError; gradients may then be partial, and the caller clears them
 */
export async function accumulateReinforce(
  model: Pick<Model, 'beginPacked' | 'info' | 'rounds'>,
  responses: readonly LearnedResponse[],
  { loss: lossOptions, weight, packedTokens, signal }: ReinforceOptions,
): Promise<ReinforceMeasure> {
  const call = signal === undefined ? {} : { signal }
  const tokens = responses.reduce((sum, { response }) => sum + response.length, 0)
  const sums = { loss: 0, clipped: 0, kl: 0, entropy: 0 }
  const slopesOf = (pack: readonly LearnedResponse[], logProbs: LogProbs) => {
    const slopes = new Float32Array(logProbs.tokens.length)
    for (const [i, { old, reference, advantages }] of pack.entries()) {
      const policy = logProbs.tokens.subarray(logProbs.offsets[i], logProbs.offsets[i + 1])
      const part = clippedLoss({ policy, old, reference, advantages }, lossOptions, tokens)
      slopes.set(
        part.dLogProbs.map((slope) => slope * weight),
        logProbs.offsets[i],
      )
      sums.loss += part.loss
      sums.clipped += part.clipped
      sums.kl += part.kl
    }
    sums.entropy += logProbs.entropies!.reduce((sum, entropy) => sum + entropy, 0)
    return { perToken: slopes }
  }
  const rounds = roundsOf(model)
  const together = tokensTogether(model, packedTokens)
  for (const packs of packSequenceRounds(responses, together, rounds.width)) {
    const passes = await rounds.beginPacked(toTokenBatches(packs), { ...call, entropies: true })
    try {
      const gradients = packs.map(({ items }, rank) => slopesOf(items, passes.logProbs[rank]!))
      await passes.finish(gradients, call)
    } finally {
      await passes.discard()
    }
  }
  return {
    loss: sums.loss,
    clipShare: sums.clipped / Math.max(tokens, 1),
    ...(responses[0]?.reference !== undefined && { kl: sums.kl / tokens }),
    entropy: sums.entropy / Math.max(tokens, 1),
  }
}
