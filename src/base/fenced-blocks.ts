/** Markdown in, its fenced blocks out (``` or ~~~, as in CommonMark). Pure. */

export interface FencedBlock {
  /** The first word behind the opening fence, lower case. */
  readonly tag: string
  readonly code: string
  readonly closed: boolean
}

const OPENING = /^ {0,3}(`{3,}|~{3,})[ \t]*([^`\s]*)[^`]*$/

export function fencedBlocks(text: string): FencedBlock[] {
  const blocks: FencedBlock[] = []
  let open: { fence: string; tag: string; lines: string[] } | undefined
  for (const line of text.split(/\r?\n/)) {
    if (open === undefined) {
      const [, fence, tag] = OPENING.exec(line) ?? []
      if (fence !== undefined) open = { fence, tag: tag!.toLowerCase(), lines: [] }
    } else if (closes(line, open.fence)) {
      blocks.push({ tag: open.tag, code: asText(open.lines), closed: true })
      open = undefined
    } else {
      open.lines.push(line)
    }
  }
  if (open !== undefined) blocks.push({ tag: open.tag, code: asText(open.lines), closed: false })
  return blocks
}

/** A line of nothing but the same mark, at least as often. */
function closes(line: string, fence: string): boolean {
  const mark = line.trim()
  return /^ {0,3}\S/.test(line) && mark.length >= fence.length && [...mark].every((char) => char === fence[0])
}

const asText = (lines: readonly string[]) => (lines.length === 0 ? '' : `${lines.join('\n')}\n`)
