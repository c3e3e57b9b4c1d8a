/**
 * Groups in, how well their labels can be told from IR text alone out: a classifier that never sees a prompt is
 * trained on the train split and tried on the others. 0.5 is the aim; what is above comes from style, not from truth.
 *
 * Memory: five bytes for each distinct n-gram of a text, about 0.2 GB for 6,000 groups, three times that while it grows.
 */

import { irTokens, type NameTreatment } from '../compile/ir-tokens.ts'
import type { Split } from '../records/split.ts'
import type { AuditGroup } from '../store/audit-rows.ts'
import { type Classifier, classify, trainClassifier } from './logistic-regression.ts'
import { type Estimate, rocAuc, type Scored, withinGroupAuc } from './roc-auc.ts'
import { createFeatureBuilder, type FeatureMatrix, forEachNgram } from './text-features.ts'

export interface Artefacts {
  readonly trainedOn: { readonly groups: number; readonly winners: number; readonly losers: number }
  readonly train: Ranking
  readonly validation: Ranking
  readonly test: Ranking
  /** Validation and test together. */
  readonly heldOut: Ranking
  /** n-grams that speak most for a winner, and for a loser. */
  readonly winnerFeatures: readonly Feature[]
  readonly loserFeatures: readonly Feature[]
}

export interface Ranking {
  readonly groups: number
  readonly winners: number
  readonly losers: number
  /** How often a random loser is taken for one rather than a random winner; absent without both. */
  readonly auc?: Estimate
  /** The same among members of one group, each group counting once. */
  readonly withinGroup?: Estimate
}

export interface Feature {
  /** Tokens with blanks between them, line ends as a pilcrow. */
  readonly ngram: string
  /** Log-odds of a loser, in a text that consists of this n-gram. */
  readonly weight: number
  /** Shares of the train split's winners and losers that have it. */
  readonly winners: number
  readonly losers: number
}

export interface ArtefactSearch {
  /** Called twice; the same groups in the same order. */
  readonly groups: () => Iterable<Pick<AuditGroup, 'split' | 'winners' | 'losers'>>
  readonly names: NameTreatment
  readonly seed: number
}

const FEATURES = 10

/** `undefined` where the train split has no winner or no loser to learn from. */
export function findArtefacts({ groups, names, seed }: ArtefactSearch): Artefacts | undefined {
  const members = readMembers(groups(), names)
  const trainRows = rowsOf(members, ['train'])
  const training = describeRows(members, trainRows)
  if (training.winners === 0 || training.losers === 0) return undefined
  const classifier = trainClassifier({ ...members, rows: trainRows })
  const rank = (...splits: Split[]): Ranking => {
    const rows = rowsOf(members, splits)
    const scored: Scored = {
      scores: classify(classifier, members.matrix, rows),
      labels: Uint8Array.from(rows, (row) => members.labels[row]!),
      groups: Uint32Array.from(rows, (row) => members.groups[row]!),
    }
    const auc = rocAuc(scored, seed)
    const withinGroup = withinGroupAuc(scored, seed)
    return { ...describeRows(members, rows), ...(auc && { auc }), ...(withinGroup && { withinGroup }) }
  }
  return {
    trainedOn: training,
    train: rank('train'),
    validation: rank('validation'),
    test: rank('test'),
    heldOut: rank('validation', 'test'),
    ...tellingFeatures(classifier, training, groups(), names),
  }
}

interface Members {
  readonly matrix: FeatureMatrix
  /** By row: 1 for a loser. */
  readonly labels: Uint8Array
  readonly groups: Uint32Array
  /** By group. */
  readonly splits: readonly Split[]
}

function readMembers(groups: ReturnType<ArtefactSearch['groups']>, names: NameTreatment): Members {
  const features = createFeatureBuilder()
  const labels: number[] = []
  const groupOfRow: number[] = []
  const splits: Split[] = []
  for (const { split, winners, losers } of groups) {
    for (const [label, side] of [winners, losers].entries()) {
      for (const { ir } of side) {
        features.addRow(irTokens(ir, names))
        labels.push(label)
        groupOfRow.push(splits.length)
      }
    }
    splits.push(split)
  }
  return {
    matrix: features.build(),
    labels: Uint8Array.from(labels),
    groups: Uint32Array.from(groupOfRow),
    splits,
  }
}

const rowsOf = ({ labels, groups, splits }: Members, wanted: readonly Split[]): Uint32Array =>
  Uint32Array.from(labels.keys()).filter((row) => wanted.includes(splits[groups[row]!]!))

function describeRows({ labels, groups }: Members, rows: Uint32Array) {
  const losers = rows.reduce((sum, row) => sum + labels[row]!, 0)
  return {
    groups: new Set(Array.from(rows, (row) => groups[row]!)).size,
    winners: rows.length - losers,
    losers,
  }
}

/** A bucket's name is the n-gram that falls into it most often. */
function tellingFeatures(
  { weights }: Classifier,
  training: Artefacts['trainedOn'],
  groups: ReturnType<ArtefactSearch['groups']>,
  names: NameTreatment,
): Pick<Artefacts, 'winnerFeatures' | 'loserFeatures'> {
  const ascending = Uint32Array.from(weights.keys()).sort((a, b) => weights[a]! - weights[b]! || a - b)
  const forWinner = [...ascending.subarray(0, FEATURES)].filter((bucket) => weights[bucket]! < 0)
  const forLoser = [...ascending.subarray(-FEATURES)].reverse().filter((bucket) => weights[bucket]! > 0)
  const seen = new Map(
    [...forWinner, ...forLoser].map((bucket) => [
      bucket,
      { ngrams: new Map<string, number>(), texts: [0, 0] },
    ]),
  )
  for (const { split, winners, losers } of groups) {
    if (split !== 'train') continue
    for (const [label, side] of [winners, losers].entries()) {
      for (const { ir } of side) {
        const tokens = irTokens(ir, names)
        const inText = new Set<number>()
        forEachNgram(tokens, (bucket, start, length) => {
          const ngrams = seen.get(bucket)?.ngrams
          if (ngrams === undefined) return
          inText.add(bucket)
          const ngram = tokens
            .slice(start, start + length)
            .join(' ')
            .replaceAll('\n', '¶')
          ngrams.set(ngram, (ngrams.get(ngram) ?? 0) + 1)
        })
        for (const bucket of inText) seen.get(bucket)!.texts[label]!++
      }
    }
  }
  const describe = (bucket: number): Feature => {
    const { ngrams, texts } = seen.get(bucket)!
    const [ngram] = [...ngrams].reduce((best, one) => (one[1] > best[1] ? one : best))
    return {
      ngram,
      weight: weights[bucket]!,
      winners: texts[0]! / training.winners,
      losers: texts[1]! / training.losers,
    }
  }
  return { winnerFeatures: forWinner.map(describe), loserFeatures: forLoser.map(describe) }
}
