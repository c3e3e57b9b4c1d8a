/** The pages in a browser: keys, clicks, colours, a proof; nothing from elsewhere, and no text that acts. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { processContext } from '../../src/cli/context.ts'
import { openViewer, type Viewer } from '../../src/view/open-viewer.ts'
import { run } from '../cli/captured-context.ts'
import { fixtureRoot } from '../fixtures/list-fixtures.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { findChromium } from './find-chromium.ts'
import { writeHostileDatabase } from './hostile-database.ts'

const executablePath = findChromium()
const why =
  executablePath === undefined ? ' (left out: no Chromium here; CONTRIBUTING.md says how to get it)' : ''

describe.skipIf(executablePath === undefined)(`gepo view in Chromium${why}`, () => {
  const folder = scratchFolder()
  const hostile = join(folder, 'hostile.db')
  const real = join(folder, 'real.db')
  const { hostileId } = writeHostileDatabase(hostile)
  const viewers: Viewer[] = []
  let browser: Browser
  let page: Page
  const complaints: string[] = []
  const requested = new Set<string>()

  beforeAll(async () => {
    // As root, as in containers, Chromium's own sandbox refuses to start.
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    })
    page = await browser.newPage({ colorScheme: 'light' })
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('request', (request) => requested.add(new URL(request.url()).host))
  })
  afterAll(async () => {
    await browser?.close()
    for (const viewer of viewers) await viewer.close()
  })
  afterEach(() => {
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([])
  })

  async function show(database: string | undefined, runs: readonly string[] = []): Promise<string> {
    const viewer = await openViewer({
      database,
      runs,
      port: 0,
      seed: 0,
      report: (error) => complaints.push(String(error)),
    })
    viewers.push(viewer)
    return viewer.url
  }

  it('is walked by keys: down, into a group, back, search, help, colours', async () => {
    const url = await show(hostile)
    await page.goto(url)
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    const second = await page.locator('[data-row]').nth(1).locator('a[data-open]').getAttribute('href')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${second}`)
    await page.keyboard.press('j')
    expect(new URL(page.url()).hash).toBe('#loser-1')
    await page.keyboard.press('Escape')
    await page.waitForURL('**/?from=*')
    expect(await page.locator('a[data-open]').first().getAttribute('href')).toBe(second)

    await page.keyboard.press('/')
    const words = second!.split('/')[2]!.slice(0, 9)
    await page.keyboard.type(words)
    await page.keyboard.press('Enter')
    await page.waitForURL(`**/?q=${words}`)
    expect(await page.locator('[data-row]').count()).toBe(1)

    await page.keyboard.press('?')
    expect(await page.locator('dialog#help').isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await page.locator('dialog#help').isVisible()).toBe(false)

    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const before = await paper()
    await page.keyboard.press('t')
    expect(await paper()).not.toBe(before)
    await page.reload()
    expect(await paper()).not.toBe(before)
    await page.keyboard.press('t')
    expect(await paper()).toBe(before)
  })

  it('is filtered by clicks, and each state has its address', async () => {
    await page.goto(await show(hostile))
    await page.getByRole('link', { name: /^test/ }).first().click()
    await page.waitForURL('**/?split=test')
    const shown = await page.locator('[data-row]').count()
    await page
      .getByRole('link', { name: /malformed/ })
      .first()
      .click()
    await page.waitForURL('**/?split=test&class=malformed')
    expect(await page.locator('[data-row]').count()).toBe(1)
    await page.goBack()
    expect(await page.locator('[data-row]').count()).toBe(shown)
  })

  it('lets no text act', async () => {
    const url = await show(hostile)
    for (const path of ['', `group/${hostileId}`, 'drops', 'nowhere']) {
      await page.goto(url + path)
      expect(await page.title()).not.toBe('taken')
      expect(await page.locator('img').count()).toBe(0)
    }
  })

  it('proves a group again, and says so at each member', async () => {
    const source = join(fixtureRoot, 'functions/integer-basics.c')
    const { exit } = await run(
      ['build', source, '--out', real, '--jobs', '1', '--limit', '1', '--seed', '1'],
      { loadBuild: processContext().loadBuild },
    )
    expect(exit).toBe(0)
    await page.goto(await show(real))
    await page.locator('a[data-open]').first().click()
    const equal = page.locator('details[data-fold]').first()
    if ((await equal.count()) > 0) {
      await page.keyboard.press('e')
      expect(await equal.getAttribute('open')).not.toBe(null)
    }
    await page.getByRole('button', { name: 'Prove it again now' }).click()
    const told = page.locator('[data-told=group]')
    await expect
      .poll(() => told.textContent(), { timeout: 120_000 })
      .toMatch(/^Proven: \d+ winners and \d+ losers hold/)
    expect(await page.locator('[data-told="loser 0"]').first().textContent()).toBe('proven')

    await page.getByRole('link', { name: 'Audit', exact: true }).click()
    await page.getByRole('button', { name: 'Audit the database' }).click()
    await expect
      .poll(() => page.getByRole('button', { name: 'Audit again' }).count(), { timeout: 120_000 })
      .toBe(1)
    expect(await page.locator('figure.chart').count()).toBeGreaterThan(5)
  }, 300_000)

  it('shows runs, those that are chosen, and figures under the pointer', async () => {
    const runs = join(folder, 'runs')
    for (const name of ['a', 'b']) {
      mkdirSync(join(runs, name), { recursive: true })
      const lines = [1, 2, 3].map((step) => JSON.stringify({ kind: 'train', step, loss: 1 / step }))
      writeFileSync(join(runs, name, 'metrics.jsonl'), `${lines.join('\n')}\n`)
    }
    const url = await show(undefined, [runs])
    await page.goto(url)
    await page.waitForURL('**/runs')
    await page.getByRole('link', { name: 'b', exact: true }).click()
    await page.waitForURL('**/runs?run=a')
    const chart = page.locator('svg[data-chart]').first()
    await chart.hover()
    expect(await page.locator('.tip').first().textContent()).toBe('at 2a 0.5')
  })

  it('opens files for the web from a disk, with their keys and colours', async () => {
    const out = join(folder, 'pages')
    await run(['view', hostile, '--out', out, '--sample', '11'])
    await page.goto(pathToFileURL(join(out, 'index.html')).href)
    await page.locator('input[type=search]').fill('MF-TYPE')
    expect(await page.locator('[data-row]:visible').count()).toBe(0)
    await page.locator('input[type=search]').fill('main')
    expect(await page.locator('[data-row]:visible').count()).toBe(10)
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#loser-1')
    await page.keyboard.press('t')
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBeTypeOf('string')
    await page.keyboard.press('Escape')
    await page.waitForSelector('table.groups')
    expect(await page.title()).not.toBe('taken')
  })

  it('asked no other host for anything', () => {
    expect([...requested].filter((host) => host !== '' && !host.startsWith('127.0.0.1:'))).toEqual([])
    expect(requested.size).toBeGreaterThan(0)
  })
})
