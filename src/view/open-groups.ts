/**
 * A database of groups as the pages read it: what they list from the catalog, a group from the store. It is read alone, and
 * may be written by `gepo build` meanwhile.
 */
import { UserError } from '../base/user-error.ts'
import type { StoredGroup } from '../records/group-record.ts'
import { openStore } from '../store/store.ts'
import { type DropRow, type GroupHead, openViewRows } from '../store/view-rows.ts'
import { type Catalog, openCatalog } from './catalog/catalog.ts'

export interface GroupsView {
  readonly path: string
  readonly catalog: Catalog
  /** Takes note of what a build has added; much of it is read beside the next answers. */
  refresh(): void
  /** Of the database, read yet or not. */
  total(): number
  /** Without those that are gone. */
  heads(keys: readonly number[]): GroupHead[]
  drops(keys: readonly number[]): DropRow[]
  /** With the code that it is about, where that was stored. */
  drop(key: number): { readonly row: DropRow; readonly code: string | undefined } | undefined
  keyOf(id: string): number | undefined
  idOf(key: number | undefined): string | undefined
  /** By its id or the first digits of it. @throws UserError where there is none, or more than one */
  group(id: string): StoredGroup
  contentConfig(): Readonly<Record<string, unknown>> | undefined
  changeMark(): number
  close(): void
}

/** Of the main thread at a time, while the catalog is read beside the answers. */
const SLICE_MS = 25
/** Of a request, for what was added since the last one. */
const REFRESH_MS = 10

/**
 * @param firstMs how long to read before the first page is asked for
 * @throws UserError where the file is missing, foreign, older, newer or damaged
 */
export function openGroups(path: string, firstMs = 300): GroupsView {
  const rows = openViewRows(path)
  const store = openStore(path, { readonly: true })
  const catalog = openCatalog(rows)
  catalog.readOn(firstMs)
  let timer: NodeJS.Timeout | undefined
  const readBeside = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      try {
        if (!catalog.readOn(SLICE_MS)) readBeside()
      } catch (error) {
        // The next page meets the same damage, and says so.
        if (!(error instanceof UserError)) throw error
      }
    }, 5)
  }
  readBeside()
  const counts = { mark: -1, total: 0 }
  return {
    path,
    catalog,
    refresh() {
      if (!catalog.readOn(REFRESH_MS)) readBeside()
    },
    total() {
      const mark = rows.changeMark()
      if (mark !== counts.mark) {
        counts.total = store.groupCount()
        counts.mark = mark
      }
      return Math.max(counts.total, catalog.groups)
    },
    heads: (keys) => keys.flatMap((key) => rows.groupHead(key) ?? []),
    drops: (keys) => keys.flatMap((key) => rows.drop(key) ?? []),
    drop(key) {
      const row = rows.drop(key)
      return row && { row, code: rows.dropText(key) }
    },
    keyOf: (id) => rows.keyOf(id),
    idOf: (key) => (key === undefined ? undefined : rows.groupHead(key)?.id),
    group: (id) => store.intact(store.findGroup(id)),
    contentConfig: () => store.contentConfig(),
    changeMark: () => rows.changeMark(),
    close() {
      clearTimeout(timer)
      catalog.close()
      store.close()
      rows.close()
    },
  }
}
