/**
 * Groups of a database in, files for the web out: one group, or a sample with a list. Each is one file that opens from
 * anywhere, also from a disk, and leads to the others beside it. What needs a server is not in them: no proof, no drops.
 */
import { mkdirSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { UserError } from '../base/user-error.ts'
import { writeFileAtomically } from '../base/write-atomically.ts'
import { standalonePage } from '../page/document.ts'
import { type Html, html } from '../page/html.ts'
import type { StoredGroup } from '../records/group-record.ts'
import { openStore, type Store } from '../store/store.ts'
import type { GroupHead } from '../store/view-rows.ts'
import { SHORT_ID } from './catalog/catalog.ts'
import { framed } from './pages/frame.ts'
import { groupPage, groupTitle } from './pages/group-page.ts'
import { groupTable } from './pages/list-page.ts'
import type { Site } from './pages/site.ts'
import { VIEW_STYLE } from './view-style.ts'

export interface PagesOptions {
  readonly database: string
  /** A new or an empty folder. */
  readonly out: string
  readonly what: { readonly group: string } | { readonly sample: number; readonly seed: number }
}

/**
 * @returns the number of groups
 * @throws UserError where the folder holds something, or the database cannot be shown
 */
export function writePages({ database, out, what }: PagesOptions): number {
  const store = openStore(database, { readonly: true })
  try {
    return 'group' in what ? writeOne(store, out, what.group) : writeSample(store, out, what)
  } finally {
    store.close()
  }
}

function writeOne(store: Store, out: string, id: string): number {
  const stored = store.intact(store.findGroup(id))
  const site: Site = { ...siteOf(store), list: undefined }
  makeFolder(out)
  write(out, 'index.html', groupTitle(stored), framed(site, 'groups', groupPage(site, stored, {})))
  return 1
}

function writeSample(store: Store, out: string, selection: { sample: number; seed: number }): number {
  if (store.groupCount() === 0) throw new UserError(`${store.path} holds no groups to write.`)
  makeFolder(out)
  const site = siteOf(store)
  const heads: GroupHead[] = []
  // The page of a group is written when its follower is known.
  let before: StoredGroup | undefined
  let waiting: StoredGroup | undefined
  const writeGroup = (stored: StoredGroup, next: StoredGroup | undefined) => {
    const place = { previous: before?.group.id, next: next?.group.id }
    write(
      out,
      site.group(stored.group.id),
      groupTitle(stored),
      framed(site, 'groups', groupPage(site, stored, place)),
    )
    before = stored
  }
  for (const stored of store.groups(selection)) {
    heads.push(headOf(store.intact(stored)))
    if (waiting !== undefined) writeGroup(waiting, stored)
    waiting = stored
  }
  if (waiting !== undefined) writeGroup(waiting, undefined)
  write(out, 'index.html', site.name, framed(site, 'groups', samplePage(site, heads, store.groupCount())))
  return heads.length
}

const samplePage = (site: Site, heads: readonly GroupHead[], total: number): Html => html`<main>
<header class="list-head"><h1>${heads.length} <span class="soft">of ${total} groups</span></h1>
<p><input type="search" data-narrow placeholder="Name, file, operator or id" aria-label="Narrow the list"></p></header>
${groupTable(site, heads)}</main>`

const siteOf = (store: Store): Site => ({
  name: basename(store.path),
  list: (_filter, from) => `index.html${from === undefined ? '' : `#g${from.slice(0, SHORT_ID)}`}`,
  group: (id) => `${id}.html`,
  drops: undefined,
  drop: undefined,
  audit: undefined,
  runs: undefined,
  prove: undefined,
})

const headOf = ({ group, unit, source }: StoredGroup): GroupHead => ({
  id: group.id,
  split: group.split,
  kind: unit.kind,
  name: unit.name,
  dataset: source.dataset,
  container: source.split,
  row: source.row,
  license: source.license,
  winners: group.winners.filter(({ chosen }) => chosen).length,
  losers: group.losers.map(({ mutant, class: loserClass, level, difficulty }) => ({
    operator: mutant.operator,
    class: loserClass,
    level,
    difficulty,
  })),
})

function write(out: string, file: string, title: string, body: Html): void {
  writeFileAtomically(join(out, file), standalonePage({ title: `${title} – gepo`, body, style: VIEW_STYLE }))
}

function makeFolder(out: string): void {
  const stats = statSync(out, { throwIfNoEntry: false })
  if (stats?.isDirectory() === false) throw new UserError(`${out} is a file; name a folder as --out.`)
  if (stats !== undefined && readdirSync(out).length > 0)
    throw new UserError(`${out} holds something already; name a new or an empty folder as --out.`)
  mkdirSync(out, { recursive: true })
}
