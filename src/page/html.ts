/**
 * Markup from templates: whatever is put into one is text, and is escaped, unless it is markup already. Control
 * characters in it are shown as escapes too, so that no text of a program can hide or turn round what stands beside it.
 *
 * Hono's `html`, because it is here for `gepo serve` and depends on nothing; ours knows no promises.
 */
import { html as escapeInto, raw } from 'hono/html'
import { printable } from '../base/printable.ts'

/** Text that is markup already. Joined to other text it is text again, and is escaped. */
export type Html = ReturnType<typeof raw>

/** What can be put into a template; `false`, `null` and `undefined` are nothing. */
export type HtmlPiece = Html | string | number | boolean | null | undefined | readonly HtmlPiece[]

/**
 * @example
 * html`<p title="${name}">${items.map((item) => html`<b>${item}</b>`)}</p>`
 */
export function html(strings: TemplateStringsArray, ...pieces: readonly HtmlPiece[]): Html {
  // A promise comes of promises alone, and no piece is one.
  return escapeInto(strings, ...pieces.map(shown)) as Html
}

/** Our own style and script, which no text of others gets into. */
export const trusted = (text: string): Html => raw(text)

function shown(piece: HtmlPiece): HtmlPiece {
  if (Array.isArray(piece)) return piece.map(shown)
  return typeof piece === 'string' ? printable(piece) : piece
}
