/** Which comments belong to which top-level item: those directly above it, and one behind it on its last line. */
import type { Token } from './lex-c.ts'

export interface Span {
  readonly start: number
  readonly end: number
}

/** For each item, in order, its span with its comments; `items` must not overlap. */
export function attachComments(text: string, items: readonly Span[], comments: readonly Token[]): Span[] {
  const spans: Span[] = []
  let next = 0
  let taken = 0
  for (const item of items) {
    const above: Token[] = []
    for (; next < comments.length && comments[next]!.start < item.start; next++) {
      const comment = comments[next]!
      if (comment.start >= taken) above.push(comment)
    }
    while (next < comments.length && comments[next]!.start < item.end) next++
    const start = above.reduceRight(
      (from, comment) => (isDirectlyAbove(text.slice(comment.end, from)) ? comment.start : from),
      item.start,
    )
    const behind = comments[next]
    const end =
      behind !== undefined && /^[ \t]*$/.test(text.slice(item.end, behind.start)) ? behind.end : item.end
    taken = end
    spans.push({ start, end })
  }
  return spans
}

function isDirectlyAbove(gap: string): boolean {
  return gap.trim() === '' && gap.split('\n').length <= 2
}
