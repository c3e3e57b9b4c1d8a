/**
 * One database of translation problems into another, by where the problems are from: what is there already stays. A
 * problem comes before a drop, of two drops the one that comes first by reason and detail. Afterwards the first to come
 * stands for those like it: settling is the caller's.
 */
import { UserError } from '../../base/user-error.ts'
import type { DropReason, ProblemOrigin } from '../../records/problem.ts'
import type { Connection } from '../connection.ts'
import { duplicatesTable } from '../problems/duplicates.ts'
import { problemTables } from '../problems/problem-tables.ts'
import { saveProblem } from '../problems/save-problem.ts'

interface DropRow extends ProblemOrigin, DropReason {}

const PAGE = 512

/**
 * @returns a generator that yields after each page how many rows it has gone through
 * @throws UserError where a place has one problem here and another there
 */
export function* copyProblems(from: Connection, to: Connection): Generator<number> {
  const read = duplicatesTable(from)
  const tables = problemTables(to)
  const stored = duplicatesTable(to)
  const places = from.prepare<ProblemOrigin>(
    `SELECT dataset, place, row FROM (
       SELECT dataset, place, row FROM problems UNION ALL SELECT dataset, place, row FROM drops WHERE problem IS NOT NULL
     ) WHERE (place, row) > (?, ?) ORDER BY place, row LIMIT ${PAGE}`,
  )
  const drops = from.prepare<DropRow>(
    `SELECT * FROM drops WHERE (place, row) > (?, ?) AND problem IS NULL ORDER BY place, row LIMIT ${PAGE}`,
  )
  const dropOf = to.prepare<DropRow>('SELECT * FROM drops WHERE place = ? AND row = ? AND problem IS NULL')

  for (const page of pages(places)) {
    to.transaction(() => {
      for (const origin of page) save(origin)
    })
    yield page.length
  }
  for (const page of pages(drops)) {
    to.transaction(() => {
      for (const row of page) saveDrop(row)
    })
    yield page.length
  }

  function save(origin: ProblemOrigin): void {
    const { problem } = read.find(origin)!
    const before = stored.find(origin)
    if (before === undefined) {
      stored.remove(origin)
      saveProblem(tables, stored, origin, problem)
    } else if (before.problem.id !== problem.id)
      throw new UserError(
        `Row ${origin.row} of ${origin.place} is another problem in ${from.path} than in a file before it; make them of the same data and with the same options, or under other names.`,
      )
  }

  function saveDrop(drop: DropRow): void {
    if (stored.find(drop) !== undefined) return
    const before = dropOf.get(drop.place, drop.row)
    if (before !== undefined && textOf(before) <= textOf(drop)) return
    stored.remove(drop)
    tables.insertDrop(drop, drop)
  }
}

const textOf = ({ reason, detail }: DropReason) => JSON.stringify([reason, detail])

function* pages<Item extends ProblemOrigin>(statement: {
  all(place: string, row: string): Item[]
}): Generator<readonly Item[]> {
  let page = statement.all('', '')
  while (page.length > 0) {
    yield page
    const last = page.at(-1)!
    page = statement.all(last.place, last.row)
  }
}
