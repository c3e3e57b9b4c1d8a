import { describe, expect, it } from 'vitest'
import { createDuplicateFinder } from '../../src/audit/find-duplicates.ts'
import type { AuditGroup } from '../../src/store/audit-rows.ts'
import { auditGroup, irOf } from './audit-groups.ts'

const find = (...groups: readonly AuditGroup[]) => {
  const finder = createDuplicateFinder()
  for (const group of groups) finder.add(group)
  return finder.find()
}
const none = { texts: 0, groups: 0, acrossSplits: 0, examples: [] }

const [a, b, c, d] = [1, 2, 3, 4].map((n) => irOf(`%x = add i32 %a, ${n}`)) as [
  string,
  string,
  string,
  string,
]

describe('createDuplicateFinder', () => {
  it('finds nothing where all texts differ', () => {
    const { byText, byCanonicalIr } = find(
      auditGroup(1, { winners: [a], losers: [b] }),
      auditGroup(2, { winners: [c], losers: [d] }),
    )
    expect(byText).toEqual({ winners: none, losers: none, winnerAndLoser: none })
    expect(byCanonicalIr).toEqual(byText)
  })

  it('tells winners of two groups from losers of two groups, and those across splits', () => {
    const { byText } = find(
      auditGroup(1, { winners: [a, c], losers: [b] }),
      auditGroup(2, { winners: [a], losers: [d] }),
      auditGroup(3, { winners: [a], losers: [b], split: 'test' }),
    )
    expect(byText).toEqual({
      winners: { texts: 1, groups: 3, acrossSplits: 1, examples: [['group 1', 'group 2', 'group 3']] },
      losers: { texts: 1, groups: 2, acrossSplits: 1, examples: [['group 1', 'group 3']] },
      winnerAndLoser: none,
    })
  })

  it('finds the winner of a group that is another one’s loser', () => {
    const { byText } = find(
      auditGroup(1, { winners: [a], losers: [b] }),
      auditGroup(2, { winners: [b], losers: [c] }),
    )
    expect(byText.winnerAndLoser).toEqual({
      texts: 1,
      groups: 2,
      acrossSplits: 0,
      examples: [['group 1', 'group 2']],
    })
    expect(byText.winners).toEqual(none)
  })

  it('sees through names in canonical IR only', () => {
    const { byText, byCanonicalIr } = find(
      auditGroup(1, { winners: [a], losers: [b] }),
      auditGroup(2, { winners: [a.replaceAll('%x', '%sum')], losers: [c] }),
    )
    expect(byText.winners).toEqual(none)
    expect(byCanonicalIr.winners).toMatchObject({ texts: 1, groups: 2 })
  })

  it('takes no text for shared that one group has twice', () => {
    expect(find(auditGroup(1, { winners: [a, a], losers: [b] })).byText.winners).toEqual(none)
  })

  it('keeps count of very many members', () => {
    const groups = Array.from({ length: 2000 }, (_, n) =>
      auditGroup(n, {
        winners: [irOf(`store i32 ${n % 1000}, ptr %p`)],
        losers: [irOf(`store i32 -${n}, ptr %p`)],
      }),
    )
    expect(find(...groups).byText).toMatchObject({
      winners: { texts: 1000, groups: 2000 },
      losers: { texts: 0 },
    })
  })
})
