/**
 * log pi_ref of every response. They are constants, so they are computed once by the frozen model, which is closed
 * before the policy is opened, and kept in the cache for every later run on the same model and texts: no second
 * model is in memory while training. What is interrupted goes on where it stopped.
 */
import { createHash } from 'node:crypto'
import { damagedCache, type TrainingCache } from '../../store/training-cache.ts'
import type { EncodedGroup } from '../data/encoded-group.ts'
import type { GroupSource } from '../data/group-source.ts'
import { type Sequence, sequencesOf } from '../data/token-batch.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import { readLogProbs } from './read-log-probs.ts'

export interface ReferenceOptions {
  readonly cache: TrainingCache
  /** Of the reference model and its computation. */
  readonly modelKey: string
}

export interface ComputeOptions extends ReferenceOptions {
  readonly maxTokens: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (groupsDone: number, groups: number) => void
}

/** Groups whose log-probabilities each rank computes between two writes to the cache. */
const PAGE = 16

/**
 * Computes what the cache lacks.
 * @param openModel called only if something is missing; the model is closed again
 */
export async function computeReferenceLogProbs(
  sources: readonly GroupSource[],
  openModel: () => Promise<Model>,
  { cache, modelKey, maxTokens, signal, onProgress }: ComputeOptions,
): Promise<void> {
  const ids = (source: GroupSource) =>
    source.ids.filter((id) => cache.survey(doneKey(modelKey, source, id)) === undefined)
  const missing = sources.map((source) => ({ source, ids: ids(source) }))
  const total = missing.reduce((sum, part) => sum + part.ids.length, 0)
  if (total === 0) return

  let done = 0
  let model: Model | undefined
  try {
    for (const part of missing) {
      for (let start = 0; start < part.ids.length; ) {
        signal?.throwIfAborted()
        const page = part.ids.slice(start, start + PAGE * (model?.rounds?.width ?? 1))
        start += page.length
        const sequences = (await part.source.load(page)).flatMap(sequencesOf)
        const fresh = sequences.filter(
          (sequence) => cache.logProb(sequenceKey(modelKey, sequence)) === undefined,
        )
        if (fresh.length > 0) {
          model ??= await openModel()
          const sums = await readLogProbs(model, fresh, maxTokens, signal)
          cache.saveLogProbs(fresh.map((sequence, i) => [sequenceKey(modelKey, sequence), sums[i]!]))
        }
        cache.saveSurveys(page.map((id) => [doneKey(modelKey, part.source, id), 'true']))
        done += page.length
        onProgress?.(done, total)
      }
    }
  } finally {
    await model?.close()
  }
}

/** log pi_ref of the group's responses. They must have been computed before. */
export function lookUpReference({ cache, modelKey }: ReferenceOptions, group: EncodedGroup): Float64Array {
  return Float64Array.from(sequencesOf(group), (sequence) => {
    const logProb = cache.logProb(sequenceKey(modelKey, sequence))
    if (logProb === undefined)
      throw damagedCache(cache, `it lacks the reference's log-probability of group ${group.id}`)
    return logProb
  })
}

function sequenceKey(modelKey: string, { prompt, response }: Sequence): Buffer {
  const hash = createHash('sha256').update(`log-prob ${modelKey} ${prompt.length} `)
  for (const ids of [prompt, response])
    hash.update(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength))
  return hash.digest()
}

function doneKey(modelKey: string, source: GroupSource, id: string): Buffer {
  return createHash('sha256').update(`reference ${modelKey} ${source.scope} ${id}`).digest()
}
