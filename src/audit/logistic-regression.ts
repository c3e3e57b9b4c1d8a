/**
 * Labelled texts as n-gram counts in, a linear classifier out: TF-IDF (1 + log of the count, smoothed inverse
 * document frequency, rows of length 1), then logistic regression with an L2 penalty, both classes with the same
 * weight in all. Deterministic.
 *
 * Own code because the libraries of npm (ml-logistic-regression) take dense matrices, have no penalty and go a fixed
 * number of steps.
 */
import { minimize } from './minimize.ts'
import { BUCKETS, type FeatureMatrix } from './text-features.ts'

export interface Classifier {
  /** Log-odds of a positive label by feature, for a row of length 1. */
  readonly weights: Float64Array
  readonly bias: number
  /** Inverse document frequency by feature; 0 for one that no text of the training had. */
  readonly rarity: Float64Array
}

export interface TrainingOptions {
  readonly matrix: FeatureMatrix
  /** Rows to train on. */
  readonly rows: Uint32Array
  /** By row of the matrix: 1 for positive. */
  readonly labels: Uint8Array
  /** Share of the squared weights in the mean loss; as C = 1 / (penalty * rows) elsewhere. */
  readonly penalty?: number
}

const PENALTY = 1e-4
const ITERATIONS = 200
const TOLERANCE = 1e-6
const TERM_FREQUENCY = Float64Array.from({ length: 256 }, (_, count) =>
  count === 0 ? 0 : 1 + Math.log(count),
)

/** Needs at least one row of each label. */
export function trainClassifier({ matrix, rows, labels, penalty = PENALTY }: TrainingOptions): Classifier {
  const rarity = documentRarity(matrix, rows)
  const lengths = rowLengths(matrix, rows, rarity)
  const positives = rows.reduce((sum, row) => sum + labels[row]!, 0)
  const classWeights = [0.5 / (rows.length - positives), 0.5 / positives]
  const { starts, buckets, counts } = matrix
  // Only features that occur have a weight: a few hundred groups fill a small part of the buckets.
  const seen = Uint32Array.from(rarity.keys()).filter((bucket) => rarity[bucket]! > 0)
  const columnOf = new Uint32Array(BUCKETS)
  for (const [column, bucket] of seen.entries()) columnOf[bucket] = column
  const bias = seen.length
  const trained = minimize({
    start: new Float64Array(seen.length + 1),
    iterations: ITERATIONS,
    tolerance: TOLERANCE,
    evaluate(point, gradient) {
      let loss = 0
      for (let i = 0; i < bias; i++) {
        loss += 0.5 * penalty * point[i]! * point[i]!
        gradient[i] = penalty * point[i]!
      }
      gradient[bias] = 0
      for (let at = 0; at < rows.length; at++) {
        const row = rows[at]!
        const length = lengths[at]!
        let sum = 0
        for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
          const bucket = buckets[entry]!
          sum += point[columnOf[bucket]!]! * TERM_FREQUENCY[counts[entry]!]! * rarity[bucket]!
        }
        const margin = (length === 0 ? 0 : sum / length) + point[bias]!
        const label = labels[row]!
        const weight = classWeights[label]!
        const signed = label === 1 ? margin : -margin
        loss += weight * (signed > 0 ? Math.log1p(Math.exp(-signed)) : -signed + Math.log1p(Math.exp(signed)))
        const residual = weight * (1 / (1 + Math.exp(-margin)) - label)
        gradient[bias]! += residual
        if (length === 0) continue
        const scaled = residual / length
        for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) {
          const bucket = buckets[entry]!
          gradient[columnOf[bucket]!]! += scaled * TERM_FREQUENCY[counts[entry]!]! * rarity[bucket]!
        }
      }
      return loss
    },
  })
  const weights = new Float64Array(BUCKETS)
  for (const [column, bucket] of seen.entries()) weights[bucket] = trained[column]!
  return { weights, bias: trained[bias]!, rarity }
}

/** Log-odds for each of the rows. */
export function classify(
  { weights, bias, rarity }: Classifier,
  matrix: FeatureMatrix,
  rows: Uint32Array,
): Float64Array {
  const lengths = rowLengths(matrix, rows, rarity)
  return Float64Array.from(rows, (row, at) => {
    let sum = 0
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const bucket = matrix.buckets[entry]!
      sum += weights[bucket]! * TERM_FREQUENCY[matrix.counts[entry]!]! * rarity[bucket]!
    }
    return bias + (lengths[at] === 0 ? 0 : sum / lengths[at]!)
  })
}

function documentRarity({ starts, buckets }: FeatureMatrix, rows: Uint32Array): Float64Array {
  const documents = new Float64Array(BUCKETS)
  for (const row of rows)
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++) documents[buckets[entry]!]!++
  return documents.map((n) => (n === 0 ? 0 : 1 + Math.log((1 + rows.length) / (1 + n))))
}

function rowLengths({ starts, buckets, counts }: FeatureMatrix, rows: Uint32Array, rarity: Float64Array) {
  return Float64Array.from(rows, (row) => {
    let square = 0
    for (let entry = starts[row]!; entry < starts[row + 1]!; entry++)
      square += (TERM_FREQUENCY[counts[entry]!]! * rarity[buckets[entry]!]!) ** 2
    return Math.sqrt(square)
  })
}
