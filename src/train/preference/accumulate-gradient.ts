/**
 * A batch of groups in; its mean loss's gradient is added up in the model, and what the loss saw comes out.
 *
 * A loss of a group reaches the weights only through one number a response, dL/d(log pi(y|q)), which takes nothing
 * but all responses' log-probabilities. So there are two exact ways, and they give the same gradient:
 * - packed: one forward pass over several groups, the derivatives, then that pass's backward pass;
 * - serial, for a group beyond `packedTokens`: a forward pass for the log-probabilities alone, the derivatives, then
 *   forward and backward over a few responses at a time. Memory is that of the largest response, whatever the group.
 *   This does away with the limitation of the paper's Appendix C.
 * What need not be in one pass goes together only as far as nothing is computed a second time for it.
 */
import { groupTokens } from '../data/encoded-group.ts'
import { sequencesOf, tokensTogether, toTokenBatch } from '../data/token-batch.ts'
import { type Packed, packRounds, packSequenceRounds, toTokenBatches } from '../data/token-rounds.ts'
import type { GroupLogProbs } from '../losses/group-scores.ts'
import { roundsOf } from '../tensor-engine/ranks/rounds-of.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import type { Method } from './method.ts'
import { meanWinnerTokens, type PreparedGroup, withPolicy } from './prepared-group.ts'
import { readLogProbs } from './read-log-probs.ts'

/** What one group gave. */
export interface GroupStep {
  readonly loss: number
  readonly logProbs: GroupLogProbs
}

export interface AccumulateOptions {
  readonly packedTokens: number
  /** Of this loss in the step's; the results are without it. Default 1. */
  readonly weight?: number
  readonly signal?: AbortSignal
}

/**
 * @returns results in the order of the groups
 * @throws EngineError; gradients may then be partial, and the caller clears them
 */
export async function accumulateGradient(
  model: Model,
  groups: readonly PreparedGroup[],
  method: Method,
  { packedTokens, weight = 1, signal }: AccumulateOptions,
): Promise<GroupStep[]> {
  const call = signal === undefined ? {} : { signal }
  const batchMeanTokens = meanWinnerTokens(groups)
  const together = tokensTogether(model, packedTokens)
  const lossOf = (group: PreparedGroup, policy: Float64Array) => {
    const logProbs = withPolicy(group, policy)
    const { loss, dLogProbs } = method.loss(logProbs, batchMeanTokens)
    return { result: { loss, logProbs }, slopes: dLogProbs.map((slope) => (weight * slope) / groups.length) }
  }

  async function packed(packs: readonly Packed<PreparedGroup>[]): Promise<void> {
    const batches = packs.map(({ items }) => toTokenBatch(items.flatMap(sequencesOf)))
    const passes = await rounds.beginPacked(batches, call)
    try {
      const gradients = packs.map(({ items }, rank) => {
        const losses = splitByGroup(items, passes.logProbs[rank]!.sums).map((policy, i) =>
          lossOf(items[i]!, policy),
        )
        losses.forEach(({ result }, i) => {
          results.set(items[i]!, result)
        })
        return { perSequence: concat(losses.map(({ slopes }) => slopes)) }
      })
      await passes.finish(gradients, call)
    } finally {
      await passes.discard()
    }
  }

  async function serial(group: PreparedGroup): Promise<void> {
    const sequences = sequencesOf(group)
    const policy = await readLogProbs(model, sequences, packedTokens, signal)
    const { result, slopes } = lossOf(group, policy)
    const weighted = sequences.map((sequence, i) => ({ ...sequence, slope: slopes[i]! }))
    for (const packs of packSequenceRounds(weighted, together, rounds.width)) {
      const gradients = packs.map(({ items }) => ({
        perSequence: Float64Array.from(items, ({ slope }) => slope),
      }))
      await rounds.backward(toTokenBatches(packs), gradients, call)
    }
    results.set(group, result)
  }

  const rounds = roundsOf(model)
  const results = new Map<PreparedGroup, GroupStep>()
  for (const run of splitAround(groups, (group) => groupTokens(group) > packedTokens)) {
    if (groupTokens(run[0]!) > packedTokens) await serial(run[0]!)
    else for (const packs of packRounds(run, groupTokens, together, rounds.width)) await packed(packs)
  }
  return groups.map((group) => results.get(group)!)
}

/** Items that stand alone, and those between them together. */
function splitAround<Item>(items: readonly Item[], standsAlone: (item: Item) => boolean): Item[][] {
  const runs: Item[][] = []
  let isOpen = false
  for (const item of items) {
    const alone = standsAlone(item)
    if (isOpen && !alone) runs.at(-1)!.push(item)
    else runs.push([item])
    isOpen = !alone
  }
  return runs
}

function splitByGroup(groups: readonly PreparedGroup[], sums: Float64Array): Float64Array[] {
  let start = 0
  return groups.map(({ responses }) => {
    const part = sums.slice(start, start + responses.length)
    start += responses.length
    return part
  })
}

function concat(parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]))
}
