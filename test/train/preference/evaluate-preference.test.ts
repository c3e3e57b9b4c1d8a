import { describe, expect, it } from 'vitest'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { evaluate } from '../../../src/train/preference/evaluate-preference.ts'
import { measureGroup } from '../../../src/train/preference/measure-group.ts'
import { methodOf } from '../../../src/train/preference/method.ts'
import type { PreparedGroup } from '../../../src/train/preference/prepared-group.ts'
import { groupOf } from '../losses/group-of.ts'
import { openRandomBigram, randomGroups } from './prepared-groups.ts'

const gepo = methodOf(
  parseTrainConfig({ method: 'gepo', model: 'm', out: 'o', data: { groups: 'g' } }) as GroupConfig,
)

describe('the measure of a group', () => {
  it('compares the means, and every pair', () => {
    // Winners 3 and -1, losers 0 and -2: means 1 and -1; of four pairs (3,0) (3,-2) (-1,-2) are won.
    expect(measureGroup(groupOf([3, -1], [0, -2]), 'sum')).toEqual({
      accuracy: 1,
      pairAccuracy: 0.75,
      margin: 2,
      winnerVariance: 4,
      winnerScore: 1,
      loserScore: -1,
      // The reference is -10 for four tokens.
      winnerLogProb: -9 / 4,
    })
  })

  it('is half where nothing is told apart, as before the first step', () => {
    expect(measureGroup(groupOf([0, 0], [0]), 'sum')).toEqual({
      accuracy: 0.5,
      pairAccuracy: 0.5,
      margin: 0,
      winnerVariance: 0,
      winnerScore: 0,
      loserScore: 0,
      winnerLogProb: -10 / 4,
    })
  })
})

describe('an evaluation', () => {
  it('is the mean over the groups, whatever fits in a pass', async () => {
    const groups = randomGroups(6)
    const model = await openRandomBigram()
    const whole = await evaluate(model, pagesOf(groups, 6), gepo, { packedTokens: 100_000 })
    const pieces = await evaluate(model, pagesOf(groups, 2), gepo, { packedTokens: 10 })
    expect(pieces).toEqual(whole)

    const alone = await Promise.all(
      groups.map((group) => evaluate(model, pagesOf([group], 1), gepo, { packedTokens: 100 })),
    )
    expect(whole.groups).toBe(6)
    expect(whole.loss).toBeCloseTo(alone.reduce((sum, { loss }) => sum + loss, 0) / 6, 12)
    expect(whole.margin).toBeCloseTo(alone.reduce((sum, { margin }) => sum + margin, 0) / 6, 12)
  })

  it('takes each class and each operator with the losers of that kind alone', async () => {
    const [group] = randomGroups(1)
    const model = await openRandomBigram()
    const { byClass, byOperator } = await evaluate(model, pagesOf([group!], 1), gepo, { packedTokens: 100 })
    const only = (loser: number): PreparedGroup => ({
      ...group!,
      responses: group!.responses.filter((_, i) => i < 3 || i === 3 + loser),
      losers: [group!.losers[loser]!],
      reference: group!.reference.filter((_, i) => i < 3 || i === 3 + loser),
    })
    const ast = await evaluate(model, pagesOf([only(0)], 1), gepo, { packedTokens: 100 })
    const ir = await evaluate(model, pagesOf([only(1)], 1), gepo, { packedTokens: 100 })
    expect(Object.keys(byClass)).toEqual(['ast', 'ir'])
    expect(byClass.ast!.loss).toBeCloseTo(ast.loss, 12)
    expect(byClass.ir!.margin).toBeCloseTo(ir.margin, 12)
    expect(byOperator).toEqual({ ROR: byClass.ast, 'change-constant': byClass.ir })
  })
})

async function* pagesOf(groups: readonly PreparedGroup[], size: number): AsyncGenerator<PreparedGroup[]> {
  for (let start = 0; start < groups.length; start += size) yield groups.slice(start, start + size)
}
