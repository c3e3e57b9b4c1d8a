/** Sequences in, the summed log-probability of each response out, by forward passes of a limited size. */
import { packByTokens, type Sequence, sequenceTokens, toTokenBatch } from '../data/token-batch.ts'
import { EngineError, type Model } from '../tensor-engine/tensor-engine.ts'

/** @throws EngineError of the kind `not-finite` where the model's weights give no numbers */
export async function readLogProbs(
  model: Pick<Model, 'logProbs'>,
  sequences: readonly Sequence[],
  maxTokens: number,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const sums: number[] = []
  for (const pack of packByTokens(sequences, sequenceTokens, maxTokens)) {
    const logProbs = await model.logProbs(toTokenBatch(pack), signal === undefined ? {} : { signal })
    sums.push(...logProbs.sums)
    if (!logProbs.sums.every(Number.isFinite)) throw notFinite()
  }
  return Float64Array.from(sums)
}

function notFinite(): EngineError {
  return new EngineError(
    'not-finite',
    'The model gives a log-probability that is no number: its weights hold NaN or infinite values, or overflow in this number type; name another checkpoint, or another engine.numberType.',
  )
}
