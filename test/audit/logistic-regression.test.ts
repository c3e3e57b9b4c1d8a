import { describe, expect, it } from 'vitest'
import { classify, trainClassifier } from '../../src/audit/logistic-regression.ts'
import { createFeatureBuilder } from '../../src/audit/text-features.ts'

function matrixOf(texts: readonly string[]) {
  const builder = createFeatureBuilder()
  for (const text of texts) builder.addRow(text.split(' '))
  return builder.build()
}

const rowsUpTo = (count: number) => Uint32Array.from({ length: count }, (_, row) => row)

describe('trainClassifier', () => {
  it('learns the word that only positives have, and applies it to other texts', () => {
    const matrix = matrixOf(['a b', 'b c', 'a c', 'a b x', 'b c x', 'c a x', 'c c b', 'c c x b'])
    const labels = Uint8Array.of(0, 0, 0, 1, 1, 1, 0, 1)
    const classifier = trainClassifier({ matrix, rows: rowsUpTo(6), labels })
    const odds = classify(classifier, matrix, rowsUpTo(8))
    expect([...odds].map((score) => (score > 0 ? 1 : 0))).toEqual([...labels])
  })

  it('learns an order of words that no single word gives away', () => {
    const texts = ['p q r', 'q p r', 'r p q', 'r q p', 's p q', 's q p']
    const matrix = matrixOf(texts)
    const labels = Uint8Array.from(texts, (text) => (text.includes('p q') ? 1 : 0))
    const odds = classify(
      trainClassifier({ matrix, rows: rowsUpTo(4), labels }),
      matrix,
      Uint32Array.of(4, 5),
    )
    expect(odds[0]).toBeGreaterThan(odds[1]!)
  })

  it('favours no label where one is more frequent', () => {
    const matrix = matrixOf(Array.from({ length: 50 }, () => 'same text'))
    const labels = Uint8Array.from({ length: 50 }, (_, row) => (row < 5 ? 1 : 0))
    const [odds] = classify(
      trainClassifier({ matrix, rows: rowsUpTo(50), labels }),
      matrix,
      Uint32Array.of(0),
    )
    expect(odds).toBeCloseTo(0, 4)
  })

  it('stays at the point where the penalised loss has no slope', () => {
    // One feature u of value 1 in the positive, none in the negative: by symmetry of the two classes
    // 0.5 * sigmoid(-(w + b)) = penalty * w and b = -(w + b), hence b = -w / 2.
    const matrix = matrixOf(['u', 'u'])
    const empty = { ...matrix, rows: 2, starts: Float64Array.of(0, 0, 1) }
    const penalty = 0.01
    const { weights, bias } = trainClassifier({
      matrix: empty,
      rows: rowsUpTo(2),
      labels: Uint8Array.of(0, 1),
      penalty,
    })
    const weight = weights.reduce((sum, one) => sum + one)
    expect(bias).toBeCloseTo(-weight / 2, 3)
    expect(0.5 / (1 + Math.exp(weight / 2))).toBeCloseTo(penalty * weight, 4)
  })

  it('takes a text of words it has never seen for neither', () => {
    const matrix = matrixOf(['a', 'x', 'never seen'])
    const classifier = trainClassifier({ matrix, rows: rowsUpTo(2), labels: Uint8Array.of(0, 1) })
    expect(classify(classifier, matrix, Uint32Array.of(2))[0]).toBeCloseTo(0, 4)
  })
})
