/** Which token a number draws, and its log-probability, against sums in float64 token by token. */
import { describe, expect, it } from 'vitest'
import { DRAW_CASES, type DrawCase, drawTrial, numbersOf } from './draw-trials.ts'
import { NO_ENGINE } from './open-tiny.ts'
import { tryKernel } from './try-kernel.ts'

/** How far the sums of a vocabulary's float32 weights may be from the exact ones, relative to all of them. */
const ROUNDING = 1e-6

describe.skipIf(NO_ENGINE)(`drawing from logits ${NO_ENGINE ?? ''}`, () => {
  it.each(DRAW_CASES)('takes the token at which the probabilities reach the number: $title', async (its) => {
    const { rows, vocabulary } = its
    const trial = drawTrial(its)
    const [ids, logProbs] = await tryKernel(trial, { numberType: 'float32', fused: false })
    const uniforms = numbersOf(its)
    let exact = 0
    for (let row = 0; row < rows; row++) {
      const logits = trial.tensors[0]!.values.subarray(row * vocabulary, (row + 1) * vocabulary)
      const id = ids![row]!
      const { before, own } = chances(its, logits, id)
      expect(own, `row ${row}: a token without a chance`).toBeGreaterThan(0)
      const u = uniforms[row]!
      expect(before).toBeLessThanOrEqual(u + ROUNDING)
      expect(before + own).toBeGreaterThan(u - ROUNDING)
      if (before <= u && before + own > u) exact++
      expect(Math.abs(logProbs![row]! - logProb(logits, id))).toBeLessThan(1e-5)
    }
    expect(exact).toBeGreaterThan(rows * 0.98)
  })

  it('says the same of a row whichever rows are beside it', async () => {
    const its = DRAW_CASES.find(({ title }) => title === 'a large vocabulary')!
    const trial = drawTrial(its)
    const [ids] = await tryKernel(trial, { numberType: 'float32', fused: false })
    const [temperature, topP, topK, ...uniforms] = trial.numbers!
    for (const row of [0, 1, 17, 299]) {
      const values = trial.tensors[0]!.values.slice(row * its.vocabulary, (row + 1) * its.vocabulary)
      const [alone] = await tryKernel(
        {
          ...trial,
          tensors: [{ values, shape: Float64Array.of(1, its.vocabulary) }],
          numbers: [temperature!, topP!, topK!, uniforms[row]!],
        },
        { numberType: 'float32', fused: false },
      )
      expect(alone![0]).toBe(ids![row])
    }
  })
})

/** Of a token: the probability of those before it in the order of drawing, and its own. */
function chances({ temperature, topP = 1, topK = 0 }: DrawCase, logits: Float64Array, id: number) {
  const highest = logits.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY)
  const weights = logits.map((x) => Math.exp((x - highest) / temperature))
  const order = [...weights.keys()]
  if (topP < 1 || topK > 0) order.sort((a, b) => weights[b]! - weights[a]! || a - b)
  const candidates = topK > 0 ? order.slice(0, topK) : order
  const all = candidates.reduce((sum, token) => sum + weights[token]!, 0)
  let kept = 0
  let before = 0
  let own = 0
  for (const token of candidates) {
    if (kept >= topP * all) break
    if (token === id) {
      before = kept
      own = weights[token]!
    }
    kept += weights[token]!
  }
  return { before: before / kept, own: own / kept }
}

function logProb(logits: Float64Array, id: number): number {
  const highest = logits.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY)
  return logits[id]! - highest - Math.log(logits.reduce((sum, x) => sum + Math.exp(x - highest), 0))
}
