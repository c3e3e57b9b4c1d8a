/**
 * The addresses of the pages, and what holds for all of them: they are for this machine, load nothing of another one, and
 * what goes wrong is one sentence.
 */
import { type Context, Hono } from 'hono'
import { UserError } from '../base/user-error.ts'
import { SCRIPT, SERVED_POLICY, servedPage } from '../page/document.ts'
import { type Html, html } from '../page/html.ts'
import { STYLE } from '../page/style.ts'
import { RUNS_STYLE } from '../report/runs-charts.ts'
import type { AuditDesk } from './audit-desk.ts'
import { readFilter } from './catalog/filter.ts'
import { isOwnHost, isOwnPage } from './guard.ts'
import type { GroupsView } from './open-groups.ts'
import type { RunsView } from './open-runs.ts'
import { auditPage } from './pages/audit-page.ts'
import { dropPage, dropsPage } from './pages/drops-page.ts'
import { framed, type Tab } from './pages/frame.ts'
import { groupPage, groupTitle } from './pages/group-page.ts'
import { listPage } from './pages/list-page.ts'
import { runsPage } from './pages/runs-page.ts'
import { servedSite } from './pages/site.ts'
import type { Prover } from './prove-again.ts'
import { VIEW_STYLE } from './view-style.ts'

export interface ViewAppOptions {
  /** What the pages are called. */
  readonly name: string
  readonly groups: GroupsView | undefined
  readonly runs: RunsView | undefined
  readonly prover: Prover
  readonly auditDesk: AuditDesk | undefined
  /** Told of each bug. */
  readonly report: (error: unknown) => void
}

const PAGE_GROUPS = 50
const PAGE_DROPS = 100

const HEADERS = {
  'content-security-policy': SERVED_POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

export function createViewApp({ name, groups, runs, prover, auditDesk, report }: ViewAppOptions): Hono {
  const app = new Hono()
  const site = servedSite(name, { database: groups !== undefined, runs: runs !== undefined })

  const page = (context: Context, tab: Tab, title: string, main: Html, status: 200 | 404 | 500 = 200) =>
    context.html(
      servedPage(
        { title: `${title} – gepo`, body: framed(site, tab, main) },
        { style: '/style.css', script: '/page.js' },
      ),
      status,
    )
  const sentence = (context: Context, text: string, status: 404 | 500) =>
    page(
      context,
      'groups',
      'gepo',
      html`<main><h1>${status === 404 ? 'This cannot be shown' : 'This went wrong'}</h1><p class="note">${text}</p></main>`,
      status,
    )

  app.use(async (context, next) => {
    const header = (wanted: string) => context.req.header(wanted)
    if (!isOwnHost(header))
      return context.text('gepo view answers to localhost and 127.0.0.1 alone.\n', 403, HEADERS)
    if (context.req.method !== 'GET' && context.req.method !== 'HEAD' && !isOwnPage(header))
      return context.text('gepo view works for its own pages alone.\n', 403, HEADERS)
    await next()
    for (const [key, value] of Object.entries(HEADERS)) context.header(key, value)
  })
  app.get('/style.css', (context) =>
    context.body(STYLE + VIEW_STYLE + RUNS_STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }),
  )
  app.get('/page.js', (context) =>
    context.body(SCRIPT, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  )

  if (groups !== undefined) {
    const { catalog } = groups
    app.get('/', (context) => {
      const query = new URL(context.req.url).searchParams
      const filter = readFilter(query)
      groups.refresh()
      const selection = catalog.select(filter)
      const { keys, position, previous, next } = selection.page(
        keyFrom(groups, query.get('from')),
        PAGE_GROUPS,
      )
      const list = listPage(site, {
        filter,
        selection,
        heads: groups.heads(keys),
        position,
        previous: groups.idOf(previous),
        next: groups.idOf(next),
        total: groups.total(),
        read: catalog.groups,
      })
      return page(context, 'groups', name, list)
    })
    app.get('/group/:id', (context) => {
      const filter = readFilter(new URL(context.req.url).searchParams)
      const stored = groups.group(context.req.param('id'))
      const { previous, next } = catalog.select(filter).around(groups.keyOf(stored.group.id) ?? 0)
      const place = { filter, previous: groups.idOf(previous), next: groups.idOf(next) }
      return page(context, 'groups', groupTitle(stored), groupPage(site, stored, place))
    })
    app.post('/group/:id/prove', async (context) =>
      context.json(await prover.prove(groups.group(context.req.param('id')))),
    )
    app.get('/drops', (context) => {
      const query = new URL(context.req.url).searchParams
      groups.refresh()
      const [stage, reason] = [query.get('stage'), query.get('reason')]
      if (stage === null || reason === null)
        return page(context, 'drops', 'Drops', dropsPage(site, { drops: catalog.drops, chosen: undefined }))
      const { keys, ...slice } = catalog.dropsFrom(stage, reason, numberOf(query.get('from')), PAGE_DROPS)
      const chosen = { stage, reason, rows: groups.drops(keys), ...slice }
      return page(context, 'drops', `${stage}: ${reason}`, dropsPage(site, { drops: catalog.drops, chosen }))
    })
  }
  if (groups !== undefined)
    app.get('/drop/:key{[0-9]+}', (context) => {
      const drop = groups.drop(numberOf(context.req.param('key')))
      if (drop === undefined) return sentence(context, 'There is no such drop any more.', 404)
      return page(context, 'drops', 'Drop', dropPage(site, drop.row, drop.code))
    })
  if (auditDesk !== undefined) {
    app.get('/audit', (context) => page(context, 'audit', 'Audit', auditPage(auditDesk.state)))
    app.post('/audit', (context) => {
      auditDesk.start()
      return context.json({ reload: true })
    })
  }
  if (runs !== undefined) {
    app.get('/runs', (context) => {
      const chosen = runs.read(new URL(context.req.url).searchParams.getAll('run'))
      return page(context, 'runs', 'Runs', runsPage(site, runs.names, chosen))
    })
    if (groups === undefined) app.get('/', (context) => context.redirect('/runs'))
  }
  app.notFound((context) => sentence(context, `There is no page ${context.req.path} here.`, 404))
  app.onError((error, context) => {
    const { method } = context.req
    if (error instanceof UserError) {
      if (method === 'POST')
        return context.json({ told: { '*': { text: error.message, state: 'warn' } } }, 500)
      return sentence(context, error.message, 404)
    }
    report(error)
    if (method === 'POST') return context.json({ told: { '*': { text: BUG, state: 'bad' } } }, 500)
    return sentence(context, BUG, 500)
  })
  return app
}

const BUG = 'This is a bug of gepo; gepo view has printed where.'

const numberOf = (text: string | null) => (text !== null && /^\d{1,15}$/.test(text) ? Number(text) : 0)

/** The start where the id is none, or of a group that is gone. */
const keyFrom = (groups: GroupsView, id: string | null) =>
  id !== null && /^[0-9a-f]{64}$/.test(id) ? groups.keyOf(id) : undefined
