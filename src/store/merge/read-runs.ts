/** The runs of databases that are merged: what they have in common, what is missing, and all of them in one table. */
import type { Connection } from '../connection.ts'

/** A row of the table, but its key. */
export type StoredRun = Readonly<Record<(typeof COLUMNS)[number], string | number | null>>

const COLUMNS = [
  'config',
  'content_config',
  'versions',
  'environment',
  'sources',
  'seed',
  'jobs',
  'started_at',
  'finished_at',
  'seconds',
] as const

export function readRuns(from: Connection): StoredRun[] {
  return from.prepare<StoredRun>(`SELECT ${COLUMNS.join(', ')} FROM runs ORDER BY key`).all()
}

/** Adds those that are not there, the earliest first. */
export function saveRuns(to: Connection, runs: readonly StoredRun[]): void {
  const same = COLUMNS.map((name) => `${name} IS ?`).join(' AND ')
  const insert = to.prepare(
    `INSERT INTO runs (${COLUMNS.join(', ')}) SELECT ${COLUMNS.map(() => '?').join(', ')}
     WHERE NOT EXISTS (SELECT 1 FROM runs WHERE ${same})`,
  )
  const order = (run: StoredRun) => JSON.stringify([run.started_at, COLUMNS.map((name) => run[name])])
  const sorted = runs
    .map((run) => [order(run), run] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  to.transaction(() => {
    for (const [, run] of sorted) {
      const values = COLUMNS.map((name) => run[name])
      insert.run(...values, ...values)
    }
  })
}

/** Whether a build of this database never came to its end, whatever later ones did of other sources. */
export function hasUnfinishedRun(runs: readonly StoredRun[]): boolean {
  const last = new Map(runs.map((run) => [JSON.stringify([run.sources, selectionOf(run)]), run]))
  return [...last.values()].some((run) => run.finished_at === null)
}

/** Shards that are not among these runs, of each input that was cut: `3/8`. */
export function missingShards(runs: readonly StoredRun[]): string[] {
  const cut = new Map<string, { readonly count: number; readonly found: Set<number> }>()
  for (const run of runs) {
    const { shard, limit } = selectionOf(run)
    if (shard === undefined) continue
    const input = JSON.stringify([run.sources, limit, shard.count])
    const { found } = cut.get(input) ?? { found: new Set<number>() }
    cut.set(input, { count: shard.count, found: found.add(shard.index) })
  }
  return [...cut.values()].flatMap(({ count, found }) =>
    Array.from({ length: count }, (_, i) => i + 1)
      .filter((index) => !found.has(index))
      .map((index) => `${index}/${count}`),
  )
}

interface Selection {
  readonly shard?: { readonly index: number; readonly count: number }
  readonly limit?: number
}

function selectionOf({ config }: StoredRun): Selection {
  const { shard, limit } = JSON.parse(String(config)) as Selection
  return { ...(shard && { shard }), ...(limit !== undefined && { limit }) }
}
