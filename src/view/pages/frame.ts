/** What stands around every page: the way to the others, the keys, the colours. */
import { type Html, html } from '../../page/html.ts'
import type { Site } from './site.ts'

export type Tab = 'groups' | 'drops' | 'audit' | 'runs'

export function framed(site: Site, tab: Tab, main: Html): Html {
  const tabs: readonly (readonly [Tab, string, string | undefined])[] = [
    ['groups', 'Groups', site.list?.()],
    ['drops', 'Drops', site.drops?.()],
    ['audit', 'Audit', site.audit],
    ['runs', 'Runs', site.runs?.()],
  ]
  return html`<header class="top">
<span class="brand">gepo</span>
<nav aria-label="pages">${tabs.map(
    ([name, title, href]) =>
      href !== undefined && html`<a href="${href}"${name === tab && html` aria-current="page"`}>${title}</a>`,
  )}</nav>
<span class="file" title="${site.name}">${site.name}</span>
<span class="tools"><button type="button" data-theme-switch title="t">colours</button><button type="button" data-help title="?">keys</button></span>
</header>
${main}
<dialog id="help"><h3>Keys</h3><table>${KEYS.map(
    ([keys, does]) => html`<tr><td>${keys.map((key) => html`<kbd>${key}</kbd> `)}</td><td>${does}</td></tr>`,
  )}</table></dialog>`
}

const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['j', 'k'], 'next and previous: of a list, or loser of a group'],
  [['Enter'], 'open what is chosen'],
  [['Esc'], 'back to the list'],
  [['n', 'p'], 'next and previous group, or page of a list'],
  [['/'], 'search'],
  [['e'], 'unfold all that is equal, and fold it again'],
  [['t'], 'colours: of the system, dark, light'],
  [['?'], 'these keys'],
]
