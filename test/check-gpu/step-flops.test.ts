import { describe, expect, it } from 'vitest'
import { forwardFlops, groupLengths, stepFlops } from '../../bench/check-gpu/step-flops.ts'
import { QWEN3_8B } from '../train/model/qwen3-8b.ts'

const SMALL = {
  vocabulary: 11,
  hidden: 4,
  intermediate: 6,
  layers: 2,
  heads: 2,
  keyHeads: 1,
  headSize: 3,
  headNorms: true,
  qkvBias: false,
  outputBias: false,
  mlpBias: false,
  tied: true,
}

describe('the operations of a step', () => {
  it('are those that a loop over products counts', () => {
    const lengths = [
      { prompt: 2, response: 3 },
      { prompt: 1, response: 1 },
    ]
    let operations = 0
    const product = (rows: number, inner: number, columns: number) => {
      operations += 2 * rows * inner * columns
    }
    for (const { prompt, response } of lengths) {
      const tokens = prompt + response - 1
      for (let layer = 0; layer < 2; layer++) {
        product(tokens, 4, 2 * 3 + 3 + 3)
        for (let query = 1; query <= tokens; query++) {
          for (let head = 0; head < 2; head++) {
            product(1, 3, query)
            product(1, query, 3)
          }
        }
        product(tokens, 2 * 3, 4)
        product(tokens, 4, 6)
        product(tokens, 4, 6)
        product(tokens, 6, 4)
      }
      product(response, 4, 11)
    }
    expect(forwardFlops(SMALL, lengths)).toBe(operations)
    expect(stepFlops(SMALL, lengths)).toBe(3 * operations)
  })

  it('are less by what a prompt takes that another sequence computes', () => {
    const prompt = forwardFlops(SMALL, [{ prompt: 4, response: 1 }]) - 2 * 11 * 4
    const [one, two] = [
      [{ length: 3 }, { length: 2 }],
      [{ length: 3 }, { length: 2 }],
    ].map((responses, i) => forwardFlops(SMALL, groupLengths(4, responses, i === 1)))
    expect(one! - two!).toBe(prompt)
  })

  it('of Qwen3-8B at 8192 tokens are about 6 N and the attention', () => {
    const flops = stepFlops(QWEN3_8B, [{ prompt: 512, response: 7680 }]) / 8192
    expect(flops / 1e9).toBeGreaterThan(6 * 7)
    expect(flops / 1e9).toBeLessThan(6 * 8.2 + 8)
  })
})
