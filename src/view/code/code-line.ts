/** A line of code with its spans in, markup out: highlighted, and marked where something is to be seen. */
import { type Html, html } from '../../page/html.ts'
import type { CodeSpan } from './highlight.ts'

/** A part of the line that is marked; later ones lie over earlier ones. */
export interface Mark {
  readonly start: number
  readonly end: number
  /** Classes of the style. */
  readonly look: string
}

export function codeLine(text: string, spans: readonly CodeSpan[], marks: readonly Mark[] = []): Html {
  const cuts = new Set([0, text.length])
  for (const { start, end } of [...spans, ...marks])
    for (const cut of [start, end]) if (cut > 0 && cut < text.length) cuts.add(cut)
  const places = [...cuts].sort((a, b) => a - b)
  let next = 0
  return html`${places.slice(0, -1).map((start, index) => {
    const end = places[index + 1]!
    while (next < spans.length && spans[next]!.end <= start) next++
    const span = spans[next]
    const kind = span !== undefined && span.start <= start ? `hl-${span.kind}` : ''
    const mark = marks.findLast((one) => one.start <= start && end <= one.end)
    const look = [kind, mark?.look ?? ''].filter((name) => name !== '').join(' ')
    const piece = text.slice(start, end)
    return look === '' ? piece : html`<span class="${look}">${piece}</span>`
  })}`
}
