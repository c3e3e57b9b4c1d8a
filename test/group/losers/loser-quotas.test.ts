import { describe, expect, it } from 'vitest'
import { loserQuotas } from '../../../src/group/losers/loser-quotas.ts'

describe('the quotas of loser classes', () => {
  it('are all of one class when no other has a share', () => {
    for (let seed = 0; seed < 50; seed++)
      expect(loserQuotas({ ast: 3, ir: 0, malformed: 0 }, 5, `${seed}`)).toEqual({
        ast: 5,
        ir: 0,
        malformed: 0,
      })
  })

  it('are exact where the shares divide the losers, whatever the seed', () => {
    for (let seed = 0; seed < 50; seed++)
      expect(loserQuotas({ ast: 2, ir: 1, malformed: 1 }, 8, `${seed}`)).toEqual({
        ast: 4,
        ir: 2,
        malformed: 2,
      })
  })

  it('meet the shares over many groups, with the losers always complete', () => {
    const shares = { ast: 7, ir: 2, malformed: 1 }
    const totals = { ast: 0, ir: 0, malformed: 0 }
    for (let seed = 0; seed < 2000; seed++) {
      const quotas = loserQuotas(shares, 4, `${seed}`)
      expect(quotas.ast + quotas.ir + quotas.malformed).toBe(4)
      expect([2, 3]).toContain(quotas.ast)
      totals.ast += quotas.ast
      totals.ir += quotas.ir
      totals.malformed += quotas.malformed
    }
    expect(totals.ast / 8000).toBeCloseTo(0.7, 1)
    expect(totals.ir / 8000).toBeCloseTo(0.2, 1)
    expect(totals.malformed / 8000).toBeCloseTo(0.1, 1)
  })
})
