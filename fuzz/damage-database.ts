/** Values of a SQLite database replaced by odd ones, rows and tables taken away: damage that SQLite itself cannot see. */
import Database from 'better-sqlite3'
import type { Random } from '../src/base/random.ts'

const ODD_VALUES: readonly unknown[] = [
  ...[null, 0, -1, 1, 255, 1e15, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n, 1.5, 1e308],
  ...['', '{', 'null', '[]', '{}', '"', '[null]', '{"a":1}', 'O9', '\u001b[2J', '\u0000', '../x', 'é'],
  ...[Buffer.alloc(0), Buffer.of(0), Buffer.of(1), Buffer.alloc(32), Buffer.from('006e756c6c', 'hex')],
]

/** Tries until something is changed: many values do not fit a column's type, or its key. */
const MOST_TRIES = 20

/** @returns what was done */
export function damageDatabase(path: string, random: Random): string {
  const db = new Database(path)
  try {
    db.pragma('foreign_keys = OFF')
    db.pragma('ignore_check_constraints = ON')
    // No file beside it may hold a part of the damage.
    db.pragma('journal_mode = DELETE')
    const names = db
      .prepare<[], { name: string }>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .all()
      .map(({ name }) => name)
      .filter((name) => db.prepare(`SELECT 1 FROM "${name}"`).get() !== undefined)
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const done = run(db, ...drawDamage(db, random.pick(names), random))
      if (done !== undefined) return done
    }
    return 'nothing'
  } finally {
    db.close()
  }
}

function drawDamage(db: Database.Database, table: string, random: Random): [sql: string, ...unknown[]] {
  const columns = db.prepare<[], { name: string }>(`PRAGMA table_info("${table}")`).all()
  const rows = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM "${table}"`).get()!.count
  const column = `"${random.pick(columns).name}"`
  const drawn = (name: string) => `(SELECT ${name} FROM "${table}" LIMIT 1 OFFSET ${random.int(0, rows - 1)})`
  // Not every table has row numbers.
  const key = `"${columns[0]!.name}"`
  const where = `WHERE ${key} = ${drawn(key)}`
  const update = `UPDATE "${table}" SET ${column} =`
  const how = random.pick([
    'value',
    'value',
    'value',
    'value',
    'other value',
    'column',
    'row',
    'rows',
    'table',
  ])
  switch (how) {
    case 'table':
      return [`DROP TABLE "${table}"`]
    case 'rows':
      return [`DELETE FROM "${table}"`]
    case 'row':
      return [`DELETE FROM "${table}" ${where}`]
    case 'column':
      return [`${update} ?`, random.pick(ODD_VALUES)]
    case 'other value':
      return [`${update} ${drawn(`"${random.pick(columns).name}"`)} ${where}`]
    default:
      return [`${update} ? ${where}`, random.pick(ODD_VALUES)]
  }
}

/** Undefined where it changes nothing, or may not be. */
function run(db: Database.Database, sql: string, ...values: unknown[]): string | undefined {
  try {
    const { changes } = db.prepare(sql).run(...values)
    if (changes === 0 && !sql.startsWith('DROP')) return undefined
  } catch (error) {
    if (error instanceof Database.SqliteError) return undefined
    throw error
  }
  const shown = values.map((value) =>
    Buffer.isBuffer(value) ? `x'${value.toString('hex')}'` : JSON.stringify(String(value)),
  )
  return [sql, ...shown].join(' ')
}
