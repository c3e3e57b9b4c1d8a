/**
 * A side file of what training works out once and uses often: whether a group can be used under given options, and
 * log-probabilities of the reference model. Every key is a hash of all that its value depends on, so that nothing in
 * it can be out of date; the file may be removed at any time. Several runs may share it at once.
 */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../base/user-error.ts'
import { openConnection } from './connection.ts'

export interface TrainingCache {
  readonly path: string
  /** What `saveSurvey` was given under this key. */
  survey(key: Buffer): string | undefined
  saveSurveys(entries: Iterable<readonly [key: Buffer, json: string]>): void
  /** Natural logarithm, summed over the response. */
  logProb(key: Buffer): number | undefined
  saveLogProbs(entries: Iterable<readonly [key: Buffer, logProb: number]>): void
  close(): void
}

/** For what reads an entry that gepo cannot have written there, or misses one that it has. */
export const damagedCache = ({ path }: Pick<TrainingCache, 'path'>, what: string) =>
  new UserError(`The cache ${path} is damaged (${what}): remove it; all that it held is worked out again.`)

/** 'GEPC' in ASCII. */
const APPLICATION_ID = 0x47455043
const VERSION = 1
const FORM = `
  CREATE TABLE surveys (key BLOB PRIMARY KEY, outcome TEXT NOT NULL CHECK (json_valid(outcome))) STRICT, WITHOUT ROWID;
  CREATE TABLE log_probs (key BLOB PRIMARY KEY, log_prob REAL NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${VERSION};
`

/** @throws UserError where the file belongs to another program or cannot be written */
export function openTrainingCache(path: string): TrainingCache {
  if (!existsSync(dirname(path))) {
    throw new UserError(
      `The folder ${dirname(path)} does not exist; make it, or name another file as data.cache.`,
    )
  }
  const db = openConnection(path, { readonly: false })
  try {
    db.pragma('journal_mode = WAL')
    db.exec('PRAGMA synchronous = NORMAL')
    db.transaction(() => {
      if (db.prepare<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()!.n === 0) db.exec(FORM)
    })
    const [application, version] = [db.pragma('application_id'), db.pragma('user_version')]
    if (application !== APPLICATION_ID || version !== VERSION) {
      throw new UserError(
        `${path} is no cache of this gepo; remove it if it is an old one, or name another file as data.cache.`,
      )
    }
  } catch (error) {
    db.close()
    throw error
  }
  const survey = db.prepare<{ outcome: string }>('SELECT outcome FROM surveys WHERE key = ?')
  const saveSurvey = db.prepare('INSERT OR REPLACE INTO surveys (key, outcome) VALUES (?, ?)')
  const logProb = db.prepare<{ log_prob: number }>('SELECT log_prob FROM log_probs WHERE key = ?')
  const saveLogProb = db.prepare('INSERT OR REPLACE INTO log_probs (key, log_prob) VALUES (?, ?)')
  return {
    path,
    survey: (key) => survey.get(key)?.outcome,
    saveSurveys(entries) {
      db.transaction(() => {
        for (const [key, json] of entries) saveSurvey.run(key, json)
      })
    },
    logProb: (key) => logProb.get(key)?.log_prob,
    saveLogProbs(entries) {
      db.transaction(() => {
        for (const [key, value] of entries) saveLogProb.run(key, value)
      })
    },
    close: () => db.close(),
  }
}
