/**
 * The whole of a page: what is in it in, its HTML out, with the common style and script. A page that is served names
 * them by address; one that stands alone has them in itself, so that it is one file that opens from anywhere.
 * Neither can load anything of another host: the policy forbids it.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Html, html, trusted } from './html.ts'
import { STYLE } from './style.ts'

export interface PageParts {
  readonly title: string
  readonly body: Html
  /** Beside the common one. */
  readonly style?: string
}

/** Of what is served: a header, since a browser then has it before the page. */
export const SERVED_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The script of every page, as it is written: it needs no build. */
export const SCRIPT = readFileSync(new URL('./client/page.js', import.meta.url), 'utf8')

/** @param places addresses of the style and the script, as the page sees them */
export function servedPage({ title, body }: PageParts, places: { style: string; script: string }): string {
  return documentOf(
    title,
    body,
    html`<link rel="stylesheet" href="${places.style}"><script src="${places.script}"></script>`,
  )
}

export function standalonePage({ title, body, style = '' }: PageParts): string {
  const css = STYLE + style
  const policy = [
    "default-src 'none'",
    `style-src 'sha256-${sha256(css)}'`,
    `script-src 'sha256-${sha256(SCRIPT)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
  return documentOf(
    title,
    body,
    html`<meta http-equiv="content-security-policy" content="${policy}"><style>${trusted(css)}</style><script>${trusted(SCRIPT)}</script>`,
  )
}

function documentOf(title: string, body: Html, head: Html): string {
  // The icon is none at all: a browser would ask for one.
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
${head}
</head>
<body>
${body}
</body>
</html>
`.toString()
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('base64')
