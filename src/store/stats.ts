/** Figures over a whole database, counted by SQLite. Names of fields are a contract with machines (`stats --json`). */
import type { Connection } from './connection.ts'

type Counts = Readonly<Record<string, number>>

export interface Stats {
  readonly sources: number
  readonly units: number
  readonly groups: number
  /** Members of groups. */
  readonly winners: number
  readonly losers: number
  /** Stage, reason, number. */
  readonly drops: Readonly<Record<string, Counts>>
  /** Losers by operator. */
  readonly operators: Counts
  /** Chosen winners by level; a winner that several levels give counts for each of them. */
  readonly levels: Counts
  /** Losers by class. */
  readonly classes: Counts
  /** Wall time of all runs. */
  readonly seconds: number
  /** Worker threads of the last run. */
  readonly jobs: number
  readonly contentHash: string
  readonly unitsByKind: Counts
  /** pending, group, dropped. */
  readonly unitsByState: Counts
  readonly splits: Counts
  /** Chosen winners in a group, number of such groups. */
  readonly winnersPerGroup: Counts
  /** Distinct winners of a group's unit, chosen or not, number of such groups. */
  readonly distinctWinnersPerGroup: Counts
  readonly losersPerGroup: Counts
  readonly loserLevels: Counts
  readonly mutantVerdicts: Counts
  /** Milliseconds of work by stage, over all units and workers. */
  readonly stageMs: Counts
  /** Runs, and how many of them came to their end. */
  readonly runs: { readonly started: number; readonly finished: number }
  readonly groupsPerSecondAndCore: number
}

export function readStats(db: Connection, contentHash: string): Stats {
  const number = (sql: string) => db.prepare<{ n: number | null }>(sql).get()?.n ?? 0
  const counts = (sql: string): Counts =>
    Object.fromEntries(
      db
        .prepare<{ name: string | number; n: number }>(sql)
        .all()
        .map(({ name, n }) => [String(name), n]),
    )
  const drops: Record<string, Record<string, number>> = {}
  for (const { stage, reason, n } of db
    .prepare<{ stage: string; reason: string; n: number }>(
      'SELECT stage, reason, count(*) AS n FROM drops GROUP BY stage, reason ORDER BY stage, n DESC, reason',
    )
    .all()) {
    drops[stage] ??= {}
    drops[stage][reason] = n
  }
  const groups = number('SELECT count(*) AS n FROM groups')
  const coreSeconds = number('SELECT sum(seconds * jobs) AS n FROM runs')
  return {
    sources: number('SELECT count(*) AS n FROM sources'),
    units: number('SELECT count(*) AS n FROM units'),
    groups,
    winners: number('SELECT count(*) AS n FROM winners WHERE chosen = 1'),
    losers: number('SELECT count(*) AS n FROM losers'),
    drops,
    operators: counts('SELECT operator AS name, count(*) AS n FROM losers GROUP BY 1 ORDER BY n DESC, 1'),
    levels: counts(
      `SELECT value AS name, count(*) AS n FROM winners, json_each(levels) WHERE chosen = 1 GROUP BY 1 ORDER BY 1`,
    ),
    classes: counts('SELECT class AS name, count(*) AS n FROM losers GROUP BY 1 ORDER BY 1'),
    seconds: number('SELECT sum(seconds) AS n FROM runs'),
    jobs: number('SELECT jobs AS n FROM runs ORDER BY key DESC LIMIT 1'),
    contentHash,
    unitsByKind: counts('SELECT kind AS name, count(*) AS n FROM units GROUP BY 1 ORDER BY 1'),
    unitsByState: counts('SELECT state AS name, count(*) AS n FROM units GROUP BY 1 ORDER BY 1'),
    splits: counts('SELECT split AS name, count(*) AS n FROM groups GROUP BY 1 ORDER BY 1'),
    winnersPerGroup: counts(
      `SELECT members AS name, count(*) AS n
       FROM (SELECT sum(chosen) AS members FROM winners GROUP BY group_key) GROUP BY 1 ORDER BY 1`,
    ),
    distinctWinnersPerGroup: counts(
      `SELECT members AS name, count(*) AS n
       FROM (SELECT count(*) AS members FROM winners GROUP BY group_key) GROUP BY 1 ORDER BY 1`,
    ),
    losersPerGroup: counts(
      `SELECT members AS name, count(*) AS n
       FROM (SELECT count(*) AS members FROM losers GROUP BY group_key) GROUP BY 1 ORDER BY 1`,
    ),
    loserLevels: counts('SELECT level AS name, count(*) AS n FROM losers GROUP BY 1 ORDER BY 1'),
    mutantVerdicts: counts(
      'SELECT verdict AS name, count(*) AS n FROM mutants GROUP BY 1 ORDER BY n DESC, 1',
    ),
    stageMs: counts(
      `SELECT entry.key AS name, sum(entry.value) AS n
       FROM units, json_each(timings) AS entry WHERE timings IS NOT NULL GROUP BY 1 ORDER BY n DESC`,
    ),
    runs: {
      started: number('SELECT count(*) AS n FROM runs'),
      finished: number('SELECT count(*) AS n FROM runs WHERE finished_at IS NOT NULL'),
    },
    groupsPerSecondAndCore: coreSeconds === 0 ? 0 : groups / coreSeconds,
  }
}
