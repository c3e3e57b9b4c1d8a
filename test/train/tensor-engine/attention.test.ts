/**
 * Prompts that responses share, against the same without sharing by plain products. What joins the two parts of a
 * response's attention, and sums gradients into the prompt, is the same source on a GPU.
 */
import { describe, expect, it } from 'vitest'
import { ATTENTION_CASES, attentionTrial } from './attention-trials.ts'
import { relativeError } from './batches.ts'
import { NO_ENGINE } from './open-tiny.ts'
import { type Trial, tryKernel, type Way } from './try-kernel.ts'

const WAYS = [
  { name: 'the kernel of the CPU', sharesPrompts: true, byProducts: false },
  { name: 'the kernel of the CPU without sharing', sharesPrompts: false, byProducts: false },
  { name: 'products', sharesPrompts: true, byProducts: true },
]

describe.skipIf(NO_ENGINE)(`attention ${NO_ENGINE ?? ''}`, () => {
  describe.each(ATTENTION_CASES)('of $title', (its) => {
    const given = attentionTrial(its, { sharesPrompts: false, byProducts: true })
    const trial = ({ sharesPrompts, byProducts }: (typeof WAYS)[number]): Trial => ({
      ...given,
      numbers: [Number(sharesPrompts), Number(byProducts)],
    })

    async function expectNear(found: Trial, way: Way, tolerance: number) {
      const expected = await tryKernel(given, { numberType: 'float64', fused: false })
      const results = await tryKernel(found, way)
      for (const [i, values] of expected.entries()) {
        expect(relativeError(results[i]!, values), `result ${i}`).toBeLessThan(tolerance)
      }
    }

    it.each(WAYS)('by $name is exact', async (way) => {
      await expectNear(trial(way), { numberType: 'float64', fused: false }, 1e-13)
      await expectNear(trial(way), { numberType: 'float32', fused: false }, 5e-6)
    })

    // Products serve as the exact ones alone.
    it.each(WAYS.filter(({ byProducts }) => !byProducts))(
      'by $name is as near as bfloat16 allows',
      async (way) => {
        // What goes in is rounded, each result, and the sum of a prompt's two gradients.
        await expectNear(trial(way), { numberType: 'bfloat16', fused: false }, 4 * 2 ** -8)
      },
    )
  })
})
