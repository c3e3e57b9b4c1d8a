/** Markup: what is text stays text, whatever it holds. */
import { describe, expect, it } from 'vitest'
import { html } from '../../src/page/html.ts'

const HOSTILE = `"><script>alert(1)</script>' onload=x &lt;`

describe('a template', () => {
  it('escapes what is put into text and attributes', () => {
    const made = html`<p title="${HOSTILE}">${HOSTILE}</p>`.toString()
    expect(made).not.toContain('<script')
    expect(
      made.match(/&quot;&gt;&lt;script&gt;alert\(1\)&lt;\/script&gt;&#39; onload=x &amp;lt;/g),
    ).toHaveLength(2)
  })

  it('keeps the markup of other templates, alone and in lists', () => {
    expect(html`<ul>${['<', '>'].map((one) => html`<li>${one}</li>`)}</ul>`.toString()).toBe(
      '<ul><li>&lt;</li><li>&gt;</li></ul>',
    )
  })

  it('takes markup that was joined to a text for text', () => {
    expect(html`<p>${`${html`<b>x</b>`}!`}</p>`.toString()).toBe('<p>&lt;b&gt;x&lt;/b&gt;!</p>')
  })

  it('makes nothing of what is not there', () => {
    expect(html`<p>${undefined}${null}${false}${[]}${0}</p>`.toString()).toBe('<p>0</p>')
  })

  it('shows characters that could turn a line round or end a text', () => {
    expect(html`${'a\u202eb\0c'}`.toString()).toBe('a\\u202eb\\x00c')
  })
})
