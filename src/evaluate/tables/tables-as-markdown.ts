/** Tables in, Markdown out: the figures as the paper prints them, then their intervals, then what there is to note. Pure. */
import { type Cell, type PaperTable, percent } from './paper-tables.ts'

export function tablesAsMarkdown(tables: readonly PaperTable[]): string {
  return tables.map(tableAsMarkdown).join('\n')
}

function tableAsMarkdown(table: PaperTable): string {
  const { title, notes } = table
  return [
    `## ${title}`,
    '',
    'pass@1 in percent.',
    '',
    ...grid(table, figureText),
    '',
    'The interval of each in 95 of 100 cases; that of an average is the mean of its intervals.',
    '',
    ...grid(table, intervalText),
    '',
    ...notes.map((note) => `- ${escaped(note)}`),
    ...(notes.length > 0 ? [''] : []),
  ].join('\n')
}

function grid({ head, rows }: PaperTable, text: (cell: Cell) => string): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const names = head.length - rows[0]!.cells.length
  return [
    line(head),
    line(head.map((_, index) => (index < names ? ':--' : '--:'))),
    ...rows.map(({ group, name, cells }) => {
      const labels = names === 2 ? [group, escaped(name)] : [escaped(name)]
      return line([...labels, ...cells.map(text)])
    }),
  ]
}

function figureText(cell: Cell): string {
  if (cell.kind === 'figure') return `${percent(cell.value)}${cell.isMarked ? '\\*' : ''}`
  return cell.kind === 'none' ? '-' : 'no result'
}

const intervalText = (cell: Cell) =>
  cell.kind === 'figure' ? `${percent(cell.low)} to ${percent(cell.high)}` : figureText(cell)

const escaped = (text: string) => text.replaceAll(/[\\|*_`<[\]]/g, '\\$&')
