/**
 * One database of groups into another, by content: what is there already stays. The outcome of a unit comes from the
 * database that was chosen for it. A page a transaction, so that a killed merge goes on, in memory for a page.
 *
 * Afterwards the first to come has what several have in common, as in a build that goes on: settling is the caller's.
 */
import type { Connection } from '../connection.ts'
import { dropsTable } from '../drops.ts'
import { idFromBytes } from '../hex-id.ts'
import type { SourceRow } from '../sources.ts'
import { openTables, PAGE_ROWS } from '../tables.ts'
import { openRowCopier, type StoredRow } from './copy-rows.ts'

/** A group's tables, each after those that it refers to. */
const GROUP_TABLES = ['inputs', 'winners', 'losers', 'executions', 'mutants', 'pools'] as const

/**
 * @param isChosen whether the outcome of a unit comes from this database
 * @returns a generator that yields after each page how many units it has gone through
 */
export function* copyGroups(
  from: Connection,
  to: Connection,
  isChosen: (unitId: Uint8Array) => boolean,
): Generator<number> {
  const copier = openRowCopier(from, to)
  const { sources, units } = openTables(to)
  const drops = dropsTable(to)
  const sourceRow = from.prepare<StoredRow>('SELECT * FROM sources WHERE key = ?')
  const unitRow = from.prepare<StoredRow>('SELECT * FROM units WHERE key = ?')
  const groupRow = from.prepare<StoredRow>('SELECT * FROM groups WHERE unit_key = ?')
  const dropRow = from.prepare<StoredRow>('SELECT * FROM drops WHERE unit_key = ?')
  const finishUnit = to.prepare('UPDATE units SET state = ?, timings = ? WHERE key = ?')
  const parts = GROUP_TABLES.map((table) => ({
    table,
    rows: from.prepare<StoredRow>(`SELECT * FROM ${table} WHERE group_key = ?`),
  }))
  const idOf = (row: StoredRow) => idFromBytes(row.id as Uint8Array)
  const storedSource = (key: number): SourceRow => sources.find(idOf(sourceRow.get(key)!))!

  for (const page of pages(from, 'sources')) {
    to.transaction(() => {
      for (const row of page) saveSource(row)
    })
    yield 0
  }
  for (const page of pages(from, 'units')) {
    to.transaction(() => {
      for (const row of page) saveUnit(row)
    })
    yield page.length
  }
  for (const page of pages(from, 'drops', 'unit_key IS NULL')) {
    to.transaction(() => {
      for (const row of page) saveDrop(row)
    })
    yield 0
  }

  function saveSource(row: StoredRow): void {
    const stored = sources.find(idOf(row))
    if (stored === undefined) copier.copy('sources', row, {})
    else {
      saveSecondPlace(row, stored, idOf(row))
      if (row.extracted === 1) sources.setExtracted(stored.key)
    }
  }

  function saveSecondPlace(place: StoredRow, stored: SourceRow, id: string): void {
    const [dataset, split, row] = [String(place.dataset), String(place.split), String(place.row)]
    if (dataset === stored.dataset && split === stored.split && row === stored.row) return
    const license = place.license === null ? null : String(place.license)
    drops.insertDuplicate(id, { dataset, split, row, license }, stored.key)
  }

  function saveUnit(row: StoredRow): void {
    const source = storedSource(row.source_key as number)
    const stored = units.find(idOf(row))
    if (stored !== undefined && stored.sourceKey !== source.key)
      drops.insertDuplicateUnit(String(row.name), source, stored.key)
    const { key, state, owner } =
      stored === undefined
        ? {
            key: copier.copy('units', row, { source_key: source.key, state: 'pending', timings: null }),
            state: 'pending' as const,
            owner: source,
          }
        : { key: stored.key, state: stored.state, owner: sources.origin(stored.sourceKey) }
    if (state !== 'pending' || row.state === 'pending' || !isChosen(row.id as Uint8Array)) return
    if (row.state === 'group') saveGroup(groupRow.get(row.key as number)!, key)
    else {
      const { dataset, split, row: place } = owner
      copier.copy('drops', dropRow.get(row.key as number)!, { unit_key: key, dataset, split, row: place })
    }
    finishUnit.run(row.state as string, row.timings as string | null, key)
  }

  function saveGroup(row: StoredRow, unitKey: number): void {
    const groupKey = copier.copy('groups', row, { unit_key: unitKey })
    for (const { table, rows } of parts)
      for (const part of rows.all(row.key as number)) copier.copy(table, part, { group_key: groupKey })
  }

  function saveDrop(row: StoredRow): void {
    const drop = { stage: row.stage as never, reason: String(row.reason), detail: String(row.detail) }
    const place = { dataset: String(row.dataset), split: String(row.split), row: String(row.row) }
    const source = row.source_key === null ? undefined : storedSource(row.source_key as number)
    if (source === undefined) drops.insertItem(drop, place)
    else if (row.stage === 'read')
      saveSecondPlace(row, source, idOf(sourceRow.get(row.source_key as number)!))
    else if (row.same_unit === null) drops.insertPart(drop, source, String(row.part))
    else {
      const unit = units.find(idOf(unitRow.get(row.same_unit as number)!))!
      if (unit.sourceKey !== source.key) drops.insertDuplicateUnit(String(row.part), source, unit.key)
    }
  }
}

function* pages(db: Connection, table: string, condition = 'TRUE'): Generator<readonly StoredRow[]> {
  const page = db.prepare<StoredRow>(
    `SELECT * FROM ${table} WHERE ${condition} AND key > ? ORDER BY key LIMIT ${PAGE_ROWS}`,
  )
  let rows = page.all(0)
  while (rows.length > 0) {
    yield rows
    rows = page.all(rows.at(-1)!.key as number)
  }
}
