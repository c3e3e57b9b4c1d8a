/**
 * Code in, which parts of each line are keywords, names, numbers and so on out. By the grammars of highlight.js, read as a
 * tree by lowlight, so that no markup of others gets into a page.
 */
import c from 'highlight.js/lib/languages/c'
import llvm from 'highlight.js/lib/languages/llvm'
import { createLowlight } from 'lowlight'

/** Of a line, by UTF-16 units; `kind` is one of the style's. */
export interface CodeSpan {
  readonly start: number
  readonly end: number
  readonly kind: SpanKind
}

export type SpanKind = 'keyword' | 'type' | 'name' | 'variable' | 'number' | 'string' | 'comment' | 'meta'

const KINDS: Readonly<Record<string, SpanKind>> = {
  'hljs-keyword': 'keyword',
  'hljs-literal': 'keyword',
  'hljs-built_in': 'name',
  'hljs-type': 'type',
  'hljs-title': 'name',
  'hljs-symbol': 'name',
  'hljs-variable': 'variable',
  'hljs-number': 'number',
  'hljs-string': 'string',
  'hljs-char': 'string',
  'hljs-comment': 'comment',
  'hljs-meta': 'meta',
}

/** Longer code is shown as it is: it would take a second. */
const MOST_CHARS = 200_000
const MOST_LINE_CHARS = 2000
/** Lines of IR come again and again: in each winner and each loser. */
const KEPT_LINES = 20_000

const grammars = createLowlight({ c, llvm })
const keptLines = new Map<string, readonly CodeSpan[]>()

type Tree = ReturnType<typeof grammars.highlight>

/** By line; a comment or string may reach over several. */
export function highlightC(code: string): readonly (readonly CodeSpan[])[] {
  const lines = code.split('\n')
  if (code.length > MOST_CHARS) return lines.map(() => [])
  const spans = spansOf(grammars.highlight('c', code))
  let [start, first] = [0, 0]
  return lines.map((line) => {
    const [from, to] = [start, start + line.length]
    start = to + 1
    while (first < spans.length && spans[first]!.end <= from) first++
    const own: CodeSpan[] = []
    for (let at = first; at < spans.length && spans[at]!.start < to; at++) {
      const span = spans[at]!
      own.push({ ...span, start: Math.max(span.start, from) - from, end: Math.min(span.end, to) - from })
    }
    return own
  })
}

export function highlightIr(line: string): readonly CodeSpan[] {
  if (line.length > MOST_LINE_CHARS) return []
  const kept = keptLines.get(line)
  if (kept !== undefined) return kept
  const spans = spansOf(grammars.highlight('llvm', line))
  if (keptLines.size >= KEPT_LINES) keptLines.clear()
  keptLines.set(line, spans)
  return spans
}

function spansOf(tree: Tree): CodeSpan[] {
  const spans: CodeSpan[] = []
  let at = 0
  const walk = (nodes: Tree['children'], kind: SpanKind | undefined) => {
    for (const node of nodes) {
      if (node.type === 'text') {
        const end = at + node.value.length
        if (kind !== undefined && end > at) spans.push({ start: at, end, kind })
        at = end
      } else if (node.type === 'element') {
        const names = node.properties.className
        const own = (Array.isArray(names) ? names : []).map((name) => KINDS[String(name)]).find(Boolean)
        walk(node.children, own ?? kind)
      }
    }
  }
  walk(tree.children, undefined)
  return spans
}
