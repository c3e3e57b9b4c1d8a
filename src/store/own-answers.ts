/**
 * The side database of a run whose model's own answers join its groups: each answer with its verdict, and what a step
 * learns from it by. It is written while the run goes on. What was drawn after the checkpoint that a run goes on from is
 * drawn again, and forgotten before.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { UserError } from '../base/user-error.ts'
import { IR_VERDICTS, type IrVerdict } from '../records/ir-verdict.ts'
import { LEVELS } from '../records/level.ts'
import type { DrawnOwnAnswer, OwnAnswer, OwnRole } from '../records/own-answer.ts'
import { type Connection, openConnection } from './connection.ts'
import { leaveOnePlainFile } from './open-database.ts'
import { packText, unpackText } from './pack-text.ts'

export interface OwnAnswersReader {
  readonly path: string
  /** The folder of the run, as its configuration names it, and the database of its groups. */
  readonly origin: OwnAnswersOrigin
  /** How many there are of each kind and role, the most frequent first. */
  tally(): OwnTally[]
  /** The newest losers, the newest first. */
  mistakes(count: number): OwnAnswer[]
  /** In the order in which they were drawn; of one group, or of all. */
  answers(group?: string): Generator<OwnAnswer>
  /** Ids of the groups with answers that begin with these hex digits, ascending. */
  groupIds(prefix?: string): string[]
  close(): void
}

export interface OwnTally {
  readonly kind: OwnAnswer['verdict']['kind']
  readonly role: OwnRole
  readonly count: number
}

export interface OwnAnswersStore extends Pick<OwnAnswersReader, 'path' | 'close'> {
  /** Forgets what was drawn when so many steps were done, and later. */
  forgetFrom(step: number): void
  /** Whether there is such an answer to the prompt already. */
  has(answer: Pick<OwnAnswer, 'group' | 'level' | 'answer'>): boolean
  /** All of them or none. One that is there already is left out. */
  save(answers: readonly DrawnOwnAnswer[]): void
  /** Those to a prompt that take part in its group: the newest, so many at most, in the order in which they were drawn. */
  joining(prompt: Pick<OwnAnswer, 'group' | 'level'>, most: number): DrawnOwnAnswer[]
}

export interface OwnAnswersOrigin {
  readonly run: string
  readonly database: string
}

/** 'GEPA' in ASCII. */
export const OWN_ANSWERS_ID = 0x47455041
const VERSION = 1
const FORM = `
  CREATE TABLE origin (run TEXT NOT NULL, database TEXT NOT NULL) STRICT;
  CREATE TABLE answers (
    key INTEGER PRIMARY KEY,
    step INTEGER NOT NULL,
    sample INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    level TEXT NOT NULL,
    unit TEXT NOT NULL CHECK (json_valid(unit)),
    prompt BLOB NOT NULL,
    answer BLOB NOT NULL,
    digest BLOB NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('winner', 'loser', 'none')),
    kind TEXT NOT NULL,
    verdict BLOB NOT NULL,
    ids BLOB NOT NULL,
    reference REAL,
    UNIQUE (group_id, level, digest)
  ) STRICT;
  CREATE INDEX answers_step ON answers (step);
  -- What the pages count by: without it each look reads every answer.
  CREATE INDEX answers_kind ON answers (kind, role);
  PRAGMA application_id = ${OWN_ANSWERS_ID};
  PRAGMA user_version = ${VERSION};
`
const COLUMNS = 'step, sample, group_id, level, unit, prompt, answer, role, verdict, ids, reference'

interface Row {
  readonly step: number
  readonly sample: number
  readonly group_id: string
  readonly level: string
  readonly unit: string
  readonly prompt: Uint8Array
  readonly answer: Uint8Array
  readonly role: OwnRole
  readonly verdict: Uint8Array
  readonly ids: Uint8Array
  readonly reference: number | null
}

/** @throws UserError where the file is missing or something else */
export function readOwnAnswers(path: string): OwnAnswersReader {
  if (!existsSync(path))
    throw new UserError(`${path} does not exist; name on-policy.db in the folder of a run.`)
  const db = openConnection(path, { readonly: true })
  try {
    refuseForeign(db)
    const origin = db.prepare<OwnAnswersOrigin>('SELECT run, database FROM origin').get()
    if (origin === undefined) throw damaged(path)
    const tally = db.prepare<OwnTally>(
      'SELECT kind, role, count(*) AS count FROM answers GROUP BY kind, role ORDER BY count DESC, kind, role',
    )
    const mistakes = db.prepare<Row>(
      `SELECT ${COLUMNS} FROM answers WHERE role = 'loser' ORDER BY step DESC, key DESC LIMIT ?`,
    )
    const page = db.prepare<Row & { key: number }>(
      `SELECT key, ${COLUMNS} FROM answers WHERE key > ? AND (group_id = ? OR ? IS NULL) ORDER BY key LIMIT 256`,
    )
    const ids = db.prepare<{ group_id: string }>(
      "SELECT DISTINCT group_id FROM answers WHERE group_id LIKE ? || '%' ORDER BY group_id",
    )
    return {
      path,
      origin,
      tally: () => tally.all(),
      mistakes: (most) => mistakes.all(most).map((row) => toOwnAnswer(row, path)),
      *answers(group) {
        let after = 0
        for (;;) {
          const rows = page.all(after, group ?? null, group ?? null)
          for (const row of rows) yield toOwnAnswer(row, path)
          if (rows.length === 0) return
          after = rows.at(-1)!.key
        }
      },
      groupIds: (prefix = '') => ids.all(prefix).map(({ group_id }) => group_id),
      close: () => db.close(),
    }
  } catch (error) {
    db.close()
    throw error
  }
}

/** @throws UserError where the file is something else or cannot be written */
export function openOwnAnswers(path: string, { run, database }: OwnAnswersOrigin): OwnAnswersStore {
  const db = openConnection(path, { readonly: false })
  try {
    db.pragma('journal_mode = WAL')
    db.exec('PRAGMA synchronous = NORMAL')
    db.transaction(() => {
      if (db.prepare<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()!.n > 0) return
      db.exec(FORM)
      db.prepare('INSERT INTO origin (run, database) VALUES (?, ?)').run(run, database)
    })
    refuseForeign(db)
  } catch (error) {
    db.close()
    throw error
  }
  const forget = db.prepare('DELETE FROM answers WHERE step >= ?')
  const find = db.prepare('SELECT 1 FROM answers WHERE group_id = ? AND level = ? AND digest = ?')
  const insert = db.prepare(
    `INSERT INTO answers (${COLUMNS}, kind, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  )
  const joining = db.prepare<Row>(
    `SELECT ${COLUMNS} FROM answers WHERE group_id = ? AND level = ? AND role <> 'none'
     ORDER BY step DESC, sample DESC LIMIT ?`,
  )
  return {
    path,
    forgetFrom: (step) => void forget.run(step),
    has: ({ group, level, answer }) => find.get(group, level ?? '', digestOf(answer)) !== undefined,
    save(answers) {
      db.transaction(() => {
        for (const {
          step,
          sample,
          group,
          level,
          unit,
          prompt,
          answer,
          role,
          verdict,
          ids,
          reference,
        } of answers)
          insert.run(
            step,
            sample,
            group,
            level ?? '',
            JSON.stringify(unit),
            packText(prompt),
            packText(answer),
            role,
            packText(JSON.stringify(verdict)),
            new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength),
            reference,
            verdict.kind,
            digestOf(answer),
          )
      })
    },
    joining: ({ group, level }, most) =>
      joining
        .all(group, level ?? '', most)
        .reverse()
        .map((row) => toAnswer(row, path)),
    close() {
      leaveOnePlainFile(db)
      db.close()
    },
  }
}

const digestOf = (text: string) => createHash('sha256').update(text).digest()

function readUnit(json: string): OwnAnswer['unit'] {
  const { id, kind, name } = JSON.parse(json)
  if (typeof id !== 'string' || typeof name !== 'string' || (kind !== 'program' && kind !== 'function'))
    throw new Error('a unit of another form')
  return { id, kind, name }
}

function readVerdict(json: string): IrVerdict {
  const verdict: IrVerdict = JSON.parse(json)
  if (!IR_VERDICTS.includes(verdict.kind)) throw new Error('a verdict of another form')
  return verdict
}

function toAnswer(row: Row, path: string): DrawnOwnAnswer {
  const { step, sample, group_id: group, level, role, reference } = row
  try {
    return {
      step,
      sample,
      group,
      level: LEVELS.find((one) => one === level) ?? null,
      unit: readUnit(row.unit),
      prompt: unpackText(row.prompt),
      answer: unpackText(row.answer),
      role,
      verdict: readVerdict(unpackText(row.verdict)),
      // Copied: what SQLite gives may begin at any byte.
      ids: new Int32Array(Uint8Array.from(row.ids).buffer),
      reference,
    }
  } catch (error) {
    throw damaged(path, error)
  }
}

function toOwnAnswer(row: Row, path: string): OwnAnswer {
  const { ids: _, reference: _reference, ...answer } = toAnswer(row, path)
  return answer
}

function refuseForeign(db: Connection): void {
  const [application, version] = [db.pragma('application_id'), db.pragma('user_version')]
  if (application !== OWN_ANSWERS_ID || version !== VERSION)
    throw new UserError(`${db.path} holds no answers of a model; name on-policy.db in the folder of a run.`)
}

const damaged = (path: string, cause?: unknown) =>
  new UserError(`${path} is damaged; restore it, or begin the run anew with another folder as out.`, {
    cause,
  })
