/** The groups that pass a filter, a page of them, beside what they can be filtered by. Markup alone. */
import { countText } from '../../page/charts/bar-chart.ts'
import { type Html, html } from '../../page/html.ts'
import type { GroupHead } from '../../store/view-rows.ts'
import { MOST_FOUND, type Selection, SHORT_ID, type ValueCount } from '../catalog/catalog.ts'
import { FACETS, type Facet } from '../catalog/facets.ts'
import { type Filter, isEmptyFilter, toggled } from '../catalog/filter.ts'
import type { Site } from './site.ts'

export interface ListPage {
  readonly filter: Filter
  readonly selection: Pick<Selection, 'count' | 'isCut' | 'facets'>
  readonly heads: readonly GroupHead[]
  /** Of the first one, from 1 on. */
  readonly position: number
  /** Ids that the pages before and after begin with. */
  readonly previous: string | undefined
  readonly next: string | undefined
  /** Groups of the database, and how many of them are known yet. */
  readonly total: number
  readonly read: number
}

const TITLES: Readonly<Record<Facet, string>> = {
  split: 'Split',
  kind: 'Unit',
  operator: 'Operator of a loser',
  class: 'Class of a loser',
  level: 'Level of a loser',
  difficulty: 'Difficulty of a loser',
  license: 'Licence',
}
/** Values of a facet that are shown before the others are asked for. */
const FIRST_VALUES = 10

export function listPage(site: Site, page: ListPage): Html {
  const { filter, selection, heads, position, previous, next, total, read } = page
  const list = site.list!
  return html`<main class="list">
<aside aria-label="filters">
<form role="search" action="/" method="get">
${FACETS.flatMap((facet) => (filter.values[facet] ?? []).map((value) => html`<input type="hidden" name="${facet}" value="${value}">`))}
<input type="search" name="q" value="${filter.words}" placeholder="Name, file or id" aria-label="Search names, files and ids" maxlength="200">
</form>
${!isEmptyFilter(filter) && html`<p><a href="${list()}">Clear all filters</a></p>`}
${FACETS.map((facet) => facetList(facet, selection.facets[facet], filter, list))}
</aside>
<section>
<header class="list-head"><h1>${countText(selection.count)} <span class="soft">${isEmptyFilter(filter) ? 'groups' : `of ${countText(read)} groups`}</span></h1>
${pager(heads.length, position, selection.count, previous && list(filter, previous), next && list(filter, next))}</header>
${read < total && html`<p class="note">The database is being read: ${countText(read)} of ${countText(total)} groups are listed and counted so far. Load the page again for more.</p>`}
${selection.isCut && html`<p class="note">More groups hold these words: the first ${countText(MOST_FOUND)} are listed and counted. Give more words.</p>`}
${heads.length === 0 ? emptyNote(site, page) : groupTable(site, heads, filter)}
</section>
</main>`
}

function emptyNote(site: Site, { filter, total }: ListPage): Html {
  if (!isEmptyFilter(filter)) return html`<p class="note">No group passes these filters.</p>`
  if (total > 0) return html`<p class="note">No group is read yet.</p>`
  return html`<p class="note">The database holds no groups. <a href="${site.drops!()}">Drops</a> says where its units were given up.</p>`
}

export function groupTable(site: Site, heads: readonly GroupHead[], filter?: Filter): Html {
  return html`<table class="groups"><thead><tr><th>Group</th><th>Unit</th><th>Source</th><th>Split</th><th class="number">Winners</th><th>Losers</th><th>Difficulty</th></tr></thead>
<tbody>${heads.map((head) => {
    const difficulties = head.losers.map(({ difficulty }) => difficulty)
    return html`<tr data-row id="g${head.id.slice(0, SHORT_ID)}"><td><a data-open class="mono" href="${site.group(head.id, filter)}">${head.id.slice(0, SHORT_ID)}</a></td>
<td><span class="mono name">${head.name}</span> <span class="soft">${head.kind}</span></td>
<td class="source"><span class="mono">${placeText(head)}</span> <span class="soft">${head.dataset} · ${head.license}</span></td>
<td><span class="tag split-${head.split}">${head.split}</span></td>
<td class="number">${head.winners}</td>
<td class="operators">${head.losers.map((loser) => html`<span class="op ${loser.class}" title="${loser.class}, ${loser.level}, difficulty ${loser.difficulty.toFixed(2)}">${loser.operator}</span> `)}</td>
<td>${difficultyBar(difficulties)}</td></tr>`
  })}</tbody></table>`
}

/** Where in its data set a source is; files of one container are often named by it. */
export const placeText = ({
  dataset,
  container,
  row,
}: Pick<GroupHead, 'dataset' | 'container' | 'row'>): string =>
  [container === dataset ? '' : container, row].filter((part) => part !== '').join(' ')

/** A dot for each loser between easy and hard. */
export function difficultyBar(difficulties: readonly number[]): Html {
  const text = difficulties.map((difficulty) => difficulty.toFixed(2)).join(', ')
  return html`<svg class="difficulty" width="72" height="12" viewBox="0 0 72 12" role="img" aria-label="difficulty ${text}"><title>${text}</title><line x1="4" x2="68" y1="6" y2="6"/>${difficulties.map((difficulty) => html`<circle cx="${(4 + 64 * difficulty).toFixed(1)}" cy="6" r="3.2"/>`)}</svg>`
}

function facetList(
  facet: Facet,
  values: readonly ValueCount[],
  filter: Filter,
  list: NonNullable<Site['list']>,
): Html {
  const ordered =
    facet === 'difficulty' || facet === 'level'
      ? [...values].sort((a, b) => (a.value < b.value ? -1 : 1))
      : values
  const given = filter.values[facet] ?? []
  const most = Math.max(1, ...values.map(({ count }) => count))
  const item = ({ value, count }: ValueCount) => {
    const isOn = given.includes(value)
    return html`<li><a href="${list(toggled(filter, facet, value))}"${isOn && html` aria-current="true"`} rel="nofollow"><span class="box" aria-hidden="true">${isOn && '✓'}</span><span class="value">${valueText(facet, value)}</span><span class="number">${countText(count)}</span><svg width="100%" height="2" aria-hidden="true"><rect width="${((100 * count) / most).toFixed(1)}%" height="2"/></svg></a></li>`
  }
  const isFirst = ({ value }: ValueCount, index: number) => index < FIRST_VALUES || given.includes(value)
  const others = ordered.filter((value, index) => !isFirst(value, index))
  return html`<section class="facet"><h3>${TITLES[facet]}</h3><ul>${ordered.filter(isFirst).map(item)}</ul>${others.length > 0 && html`<details><summary>${countText(others.length)} more</summary><ul>${others.slice(0, MOST_VALUES).map(item)}</ul>${others.length > MOST_VALUES && html`<p class="soft">and ${countText(others.length - MOST_VALUES)} that are rarer</p>`}</details>`}</section>`
}

/** A licence may be whatever a data set says: of very many, the frequent ones are shown. */
const MOST_VALUES = 200

function valueText(facet: Facet, value: string): string {
  if (facet !== 'difficulty') return value === '' ? '(none)' : value
  const low = Number(value)
  return `${low.toFixed(1)} to ${(low + 0.1).toFixed(1)}`
}

/** Where a page is in its list, and the ways on. */
export function pager(
  shown: number,
  position: number,
  count: number,
  previous: string | undefined,
  next: string | undefined,
): Html {
  return html`<p class="pager">${shown > 0 && html`<span class="soft">${countText(position)}–${countText(position + shown - 1)} of ${countText(count)}</span>`}
${previous !== undefined && html`<a class="button" rel="prev" href="${previous}">← Previous</a>`}
${next !== undefined && html`<a class="button" rel="next" href="${next}">Next →</a>`}</p>`
}
