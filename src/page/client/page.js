/**
 * The script of every page, and all of it is extra: without it each page can be read and each link followed. In: what the
 * page carries in `data-` attributes. It puts text into the page as text alone, never as markup.
 */

const THEMES = ['system', 'dark', 'light']
const root = document.documentElement

/** Storage may be forbidden, as for files in some browsers. */
function storedTheme() {
  try {
    return localStorage.getItem('gepo-theme') ?? 'system'
  } catch {
    return 'system'
  }
}

/** @param {string} theme */
function applyTheme(theme) {
  if (theme === 'system') delete root.dataset.theme
  else root.dataset.theme = theme
  for (const button of document.querySelectorAll('[data-theme-switch]'))
    button.textContent = `${theme} colours`
}

/** @param {string} theme */
function chooseTheme(theme) {
  try {
    localStorage.setItem('gepo-theme', theme)
  } catch {
    // It holds until the page is left.
  }
  applyTheme(theme)
}

// Before the page is drawn, so that it does not flash in the other colours.
applyTheme(storedTheme())

/** @param {string} selector @returns {HTMLElement[]} */
const all = (selector) => [...document.querySelectorAll(selector)].filter((one) => one instanceof HTMLElement)

/** @param {number} step */
function moveAlongRows(step) {
  const rows = all('[data-row]').filter((row) => !row.hidden)
  if (rows.length === 0) return
  const at = rows.findIndex((row) => row.classList.contains('at'))
  const next = at < 0 ? (step > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + step))
  rows[at]?.classList.remove('at')
  const row = /** @type {HTMLElement} */ (rows[next])
  row.classList.add('at')
  row.scrollIntoView({ block: row.offsetHeight > innerHeight / 2 ? 'start' : 'nearest' })
  if (row.id !== '') history.replaceState(null, '', `#${row.id}`)
}

/** @param {string} selector */
function follow(selector) {
  const link = document.querySelector(selector)
  if (link instanceof HTMLAnchorElement) link.click()
}

function toggleHelp() {
  const help = document.querySelector('dialog#help')
  if (!(help instanceof HTMLDialogElement)) return
  if (help.open) help.close()
  else help.showModal()
}

function toggleFolds() {
  const folds = [...document.querySelectorAll('details[data-fold]')].filter(
    (one) => one instanceof HTMLDetailsElement,
  )
  const open = folds.some((fold) => !fold.open)
  for (const fold of folds) fold.open = open
}

/** @type {Readonly<Record<string, () => void>>} */
const KEYS = {
  j: () => moveAlongRows(1),
  k: () => moveAlongRows(-1),
  n: () => follow('a[rel=next]'),
  p: () => follow('a[rel=prev]'),
  e: toggleFolds,
  t: () => chooseTheme(THEMES[(THEMES.indexOf(storedTheme()) + 1) % THEMES.length] ?? 'system'),
  '?': toggleHelp,
  '/': () => all('input[type=search]')[0]?.focus(),
  Enter: () => follow('[data-row].at a[data-open]'),
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  const { target, key } = event
  if (target instanceof HTMLInputElement) {
    if (key === 'Escape') target.blur()
    return
  }
  if (document.querySelector('dialog[open]') !== null) {
    if (key === '?') toggleHelp()
    return
  }
  if (key === 'Escape') return follow('a[data-up]')
  // A link or button that has the focus takes Enter itself.
  if (key === 'Enter' && target !== document.body) return
  const act = KEYS[key]
  if (act === undefined) return
  event.preventDefault()
  act()
})

addEventListener('DOMContentLoaded', () => {
  applyTheme(storedTheme())
  for (const button of all('[data-theme-switch]')) button.addEventListener('click', () => KEYS.t?.())
  for (const button of all('[data-help]')) button.addEventListener('click', toggleHelp)
  for (const button of all('[data-folds]')) button.addEventListener('click', toggleFolds)
  for (const button of all('button[data-ask]'))
    button.addEventListener('click', () => ask(/** @type {HTMLButtonElement} */ (button)))
  for (const chart of document.querySelectorAll('svg[data-chart]'))
    if (chart instanceof SVGSVGElement) followPointer(chart)
  for (const input of all('input[data-narrow]'))
    input.addEventListener('input', () => narrowRows(/** @type {HTMLInputElement} */ (input).value))
  for (const note of all('[data-reload]')) setTimeout(() => location.reload(), Number(note.dataset.reload))
  markTarget()
})
addEventListener('hashchange', markTarget)

/**
 * Of a list that is all there, the rows that hold each of the words.
 *
 * @param {string} text
 */
function narrowRows(text) {
  const words = text.toLowerCase().split(/\s+/)
  for (const row of all('[data-row]')) {
    const own = (row.textContent ?? '').toLowerCase()
    row.hidden = !words.every((word) => own.includes(word))
  }
}

/** The row that the address names is where the keys go on from. */
function markTarget() {
  const target =
    location.hash === '' ? null : document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (target instanceof HTMLDetailsElement) target.open = true
  if (target?.hasAttribute('data-row') !== true) return
  for (const row of all('[data-row].at')) row.classList.remove('at')
  target.classList.add('at')
}

/**
 * Asks the server for work, and shows what it says: `text` and `state` for the button's own place, and for each other one
 * by the name in its `data-told`.
 *
 * @param {HTMLButtonElement} button
 */
async function ask(button) {
  const { ask: path = '', busy = 'Working …' } = button.dataset
  const label = button.textContent
  button.disabled = true
  button.textContent = busy
  try {
    const response = await fetch(path, { method: 'POST', headers: { 'x-gepo': 'view' } })
    const answer = await response.json()
    if (answer.reload === true) return location.reload()
    for (const place of all('[data-told]')) {
      const told = answer.told?.[place.dataset.told ?? ''] ?? answer.told?.['*']
      if (told === undefined) continue
      place.textContent = String(told.text)
      place.dataset.state = String(told.state)
    }
  } catch {
    for (const place of all('[data-told]'))
      place.textContent = 'gepo view does not answer; is it still running?'
  } finally {
    button.disabled = false
    button.textContent = label
  }
}

/** @param {SVGSVGElement} chart */
function followPointer(chart) {
  const figure = chart.closest('figure')
  const frame = JSON.parse(chart.dataset.chart ?? '{}')
  const series = [...chart.querySelectorAll('g[data-points]')].map((group) => ({
    name: group.getAttribute('data-name') ?? '',
    hue: [...group.classList].find((name) => /^c\d$/.test(name)) ?? '',
    /** @type {[number, number][]} */
    points: JSON.parse(group.getAttribute('data-points') ?? '[]'),
  }))
  if (figure === null) return
  const cross = document.createElementNS('http://www.w3.org/2000/svg', 'line')
  cross.setAttribute('class', 'cross')
  const tip = document.createElement('div')
  tip.className = 'tip'
  tip.hidden = true
  figure.append(tip)
  const leave = () => {
    tip.hidden = true
    cross.remove()
  }
  chart.addEventListener('pointerleave', leave)
  chart.addEventListener('pointermove', (event) => {
    const box = chart.getBoundingClientRect()
    const across = ((event.clientX - box.left) / box.width) * frame.width
    const width = frame.width - frame.left - frame.right
    const wanted = frame.lowX + ((across - frame.left) / width) * (frame.highX - frame.lowX)
    const near = series.flatMap(({ name, hue, points }) => {
      const finite = points.filter(([, y]) => typeof y === 'number')
      const [first] = finite
      if (first === undefined) return []
      const point = finite.reduce(
        (best, one) => (Math.abs(one[0] - wanted) < Math.abs(best[0] - wanted) ? one : best),
        first,
      )
      return [{ name, hue, point }]
    })
    const [nearest] = near.toSorted((a, b) => Math.abs(a.point[0] - wanted) - Math.abs(b.point[0] - wanted))
    if (nearest === undefined) return leave()
    const x = frame.left + ((nearest.point[0] - frame.lowX) / (frame.highX - frame.lowX || 1)) * width
    for (const [name, value] of Object.entries({
      x1: x,
      x2: x,
      y1: frame.top,
      y2: frame.height - frame.bottom,
    }))
      cross.setAttribute(name, String(value))
    chart.append(cross)
    tip.replaceChildren(
      ...[`at ${nearest.point[0]}`, ...near].map((line) => {
        const row = document.createElement('div')
        if (typeof line === 'string') {
          row.className = 'soft'
          row.textContent = line
        } else {
          const swatch = document.createElement('i')
          swatch.className = `swatch ${line.hue}`
          row.append(swatch, `${line.name} ${Number(line.point[1].toPrecision(5))}`)
        }
        return row
      }),
    )
    tip.hidden = false
    const outer = figure.getBoundingClientRect()
    const left = box.left - outer.left + (x / frame.width) * box.width + 10
    tip.style.left = `${Math.min(left, outer.width - tip.offsetWidth - 4)}px`
    tip.style.top = `${box.top - outer.top + 6}px`
  })
}
