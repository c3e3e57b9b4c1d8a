/** Sequences in, the summed log-probability of each response out, by forward passes of a limited size. */
import type { Sequence } from '../data/token-batch.ts'
import { packSequenceRounds, toTokenBatches } from '../data/token-rounds.ts'
import { roundsOf } from '../tensor-engine/ranks/rounds-of.ts'
import { EngineError, type LogProbOptions, type Model } from '../tensor-engine/tensor-engine.ts'

/** @throws EngineError of the kind `not-finite` where the model's weights give no numbers */
export async function readLogProbs(
  model: Pick<Model, 'logProbs' | 'rounds'>,
  sequences: readonly Sequence[],
  maxTokens: number,
  signal?: AbortSignal,
  options: LogProbOptions = {},
): Promise<Float64Array> {
  const rounds = roundsOf(model)
  const sums = new Float64Array(sequences.length)
  for (const packs of packSequenceRounds(sequences, maxTokens, rounds.width)) {
    const found = await rounds.logProbs(toTokenBatches(packs), { ...options, ...(signal && { signal }) })
    for (const [rank, { places }] of packs.entries()) {
      places.forEach((place, i) => {
        sums[place] = found[rank]!.sums[i]!
      })
    }
    if (!found.every((logProbs) => logProbs.sums.every(Number.isFinite))) throw notFinite()
  }
  return sums
}

function notFinite(): EngineError {
  return new EngineError(
    'not-finite',
    'The model gives a log-probability that is no number: its weights hold NaN or infinite values, or overflow in this number type; name another checkpoint, or another engine.numberType.',
  )
}
