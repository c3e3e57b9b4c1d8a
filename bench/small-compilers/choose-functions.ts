/**
 * Small functions, shared out by clusters of near-duplicates: what starts a model, what arms learn from, what they are
 * evaluated on while settings are chosen, and what they are tested on once. No cluster has two roles. A number of each
 * and a seed in; the same functions out for the same.
 */
import { clusterSources } from '../../src/audit/cluster-sources.ts'
import { sourceShingles } from '../../src/audit/source-shingles.ts'
import { createRandom } from '../../src/base/random.ts'
import { type Difficulty, makeFunction } from './make-function.ts'

/** `start` is only compiled; the others are the splits of the groups. */
export const ROLES = ['test', 'validation', 'train', 'start'] as const
export type Role = (typeof ROLES)[number]

export interface ChosenFunction {
  readonly text: string
  readonly role: Role
  /** Stands for its cluster of near-duplicates. */
  readonly cluster: number
}

export interface FunctionChoice {
  readonly counts: Readonly<Record<Role, number>>
  readonly seed: number
  /** Of those that are made. */
  readonly difficulty: Difficulty
  /** Functions from elsewhere, which are shared out with those that are made. */
  readonly others: readonly string[]
}

/** A larger cluster would be most of a small split: it only starts the model. */
const LARGEST_HELD_OUT = 8

export function chooseFunctions({ counts, seed, difficulty, others }: FunctionChoice): ChosenFunction[] {
  const wanted = ROLES.reduce((sum, role) => sum + counts[role], 0)
  const texts = new Set(others)
  for (let made = 0; texts.size < wanted; made++) texts.add(makeFunction(`${seed} ${made}`, difficulty))
  const clusters = clustersOf([...texts])
  const left = { ...counts }
  return createRandom(`roles ${seed}`)
    .shuffle(clusters)
    .flatMap(({ cluster, members }) => {
      const fits = (role: Role) =>
        role === 'start' || (members.length <= LARGEST_HELD_OUT && left[role] >= members.length)
      const role = ROLES.find(fits)!
      left[role] -= members.length
      return members.map((text) => ({ text, role, cluster }))
    })
}

function clustersOf(texts: readonly string[]) {
  const shinglesOf = (index: number) => sourceShingles(texts[index]!)
  const roots = clusterSources({ count: texts.length, shinglesOf })
  const byRoot = Map.groupBy(texts.keys(), (index) => roots[index]!)
  return [...byRoot].map(([cluster, indices]) => ({
    cluster,
    members: indices.map((index) => texts[index]!),
  }))
}
