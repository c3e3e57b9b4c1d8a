/** Tokens drawn from rows of logits, by numbers that are given. */
import { uniformNumbers } from './random-checkpoint.ts'
import { random, type Trial } from './try-kernel.ts'

export interface DrawCase {
  readonly title: string
  readonly rows: number
  readonly vocabulary: number
  readonly temperature: number
  readonly topP?: number
  readonly topK?: number
  /** Of every so many tokens all but one have no chance. */
  readonly sparse?: number
}

/** Vocabularies of less than a block of weights, of blocks alone, and with something behind them. */
export const DRAW_CASES: readonly DrawCase[] = [
  { title: 'a token', rows: 20, vocabulary: 1, temperature: 1 },
  { title: 'a small vocabulary', rows: 400, vocabulary: 97, temperature: 1 },
  { title: 'a block', rows: 400, vocabulary: 256, temperature: 0.7 },
  { title: 'a block and a token', rows: 400, vocabulary: 257, temperature: 1 },
  { title: 'four blocks', rows: 400, vocabulary: 1024, temperature: 2 },
  { title: 'a large vocabulary', rows: 300, vocabulary: 33_001, temperature: 1 },
  { title: 'few tokens of many', rows: 300, vocabulary: 5000, temperature: 1, sparse: 300 },
  { title: 'the likeliest that make up half', rows: 300, vocabulary: 3000, temperature: 1, topP: 0.5 },
  { title: 'the likeliest 400', rows: 300, vocabulary: 3000, temperature: 1, topK: 400 },
]

/** The numbers, the least and the largest that there are among them. */
export function numbersOf({ rows }: DrawCase): number[] {
  const uniform = uniformNumbers(5)
  return Array.from({ length: rows }, (_, i) => (i === 0 ? 0 : i === 1 ? 1 - 2 ** -53 : uniform()))
}

export function drawTrial(its: DrawCase): Trial {
  const { rows, vocabulary, temperature, topP = 1, topK = 0, sparse } = its
  const logits = random([rows, vocabulary], 6)
  if (sparse !== undefined) {
    for (const i of logits.values.keys()) if (i % sparse !== 7) logits.values[i] = Number.NEGATIVE_INFINITY
  }
  return {
    name: 'draw',
    tensors: [{ ...logits, values: Float64Array.from(logits.values, Math.fround) }],
    numbers: [temperature, topP, topK, ...numbersOf(its)],
  }
}
