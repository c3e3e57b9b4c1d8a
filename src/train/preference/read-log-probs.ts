/** Sequences in, the summed log-probability of each response out, by forward passes of a limited size. */
import { packByTokens, type Sequence, sequenceTokens, toTokenBatch } from '../data/token-batch.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'

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
  }
  return Float64Array.from(sums)
}
