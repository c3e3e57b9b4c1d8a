/** Groups in, how well a model tells winners from losers out: over all, and by class and operator of the losers. */

import { groupTokens } from '../data/encoded-group.ts'
import { packByTokens, sequencesOf } from '../data/token-batch.ts'
import type { GroupLogProbs } from '../losses/group-scores.ts'
import { roundsOf } from '../tensor-engine/ranks/rounds-of.ts'
import type { Model } from '../tensor-engine/tensor-engine.ts'
import { type GroupMeasure, MEASURES, measureGroup } from './measure-group.ts'
import type { Method } from './method.ts'
import { meanWinnerTokens, type PreparedGroup, withPolicy } from './prepared-group.ts'
import { readLogProbs } from './read-log-probs.ts'

export interface Evaluation extends Figures {
  /** Each group with only its losers of that class, or made by that operator. */
  readonly byClass: Readonly<Record<string, Figures>>
  readonly byOperator: Readonly<Record<string, Figures>>
}

/** Means over the groups. */
export interface Figures extends GroupMeasure {
  readonly groups: number
  readonly loss: number
}

export interface EvaluateOptions {
  readonly packedTokens: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (groupsDone: number) => void
}

/** @param pages the groups, a few at a time; at least one in all */
export async function evaluate(
  model: Pick<Model, 'logProbs' | 'rounds'>,
  pages: AsyncIterable<readonly PreparedGroup[]>,
  method: Method,
  { packedTokens, signal, onProgress }: EvaluateOptions,
): Promise<Evaluation> {
  const all = createMeans()
  const classes = new Map<string, Means>()
  const operators = new Map<string, Means>()
  const { width } = roundsOf(model)
  let done = 0
  for await (const page of pages) {
    for (const groups of packByTokens(page, groupTokens, packedTokens * width)) {
      const sums = await readLogProbs(model, groups.flatMap(sequencesOf), packedTokens, signal)
      let start = 0
      for (const group of groups) {
        const logProbs = withPolicy(group, sums.slice(start, start + group.responses.length))
        start += group.responses.length
        const figuresOf = (part: GroupLogProbs) => ({
          loss: method.loss(part, meanWinnerTokens([group])).loss,
          ...measureGroup(part, method.length),
        })
        all.add(figuresOf(logProbs))
        for (const [by, means] of [
          ['class', classes],
          ['operator', operators],
        ] as const) {
          for (const name of new Set(group.losers.map((loser) => loser[by]))) {
            const part = onlyLosers(logProbs, (i) => group.losers[i]![by] === name)
            const named = means.get(name) ?? createMeans()
            means.set(name, named)
            named.add(figuresOf(part))
          }
        }
      }
      done += groups.length
      onProgress?.(done)
    }
  }
  return { ...all.figures(), byClass: sorted(classes), byOperator: sorted(operators) }
}

/** The group with all winners and only the losers that `keep` takes by their index among the losers. */
function onlyLosers(
  { winners, policy, reference, tokens }: GroupLogProbs,
  keep: (loser: number) => boolean,
): GroupLogProbs {
  const kept = (_: number, i: number) => i < winners || keep(i - winners)
  return {
    winners,
    policy: policy.filter(kept),
    reference: reference.filter(kept),
    tokens: tokens.filter(kept),
  }
}

type Means = ReturnType<typeof createMeans>

function createMeans() {
  const names = ['loss', ...MEASURES] as const
  const sums = Object.fromEntries(names.map((name) => [name, 0])) as Record<(typeof names)[number], number>
  let groups = 0
  return {
    add(figures: typeof sums) {
      groups++
      for (const name of names) sums[name] += figures[name]
    },
    figures(): Figures {
      const means = { ...sums }
      for (const name of names) means[name] = sums[name] / groups
      return { groups, ...means }
    },
  }
}

function sorted(means: ReadonlyMap<string, Means>): Record<string, Figures> {
  return Object.fromEntries(
    [...means].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, m]) => [name, m.figures()]),
  )
}
