/** `gepo stats`: figures over a database. */

import type { Command } from 'commander'
import { printable } from '../../base/printable.ts'
import type { Stats } from '../../store/stats.ts'
import { openStore } from '../../store/store.ts'
import type { Context } from '../context.ts'
import { durationText } from '../render/duration-text.ts'

export function statsCommand(command: Command, context: Context): void {
  command
    .description('Counts what a database holds: units, groups, winners, losers, drops by stage and reason.')
    .argument('<groups.db>', 'database that gepo build made')
    .option('--json', 'print the figures as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo stats groups.db
  $ gepo stats groups.db --json | jq .drops`,
    )
    .action((path: string, flags: { json?: boolean }) => {
      const store = openStore(path, { readonly: true })
      try {
        const stats = store.stats()
        context.stdout.write(flags.json ? `${JSON.stringify(stats)}\n` : formatStats(stats))
      } finally {
        store.close()
      }
    })
}

export function formatStats(stats: Stats): string {
  const drops = Object.entries(stats.drops).flatMap(([stage, reasons]) =>
    Object.entries(reasons).map(([reason, n]) => [`${stage}: ${reason}`, n] as const),
  )
  const stageSeconds = Object.fromEntries(
    Object.entries(stats.stageMs).map(([stage, ms]) => [stage, Math.round(ms / 100) / 10]),
  )
  const { started, finished } = stats.runs
  return `${[
    table('totals', {
      sources: stats.sources,
      units: stats.units,
      groups: stats.groups,
      winners: stats.winners,
      losers: stats.losers,
      drops: drops.reduce((sum, [, n]) => sum + n, 0),
    }),
    table('units by kind', stats.unitsByKind),
    table('units by state', stats.unitsByState),
    table('groups by split', stats.splits),
    histogram('winners in a group: groups', stats.winnersPerGroup),
    histogram('distinct winners of a unit: groups', stats.distinctWinnersPerGroup),
    histogram('losers in a group: groups', stats.losersPerGroup),
    histogram('winners by level', stats.levels),
    histogram('losers by level', stats.loserLevels),
    histogram('losers by operator', stats.operators),
    histogram('losers by class', stats.classes),
    histogram('mutants by verdict', stats.mutantVerdicts),
    table('drops by stage and reason', Object.fromEntries(drops)),
    table('seconds of work by stage', stageSeconds),
  ]
    .filter((text) => text !== '')
    .join('\n\n')}

${started} runs (${finished} to the end), ${durationText(stats.seconds)}, last with ${stats.jobs} jobs: ${stats.groupsPerSecondAndCore.toPrecision(3)} groups per second and core
content ${stats.contentHash}
`
}

/** A title and a row for each name, numbers flush right; '' when there are none. */
function table(title: string, counts: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counts).map(([name, n]) => [printable(name), n] as const)
  if (rows.length === 0) return ''
  const nameWidth = Math.max(...rows.map(([name]) => name.length))
  const numberWidth = Math.max(...rows.map(([, n]) => String(n).length))
  return [
    title,
    ...rows.map(([name, n]) => `  ${name.padEnd(nameWidth)}  ${String(n).padStart(numberWidth)}`),
  ].join('\n')
}

/** A table whose rows also carry a bar: each one's part of the most frequent. */
function histogram(title: string, counts: Readonly<Record<string, number>>): string {
  const [head, ...rows] = table(title, counts).split('\n')
  const numbers = Object.values(counts)
  const most = Math.max(1, ...numbers)
  return [head, ...rows.map((row, i) => `${row}  ${'▇'.repeat(Math.ceil((20 * numbers[i]!) / most))}`)].join(
    '\n',
  )
}
