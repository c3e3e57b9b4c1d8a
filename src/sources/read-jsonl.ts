/**
 * A .jsonl file (or .jsonl.gz) enters, one raw item a line leaves; blank lines are nothing. A bad line is a dropped
 * item. A file without one good line is the user's error, which shows at its end only: the file is streamed.
 */
import { parseLenientJson, withoutByteOrderMark } from '../base/parse-json.ts'
import { UserError } from '../base/user-error.ts'
import { decodeBytes } from './decode-text.ts'
import { type ContainerLabel, licenseColumn, type RawContent, type RawItem, textColumns } from './raw-item.ts'
import { readBytes } from './read-bytes.ts'
import { splitLines } from './split-lines.ts'

/** A line may carry other columns beside the text (SLTrans's IR is megabytes long). */
const maxLineBytes = 64 * 1024 * 1024

export async function* readJsonl(path: string, label: ContainerLabel): AsyncGenerator<RawItem> {
  const { dataset, split } = label
  let lines = 0
  let texts = 0
  let columnsSeen: string[] | undefined
  for await (const stretch of splitLines(readBytes(path), maxLineBytes)) {
    for (const { number, bytes } of stretch) {
      const line = parseLine(bytes, number)
      if (line === undefined) continue
      lines += 1
      const row = String(number)
      if (line.kind === 'dropped') {
        yield { dataset, split, row, license: label.license, load: () => line }
        continue
      }
      columnsSeen ??= Object.keys(line.record)
      const content = textOf(line.record, label.column)
      if (content.kind === 'text') texts += 1
      yield { dataset, split, row, license: licenseOf(line.record) ?? label.license, load: () => content }
    }
  }
  if (texts === 0) throw new UserError(explainNoText(path, lines, columnsSeen, label.column))
}

type ParsedLine =
  | { readonly kind: 'record'; readonly record: Record<string, unknown> }
  | (RawContent & { kind: 'dropped' })

function parseLine(bytes: Buffer | undefined, number: number): ParsedLine | undefined {
  if (bytes === undefined) {
    return {
      kind: 'dropped',
      reason: 'too-large',
      detail: `line ${number} has more than ${maxLineBytes} bytes`,
    }
  }
  const text = withoutByteOrderMark(decodeBytes(bytes))
  if (text.trim() === '') return undefined
  try {
    const value = parseLenientJson(text)
    if (isRecord(value)) return { kind: 'record', record: value }
    return { kind: 'dropped', reason: 'bad-json', detail: `line ${number} is JSON, but not an object` }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { kind: 'dropped', reason: 'bad-json', detail: `line ${number}: ${error.message.slice(0, 200)}` }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(record: Record<string, unknown>, wanted: string | undefined): RawContent {
  const column = [wanted ?? textColumns].flat().find((name) => Object.hasOwn(record, name))
  if (column === undefined) {
    return { kind: 'dropped', reason: 'not-text', detail: `no column ${wanted ?? textColumns.join(', ')}` }
  }
  const value = record[column]
  if (typeof value === 'string') return { kind: 'text', text: value }
  return {
    kind: 'dropped',
    reason: 'not-text',
    detail: `${column} is ${value === null ? 'null' : typeof value}`,
  }
}

function licenseOf(record: Record<string, unknown>): string | undefined {
  const value = Object.hasOwn(record, licenseColumn) ? record[licenseColumn] : undefined
  return typeof value === 'string' && value !== '' ? value : undefined
}

function explainNoText(
  path: string,
  lines: number,
  columns: string[] | undefined,
  wanted: string | undefined,
): string {
  if (lines === 0) return `${path} is empty: give a file with one JSON object a line`
  if (columns === undefined)
    return `${path} has no line that is a JSON object: give a file with one JSON object a line`
  const there = columns.join(', ') || 'no columns'
  return `${path} has no text in column ${wanted ?? textColumns.join(' or ')} (it has ${there}): name the column with --column`
}
