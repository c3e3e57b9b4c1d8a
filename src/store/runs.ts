/** Table `runs`: with which configuration, versions and seed the file was built, and for how long. */
import { UserError } from '../base/user-error.ts'
import type { Connection } from './connection.ts'
import { contentDifferences } from './content-differences.ts'

export interface RunStart {
  /** The configuration as resolved, for the record. */
  readonly config: unknown
  /** The part of it that groups depend on; all runs on a file share one. */
  readonly contentConfig: Readonly<Record<string, unknown>>
  /** Versions that groups depend on (gepo, clang); all runs on a file share them. */
  readonly versions: Readonly<Record<string, string>>
  /** Whatever else is worth knowing later: node, kernel, host. */
  readonly environment: Readonly<Record<string, string>>
  readonly sources: readonly string[]
  readonly seed: number
  readonly jobs: number
}

export interface Runs {
  /** @throws UserError when the file was built with other options or versions */
  begin(run: RunStart): number
  /** What all runs on the file share, versions included; undefined before the first. */
  contentConfig(): Readonly<Record<string, unknown>> | undefined
  setSeconds(key: number, seconds: number): void
  finish(key: number, seconds: number): void
}

export function runsTable(db: Connection): Runs {
  const first = db.prepare<{ content_config: string }>('SELECT content_config FROM runs ORDER BY key LIMIT 1')
  const insert = db.prepare<{ key: number }>(
    `INSERT INTO runs (config, content_config, versions, environment, sources, seed, jobs, started_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING key`,
  )
  const setSeconds = db.prepare('UPDATE runs SET seconds = ? WHERE key = ?')
  const finish = db.prepare('UPDATE runs SET seconds = ?, finished_at = ? WHERE key = ?')
  const contentConfig = (): Record<string, unknown> | undefined => {
    const row = first.get()
    return row && JSON.parse(row.content_config)
  }
  return {
    contentConfig,
    begin(run) {
      const content = { ...run.contentConfig, versions: run.versions }
      const before = contentConfig()
      if (before !== undefined) refuseOtherContent(db.path, before, content)
      return insert.get(
        JSON.stringify(run.config),
        JSON.stringify(content),
        JSON.stringify(run.versions),
        JSON.stringify(run.environment),
        JSON.stringify(run.sources),
        run.seed,
        run.jobs,
        new Date().toISOString(),
      )!.key
    },
    setSeconds(key, seconds) {
      setSeconds.run(seconds, key)
    },
    finish(key, seconds) {
      finish.run(seconds, new Date().toISOString(), key)
    },
  }
}

function refuseOtherContent(
  path: string,
  before: Record<string, unknown>,
  now: Record<string, unknown>,
): void {
  const changes = contentDifferences(before, now)
  if (changes.length === 0) return
  throw new UserError(
    `${path} was built with ${changes.map(({ name, before }) => `${name} ${before}`).join(', ')}, this run has ` +
      `${changes.map(({ name, now }) => `${name} ${now}`).join(', ')}; use the same options, or another --out.`,
  )
}
