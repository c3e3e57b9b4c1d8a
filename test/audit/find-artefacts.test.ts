import { describe, expect, it } from 'vitest'
import { type Feature, findArtefacts } from '../../src/audit/find-artefacts.ts'
import { createRandom } from '../../src/base/random.ts'
import type { AuditGroup } from '../../src/store/audit-rows.ts'
import { auditGroup, irOf } from './audit-groups.ts'

const random = createRandom('artefacts')
const operations = ['add', 'sub', 'mul', 'xor', 'and', 'or', 'shl', 'lshr']

/** Lines at random: nothing in them tells a label. */
const noise = () =>
  Array.from({ length: 12 }, (_, k) => `%v${k} = ${random.pick(operations)} i32 %a, ${random.int(0, 30)}`)

/** 240 groups of three winners and four losers, two thirds of them for training. */
const groupsOf = (winner: () => string, loser: () => string): AuditGroup[] =>
  Array.from({ length: 240 }, (_, n) =>
    auditGroup(n, {
      winners: [winner(), winner(), winner()],
      losers: [loser(), loser(), loser(), loser()],
      split: (['train', 'train', 'train', 'train', 'validation', 'test'] as const)[n % 6]!,
    }),
  )

const find = (groups: readonly AuditGroup[], names: 'kept' | 'normalised' = 'kept') =>
  findArtefacts({ groups: () => groups, names, seed: 1 })!

const ngrams = (features: readonly Feature[]) => features.slice(0, 5).map(({ ngram }) => ngram)

const plain = () => irOf(...noise())
const shuffled = (lines: readonly string[]) => irOf(...random.shuffle(lines))

describe('findArtefacts', () => {
  it('finds a token that only losers have, and names it', () => {
    const artefacts = find(groupsOf(plain, () => shuffled([...noise(), '%t = freeze i32 %a'])))
    expect(artefacts.test.auc!.value).toBeGreaterThan(0.99)
    expect(artefacts.validation.auc!.value).toBeGreaterThan(0.99)
    expect(artefacts.test.withinGroup!.value).toBeGreaterThan(0.99)
    for (const ngram of ngrams(artefacts.loserFeatures)) expect('¶ %t = freeze i32 %a ¶').toContain(ngram)
    expect(artefacts.loserFeatures[0]).toMatchObject({ winners: 0, losers: 1 })
    expect(artefacts.loserFeatures[0]!.weight).toBeGreaterThan(0)
    expect(artefacts.loserFeatures).toHaveLength(10)
  })

  it('finds what every winner has', () => {
    const artefacts = find(groupsOf(() => shuffled([...noise(), 'fence seq_cst']), plain))
    expect(artefacts.test.auc!.value).toBeGreaterThan(0.99)
    for (const ngram of ngrams(artefacts.winnerFeatures)) expect('¶ fence seq_cst ¶').toContain(ngram)
    expect(artefacts.winnerFeatures[0]).toMatchObject({ winners: 1, losers: 0 })
  })

  it('finds nothing where labels are drawn at random', () => {
    const { train, test, heldOut } = find(groupsOf(plain, plain))
    // What it learned by heart helps on the train split alone.
    expect(train.auc!.value).toBeGreaterThan(0.6)
    for (const { auc, withinGroup } of [test, heldOut]) {
      expect(Math.abs(auc!.value - 0.5)).toBeLessThan(0.06)
      expect(Math.abs(withinGroup!.value - 0.5)).toBeLessThan(0.06)
      expect(auc!.interval[0]).toBeLessThan(0.5)
      expect(auc!.interval[1]).toBeGreaterThan(0.5)
    }
  })

  it('finds a name only where names are kept', () => {
    const groups = groupsOf(plain, () => plain().replaceAll('%v3', '%mutant'))
    expect(find(groups, 'kept').test.auc!.value).toBeGreaterThan(0.99)
    expect(Math.abs(find(groups, 'normalised').test.auc!.value - 0.5)).toBeLessThan(0.06)
  })

  it('finds that losers are shorter', () => {
    const { test } = find(groupsOf(plain, () => irOf(...noise().slice(5))))
    expect(test.auc!.value).toBeGreaterThan(0.9)
  })

  it('counts groups and members by split, and gives the same figures again', () => {
    const groups = groupsOf(plain, plain)
    const artefacts = find(groups)
    expect(artefacts.trainedOn).toEqual({ groups: 160, winners: 480, losers: 640 })
    expect(artefacts.test).toMatchObject({ groups: 40, winners: 120, losers: 160 })
    expect(artefacts.heldOut).toMatchObject({ groups: 80, winners: 240, losers: 320 })
    expect(find(groups)).toEqual(artefacts)
  })

  it('gives no AUC for a split without groups, and nothing without a group to learn from', () => {
    const groups = groupsOf(plain, plain)
    const { test } = find(groups.filter(({ split }) => split !== 'test'))
    expect(test).toEqual({ groups: 0, winners: 0, losers: 0 })
    expect(
      findArtefacts({ groups: () => groups.filter(({ split }) => split === 'test'), names: 'kept', seed: 1 }),
    ).toBeUndefined()
    expect(findArtefacts({ groups: () => [], names: 'kept', seed: 1 })).toBeUndefined()
  })
})
