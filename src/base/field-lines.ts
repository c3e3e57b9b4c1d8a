import { printable, printableBytes } from './printable.ts'

/** A record in, a line a field out; text of several lines stands below its name. Empty text is said to be so. */
export function fieldLines(record: object): string[] {
  return Object.entries(record).flatMap(([name, value]) => {
    if (typeof value !== 'string') return [`${name}: ${printable(JSON.stringify(value))}`]
    if (name !== 'stdin' && name !== 'stdout') return [`${name}: ${printable(value)}`]
    if (value === '') return [`${name}: (nothing)`]
    const text = printableBytes(value)
    const lines = text.split('\n')
    if (lines.at(-1) === '') lines.pop()
    else lines.push('(no line end)')
    return lines.length === 1 ? [`${name}: ${lines[0]}`] : [`${name}:`, ...lines.map((line) => `  ${line}`)]
  })
}
