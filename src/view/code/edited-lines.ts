/** C code and edits in, its lines out with what each edit covers, and behind the last of them what the edit makes. Pure. */
import type { Mutant } from '../../records/mutant.ts'

export interface NamedEdit {
  /** Which of the group's members it makes: index into the losers, or `centre` for what the group is about. */
  readonly member: number | 'centre'
  readonly edit: Pick<Mutant, 'operator' | 'start' | 'end' | 'original' | 'replacement'>
}

export interface EditedLine {
  /** From 1 on. */
  readonly number: number
  readonly text: string
  /** What edits cover of it, in the order of the edits. */
  readonly covered: readonly {
    readonly start: number
    readonly end: number
    readonly member: NamedEdit['member']
  }[]
  /** Edits that end on it. */
  readonly ended: readonly NamedEdit[]
}

export function editedLines(code: string, edits: readonly NamedEdit[]): EditedLine[] {
  const lines = code.split('\n')
  if (lines.at(-1) === '') lines.pop()
  let offset = 0
  return lines.map((text, index) => {
    const [from, to] = [offset, offset + text.length]
    offset = to + 1
    const isLast = index === lines.length - 1
    return {
      number: index + 1,
      text,
      covered: edits
        .filter(({ edit }) => edit.start < to && edit.end > from)
        .map(({ edit, member }) => ({
          start: Math.max(edit.start, from) - from,
          end: Math.min(edit.end, to) - from,
          member,
        })),
      ended: edits.filter(({ edit }) => edit.end >= from && (edit.end <= to || isLast)),
    }
  })
}
