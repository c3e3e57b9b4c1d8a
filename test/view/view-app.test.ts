/** The pages over a database: what is listed and counted, who may ask, and that texts stay texts. */
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../src/store/store.ts'
import { createViewApp } from '../../src/view/create-view-app.ts'
import { type GroupsView, openGroups } from '../../src/view/open-groups.ts'
import type { Prover } from '../../src/view/prove-again.ts'
import { scratchFolder } from '../scratch-folder.ts'
import {
  droppedOutcome,
  saveSynthetic,
  syntheticRun,
  writeSyntheticDatabase,
} from '../store/synthetic-records.ts'
import { HOSTILE, writeHostileDatabase } from './hostile-database.ts'

const folder = scratchFolder()
const opened: GroupsView[] = []
afterAll(() => {
  for (const groups of opened) groups.close()
})

function appOver(path: string, firstMs?: number) {
  const groups = openGroups(path, firstMs)
  opened.push(groups)
  const reported: unknown[] = []
  const prover: Prover = {
    prove: async ({ group }) => ({ told: { group: { text: `asked ${group.id}`, state: 'good' } } }),
    close: async () => {},
  }
  const app = createViewApp({
    name: 'groups.db',
    groups,
    runs: undefined,
    prover,
    auditDesk: undefined,
    report: (error) => void reported.push(error),
  })
  return {
    groups,
    reported,
    ask: (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      app.request(`http://localhost:8090${path}`, {
        method,
        headers: { host: 'localhost:8090', ...headers },
      }),
    async page(path: string) {
      const response = await this.ask(path)
      return response.text()
    },
  }
}

const listed = (page: string) =>
  [...page.matchAll(/data-open class="mono" href="\/group\/([0-9a-f]{64})/g)].map(([, id]) => id!)
const count = (page: string) => /<h1>([\d,]+)/.exec(page)?.[1]
const relation = (page: string, rel: string) =>
  new RegExp(`rel="${rel}" href="([^"]+)"`).exec(page)?.[1]?.replaceAll('&amp;', '&')

describe('a database of 120 groups', () => {
  const path = join(folder, 'many.db')
  let view: ReturnType<typeof appOver>
  beforeAll(() => {
    writeSyntheticDatabase(path, 120)
    view = appOver(path, 60_000)
  })

  it('is listed whole, page by page, and back', async () => {
    const pages = [await view.page('/')]
    for (let next = relation(pages[0]!, 'next'); next !== undefined; next = relation(pages.at(-1)!, 'next'))
      pages.push(await view.page(next))
    const ids = pages.flatMap(listed)
    expect(pages.map((page) => listed(page).length)).toEqual([50, 50, 20])
    expect(new Set(ids)).toEqual(
      new Set(Array.from(openStore(path, { readonly: true }).groups(), ({ group }) => group.id)),
    )
    const back = await view.page(relation(pages[2]!, 'prev')!)
    expect(listed(back)).toEqual(listed(pages[1]!))
  })

  it.each([
    ['/?split=test', '12'],
    ['/?split=test&split=validation', '24'],
    ['/?split=test&kind=program', '12'],
    ['/?split=test&kind=function', '0'],
    ['/?operator=ROR', '120'],
    ['/?operator=SDL', '0'],
    ['/?difficulty=0.7', '120'],
    ['/?difficulty=0.1', '0'],
    ['/?license=MIT', '120'],
    ['/?q=17', '1'],
    ['/?q=synth+main', '120'],
    ['/?q=nothing', '0'],
    ['/?nonsense=1&split=train', '96'],
  ])('of %s are %s', async (address, number) => {
    expect(count(await view.page(address))).toBe(number)
  })

  it('counts what another value would list', async () => {
    const page = await view.page('/?split=test')
    expect(/>train<\/span><span class="number">(\d+)</.exec(page)![1]).toBe('96')
    expect(/>program<\/span><span class="number">(\d+)</.exec(page)![1]).toBe('12')
  })

  it('finds a group by the beginning of its id, and by all of it', async () => {
    const [id] = listed(await view.page('/'))
    for (const words of [id!.slice(0, 9), id!]) expect(listed(await view.page(`/?q=${words}`))).toEqual([id])
  })

  it('leads from a group to those beside it in the list it is from', async () => {
    const ids = listed(await view.page('/?split=test'))
    const page = await view.page(`/group/${ids[1]}?split=test`)
    expect(relation(page, 'prev')).toBe(`/group/${ids[0]}?split=test`)
    expect(relation(page, 'next')).toBe(`/group/${ids[2]}?split=test`)
    expect(
      listed(await view.page(/data-up href="([^"]+)"/.exec(page)![1]!.replaceAll('&amp;', '&')))[0],
    ).toBe(ids[1])
  })

  it('shows a group with its edits, diffs and witness', async () => {
    const [id] = listed(await view.page('/'))
    const page = await view.page(`/group/${id}`)
    expect(page).toContain('class="edit c1"')
    expect(page).toContain('id="loser-2"')
    expect(page).toMatch(/icmp<\/span> <span class="hl-keyword word">sle/)
    expect(page).toContain('<mark>stdout: small</mark>')
  })

  it.each(['/group/00', '/group/xyz', '/nowhere', '/drop/9999'])(
    'says so where there is no %s',
    async (address) => {
      const response = await view.ask(address)
      expect(response.status).toBe(404)
      expect(await response.text()).toContain('This cannot be shown')
      expect(view.reported).toEqual([])
    },
  )

  it('sends what forbids other hosts with each answer', async () => {
    for (const address of ['/', '/style.css', '/page.js', '/nowhere']) {
      const { headers } = await view.ask(address)
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
    expect(await view.page('/')).not.toMatch(/(?:src|href)="(?:https?:)?\/\//)
  })

  it.each(['evil.example', 'evil.example:8090', 'localhost.evil.example', '127.0.0.1.evil.example', ''])(
    'answers nothing to who asks for "%s"',
    async (host) => {
      const response = await view.ask('/', { host })
      expect(response.status).toBe(403)
      expect(await response.text()).not.toContain('<')
    },
  )

  it('proves for its own pages alone', async () => {
    const [id] = listed(await view.page('/'))
    const prove = (headers: Record<string, string>) => view.ask(`/group/${id}/prove`, headers, 'POST')
    const own = { 'x-gepo': 'view' }
    expect((await prove({})).status).toBe(403)
    expect((await prove({ ...own, origin: 'http://evil.example' })).status).toBe(403)
    expect((await prove({ ...own, origin: 'http://localhost:9999' })).status).toBe(403)
    expect((await prove({ ...own, 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    const response = await prove({ ...own, origin: 'http://localhost:8090', 'sec-fetch-site': 'same-origin' })
    expect(await response.json()).toEqual({ told: { group: { text: `asked ${id}`, state: 'good' } } })
  })
})

describe('a database that is being written', () => {
  it('is listed as far as it is, and further when more is there', async () => {
    const path = join(folder, 'growing.db')
    const store = openStore(path)
    store.beginRun(syntheticRun)
    for (let n = 0; n < 3; n++) saveSynthetic(store, n)
    const view = appOver(path, 60_000)
    expect(count(await view.page('/'))).toBe('3')
    saveSynthetic(store, 3)
    saveSynthetic(store, 4, droppedOutcome(4, 'timeout'))
    expect(count(await view.page('/'))).toBe('4')
    const drops = await view.page('/drops?stage=screen-original&reason=timeout')
    expect(drops).toContain('signal on &quot;4&quot;')
    const drop = await view.page(/href="(\/drop\/\d+)"/.exec(drops)![1]!)
    expect(drop.replaceAll(/<[^>]+>/g, '')).toContain('if (x &lt; 4)')
    store.finishRun()
    store.close()
  })

  it('is read anew where groups have come to another split', async () => {
    const path = join(folder, 'moved.db')
    writeSyntheticDatabase(path, 4)
    const view = appOver(path, 60_000)
    expect(count(await view.page('/?split=test'))).toBe('1')
    const store = openStore(path)
    const [first] = Array.from(store.groups({ split: 'train' }))
    store.setSplits(new Map([[first!.source.id, 'test']]))
    store.close()
    expect(count(await view.page('/?split=test'))).toBe('2')
  })

  it('says how far it has been read', async () => {
    const path = join(folder, 'slow.db')
    copyFileSync(join(folder, 'many.db'), path)
    const groups = openGroups(path, 60_000)
    opened.push(groups)
    const app = createViewApp({
      name: 'slow.db',
      groups: { ...groups, total: () => 5000 },
      runs: undefined,
      prover: { prove: async () => ({ told: {} }), close: async () => {} },
      auditDesk: undefined,
      report: () => {},
    })
    const response = await app.request('http://localhost/', { headers: { host: 'localhost' } })
    expect(await response.text()).toContain('120 of 5,000 groups are listed and counted so far')
  })
})

describe('texts that would be markup', () => {
  const path = join(folder, 'hostile.db')
  it('stay texts on every page', async () => {
    const { hostileId } = writeHostileDatabase(path)
    const view = appOver(path, 60_000)
    const reason = new URLSearchParams({ stage: 'extract', reason: HOSTILE })
    const licence = new URLSearchParams({ license: HOSTILE, q: HOSTILE })
    for (const address of [
      '/',
      `/?${licence}`,
      `/group/${hostileId}`,
      `/group/${hostileId}?${licence}`,
      '/drops',
      `/drops?${reason}`,
    ]) {
      const page = await view.page(address)
      expect(page, address).toContain('&lt;img src=x')
      expect(page, address).not.toContain('<img')
      expect(page, address).not.toContain('\u202e')
      expect(page.match(/<script/g), address).toHaveLength(1)
      // No attribute ends early: each tag is one of the pages' own.
      expect(
        page.replaceAll(/<[!/]?[a-z][a-z0-9]*(?:\s+[a-z0-9:-]+(?:="[^"<]*")?)*\s*\/?>/gi, ''),
        address,
      ).not.toContain('<')
    }
    expect(view.reported).toEqual([])
  })
})
