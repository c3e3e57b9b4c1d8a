/** Groups of an audit, made from a number, without a database. */
import type { AuditGroup } from '../../src/store/audit-rows.ts'

export const irOf = (...lines: readonly string[]) =>
  `define i32 @f(i32 %a) {\nentry:\n${lines.map((line) => `  ${line}\n`).join('')}  ret i32 %a\n}\n`

export function auditGroup(
  n: number,
  members: { winners: readonly string[]; losers: readonly string[]; split?: AuditGroup['split'] },
): AuditGroup {
  return {
    key: n,
    id: `group ${n}`,
    split: members.split ?? 'train',
    sourceKey: n,
    sourceId: `source ${n}`,
    winners: members.winners.map((ir) => ({ ir, levels: ['O2'] as const })),
    losers: members.losers.map((ir) => ({
      ir,
      level: 'O2' as const,
      class: 'ast' as const,
      operator: 'ROR',
      difficulty: 0.1,
    })),
  }
}
