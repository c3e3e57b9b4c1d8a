/**
 * Groups in, one at a time, tables of their members out: winners and losers side by side, so that what tells one
 * from the other without the prompt can be seen.
 */

import { irTokens } from '../compile/ir-tokens.ts'
import { LEVELS, type Level } from '../records/level.ts'
import type { AuditGroup } from '../store/audit-rows.ts'
import { createTally, type Quantiles, type Tally } from './tally.ts'

export interface MemberTables {
  readonly groups: number
  readonly winners: number
  readonly losers: number
  readonly splits: Counts
  readonly classes: Counts
  /** By operator: losers, and their difficulty. */
  readonly operators: Readonly<Record<string, Quantiles>>
  /** Members by level; a winner that k levels give counts 1/k for each, as a loser's level is drawn. */
  readonly levels: Readonly<Record<Level, { readonly winners: number; readonly losers: number }>>
  readonly lines: SideBySide
  readonly tokens: SideBySide
  /** Losers against the winner of their group and level, where that is a member. */
  readonly loserAgainstWinner: {
    readonly lines: Quantiles | undefined
    readonly shorter: number
    readonly equal: number
    readonly longer: number
  }
  readonly difficulty: Quantiles | undefined
}

type Counts = Readonly<Record<string, number>>

export interface SideBySide {
  readonly winners: Quantiles | undefined
  readonly losers: Quantiles | undefined
}

export interface MemberTabulator {
  add(group: AuditGroup): void
  tables(): MemberTables
}

export function createMemberTabulator(): MemberTabulator {
  let [groups, winners, losers, shorter, equal, longer] = [0, 0, 0, 0, 0, 0]
  const splits: Record<string, number> = {}
  const classes: Record<string, number> = {}
  const operators = new Map<string, Tally>()
  const levels = Object.fromEntries(LEVELS.map((level) => [level, { winners: 0, losers: 0 }])) as Record<
    Level,
    { winners: number; losers: number }
  >
  const [winnerLines, loserLines, winnerTokens, loserTokens] = [1, 2, 3, 4].map(createTally)
  const lineGap = createTally()
  const difficulty = createTally()
  const count = (counts: Record<string, number>, name: string) => {
    counts[name] = (counts[name] ?? 0) + 1
  }
  return {
    add(group) {
      groups++
      count(splits, group.split)
      const linesAtLevel = new Map<Level, number>()
      for (const winner of group.winners) {
        winners++
        const { lines, tokens } = lengthOf(winner.ir)
        winnerLines!.add(lines)
        winnerTokens!.add(tokens)
        for (const level of winner.levels) {
          levels[level].winners += 1 / winner.levels.length
          linesAtLevel.set(level, lines)
        }
      }
      for (const loser of group.losers) {
        losers++
        const { lines, tokens } = lengthOf(loser.ir)
        loserLines!.add(lines)
        loserTokens!.add(tokens)
        levels[loser.level].losers++
        count(classes, loser.class)
        difficulty.add(loser.difficulty)
        const ofOperator = operators.get(loser.operator) ?? createTally()
        ofOperator.add(loser.difficulty)
        operators.set(loser.operator, ofOperator)
        const reference = linesAtLevel.get(loser.level)
        if (reference === undefined) continue
        lineGap.add(lines - reference)
        if (lines < reference) shorter++
        else if (lines === reference) equal++
        else longer++
      }
    },
    tables: () => ({
      groups,
      winners,
      losers,
      splits,
      classes,
      operators: Object.fromEntries(
        [...operators]
          .map(([name, tally]) => [name, tally.quantiles()!] as const)
          .sort(([a, { n }], [b, { n: m }]) => m - n || (a < b ? -1 : 1)),
      ),
      levels,
      lines: { winners: winnerLines!.quantiles(), losers: loserLines!.quantiles() },
      tokens: { winners: winnerTokens!.quantiles(), losers: loserTokens!.quantiles() },
      loserAgainstWinner: { lines: lineGap.quantiles(), shorter, equal, longer },
      difficulty: difficulty.quantiles(),
    }),
  }
}

function lengthOf(ir: string): { lines: number; tokens: number } {
  const tokens = irTokens(ir, 'kept')
  const lines = tokens.filter((token) => token === '\n').length
  return { lines, tokens: tokens.length - lines }
}
