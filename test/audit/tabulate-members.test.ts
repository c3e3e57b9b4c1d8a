import { expect, it } from 'vitest'
import { createMemberTabulator } from '../../src/audit/tabulate-members.ts'
import { auditGroup, irOf } from './audit-groups.ts'

it('puts winners and losers side by side', () => {
  const short = irOf()
  const long = irOf('%x = add i32 %a, 1', '%y = add i32 %x, 1')
  const group = auditGroup(1, { winners: [short, long], losers: [short, long, short] })
  const [first, second, third] = group.losers
  const tabulator = createMemberTabulator()
  tabulator.add({
    ...group,
    winners: [
      { ir: short, levels: ['O1', 'O2'] },
      { ir: long, levels: ['O0'] },
    ],
    losers: [
      { ...first!, level: 'O0', operator: 'SDL', difficulty: 0.5 },
      { ...second!, level: 'O2' },
      { ...third!, level: 'O3' },
    ],
  })
  const tables = tabulator.tables()
  expect(tables).toMatchObject({
    groups: 1,
    winners: 2,
    losers: 3,
    splits: { train: 1 },
    classes: { ast: 3 },
    operators: { ROR: { n: 2, p50: 0.1 }, SDL: { n: 1, p50: 0.5 } },
    levels: {
      O0: { winners: 1, losers: 1 },
      O1: { winners: 0.5, losers: 0 },
      O2: { winners: 0.5, losers: 1 },
      O3: { winners: 0, losers: 1 },
      Os: { winners: 0, losers: 0 },
    },
    lines: { winners: { p5: 4, p95: 6, mean: 5 }, losers: { p50: 4, p95: 6 } },
    // The third loser's level has no winner in the group.
    loserAgainstWinner: { shorter: 1, equal: 0, longer: 1, lines: { n: 2, p5: -2, p95: 2 } },
  })
  expect(Object.keys(tables.operators)).toEqual(['ROR', 'SDL'])
  expect(tables.tokens.winners!.p5).toBe(13)
})
