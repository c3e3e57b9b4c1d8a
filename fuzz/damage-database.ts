/** Values of a SQLite database replaced by odd ones, rows and tables taken away: damage that SQLite itself cannot see. */
import Database from 'better-sqlite3'
import type { Random } from '../src/base/random.ts'

const ODD_VALUES: readonly unknown[] = [
  ...[null, 0, -1, 1, 255, 1e15, 9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n, 1.5, 1e308],
  ...['', '{', 'null', '[]', '{}', '"', '[null]', '{"a":1}', 'O9', '\u001b[2J', '\u0000', '../x', 'é'],
  ...[Buffer.alloc(0), Buffer.of(0), Buffer.of(1), Buffer.alloc(32), Buffer.from('006e756c6c', 'hex')],
]

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
    const table = random.pick(names)
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
    if (how === 'table') return run(db, `DROP TABLE "${table}"`)
    if (how === 'rows') return run(db, `DELETE FROM "${table}"`)
    const rows = db.prepare<[], { count: number }>(`SELECT count(*) AS count FROM "${table}"`).get()!.count
    if (rows === 0) return `nothing: ${table} is empty`
    const where = `rowid = (SELECT rowid FROM "${table}" LIMIT 1 OFFSET ${random.int(0, rows - 1)})`
    if (how === 'row') return run(db, `DELETE FROM "${table}" WHERE ${where}`)
    const columns = db.prepare<[], { name: string }>(`PRAGMA table_info("${table}")`).all()
    const column = random.pick(columns).name
    if (how === 'column')
      return run(db, `UPDATE OR IGNORE "${table}" SET "${column}" = ?`, random.pick(ODD_VALUES))
    if (how === 'value')
      return run(
        db,
        `UPDATE OR IGNORE "${table}" SET "${column}" = ? WHERE ${where}`,
        random.pick(ODD_VALUES),
      )
    const offset = random.int(0, rows - 1)
    const other = `(SELECT "${random.pick(columns).name}" FROM "${table}" LIMIT 1 OFFSET ${offset})`
    return run(db, `UPDATE OR IGNORE "${table}" SET "${column}" = ${other} WHERE ${where}`)
  } finally {
    db.close()
  }
}

function run(db: Database.Database, sql: string, ...values: unknown[]): string {
  const shown = values.map((value) =>
    Buffer.isBuffer(value) ? `x'${value.toString('hex')}'` : JSON.stringify(String(value)),
  )
  try {
    db.prepare(sql).run(...values)
    return [sql, ...shown].join(' ')
  } catch (error) {
    // A table without rowids, a column that is its key, a value of a strict type.
    if (error instanceof Database.SqliteError) return `nothing: ${sql}: ${error.message}`
    throw error
  }
}
