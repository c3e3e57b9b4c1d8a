/**
 * LLVM debug-information metadata as text in, its nodes out: `!12 = !DIBasicType(name: "int", size: 32)`.
 * Knows the grammar of metadata lines, nothing of their meaning. Nodes are parsed when asked for, since most of
 * a module's metadata are source positions.
 */

/** A specialised node (`!DIBasicType(...)`) with its fields, or a tuple (`!{!1, null}`) with its references. */
export interface MetadataNode {
  readonly id: number
  /** 'DIBasicType', ...; '' for a tuple. */
  readonly class: string
  readonly fields: ReadonlyMap<string, string>
  /** Node numbers of a tuple; null where it says null. */
  readonly items: readonly (number | null)[]
}

export interface Metadata {
  node(id: number): MetadataNode
  /** All nodes of a class, in order of their numbers. */
  ofClass(name: string): readonly MetadataNode[]
}

export function readMetadata(ir: string): Metadata {
  const lines = new Map<number, string>()
  const byClass = new Map<string, number[]>()
  for (const match of ir.matchAll(/^!(\d+) = (?:distinct )?!(.*)$/gm)) {
    const id = Number(match[1])
    const body = match[2]!
    lines.set(id, body)
    const name = className(body)
    const known = byClass.get(name)
    if (known) known.push(id)
    else byClass.set(name, [id])
  }
  const parsed = new Map<number, MetadataNode>()
  const node = (id: number): MetadataNode => {
    const known = parsed.get(id)
    if (known) return known
    const body = lines.get(id)
    if (body === undefined) throw new Error(`metadata !${id} is not defined`)
    const result = parseNode(id, body)
    parsed.set(id, result)
    return result
  }
  return { node, ofClass: (name) => (byClass.get(name) ?? []).map(node) }
}

/** The number in `!12`; undefined for null, a missing field or anything else. */
export function reference(text: string | undefined): number | undefined {
  return text !== undefined && /^!\d+$/.test(text) ? Number(text.slice(1)) : undefined
}

/** A quoted field's text with LLVM's `\22` escapes resolved; '' when the field is missing. */
export function quoted(text: string | undefined): string {
  if (text === undefined || !text.startsWith('"')) return ''
  return text
    .slice(1, -1)
    .replace(/\\([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

const className = (body: string): string => (body.startsWith('{') ? '' : (/^\w+/.exec(body)?.[0] ?? ''))

function parseNode(id: number, body: string): MetadataNode {
  const name = className(body)
  const inner = body.slice(name.length + 1, body.lastIndexOf(name === '' ? '}' : ')'))
  const parts = splitTopLevel(inner)
  if (name === '')
    return { id, class: name, fields: new Map(), items: parts.map((part) => reference(part) ?? null) }
  const fields = new Map<string, string>()
  for (const part of parts) {
    const colon = part.indexOf(': ')
    if (colon > 0) fields.set(part.slice(0, colon), part.slice(colon + 2))
  }
  return { id, class: name, fields, items: [] }
}

/** Splits at commas that are neither inside quotes nor inside brackets. */
function splitTopLevel(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let insideQuotes = false
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (char === '"')
      insideQuotes = !insideQuotes // a quote inside a string is written \22
    else if (insideQuotes) continue
    else if (char === '(' || char === '{') depth++
    else if (char === ')' || char === '}') depth--
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim())
      start = at + 1
    }
  }
  const last = text.slice(start).trim()
  if (last !== '') parts.push(last)
  return parts
}
