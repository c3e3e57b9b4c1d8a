/** What queries find in keys and values that lie in pages, against the same end to end. */
import { describe, expect, it } from 'vitest'
import { relativeError } from './batches.ts'
import { NO_ENGINE } from './open-tiny.ts'
import { PAGE_CASES, pageTrial } from './page-trials.ts'
import { tryKernel } from './try-kernel.ts'

const WAYS = [
  { name: 'the kernel of the CPU', way: 0 },
  { name: 'products, as a GPU', way: 1 },
]

describe.skipIf(NO_ENGINE)(`pages of keys and values ${NO_ENGINE ?? ''}`, () => {
  describe.each(PAGE_CASES)('of $pageSize positions, of sequences of $lengths', (its) => {
    const trial = pageTrial(its)
    const by = (way: number) => ({ ...trial, numbers: [its.pageSize, way] })

    it.each(WAYS)('are read by $name as if they were one', async ({ way }) => {
      const expected = await tryKernel(by(2), { numberType: 'float64', fused: false })
      for (const { numberType, tolerance } of [
        { numberType: 'float64', tolerance: 1e-13 },
        { numberType: 'float32', tolerance: 5e-6 },
      ] as const) {
        const found = await tryKernel(by(way), { numberType, fused: false })
        for (const [i, values] of expected.entries()) {
          expect(relativeError(found[i]!, values), `result ${i} in ${numberType}`).toBeLessThan(tolerance)
        }
      }
    })
  })
})
