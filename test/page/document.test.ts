/** A whole page: nothing of another host, and nothing but what is ours can run in it. */
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { SERVED_POLICY, servedPage, standalonePage } from '../../src/page/document.ts'
import { html } from '../../src/page/html.ts'

const parts = { title: '</title><script>alert(1)</script>', body: html`<main>text</main>` }

describe('a page that stands alone', () => {
  const page = standalonePage({ ...parts, style: 'p { margin: 0 }' })
  const hash = (text: string) => createHash('sha256').update(text).digest('base64')

  it('names no other file and no other host', () => {
    expect(page.match(/(?:src|href)=/g)).toEqual(['href='])
    expect(page).toContain('href="data:,"')
    expect(page.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:/)
  })

  it('lets run what is in it and is ours, by its hash', () => {
    const [, policy] = /content-security-policy" content="([^"]+)"/.exec(page)!
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page)!
    const [, script] = /<script>([\s\S]*?)<\/script>/.exec(page)!
    expect(style).toContain('p { margin: 0 }')
    expect(policy).toContain(`style-src &#39;sha256-${hash(style!)}&#39;`)
    expect(policy).toContain(`script-src &#39;sha256-${hash(script!)}&#39;`)
    expect(policy).toContain('default-src &#39;none&#39;')
    expect(page.match(/<script/g)).toHaveLength(1)
  })
})

describe('a page that is served', () => {
  it('names its style and script, and carries none', () => {
    const page = servedPage(parts, { style: 'style.css', script: 'page.js' })
    expect(page).toContain('<link rel="stylesheet" href="style.css">')
    expect(page.match(/<script/g)).toHaveLength(1)
    expect(page).not.toContain('<style')
    expect(SERVED_POLICY).not.toContain('unsafe')
  })
})
