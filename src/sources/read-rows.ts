/** A Parquet or JSONL file (also .gz) in, its rows out as records, a stretch of the file at a time. */
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parseLenientJson, withoutByteOrderMark } from '../base/parse-json.ts'
import { UserError } from '../base/user-error.ts'
import { parseKeepingFloats } from '../records/json-value.ts'
import { readBytes } from './read-bytes.ts'
import { splitLines } from './split-lines.ts'

export interface Row {
  /** Rows of Parquet count from 0, lines from 1. */
  readonly row: string
  /** Undefined for a line that is no JSON object, or too long. */
  readonly fields: Readonly<Record<string, unknown>> | undefined
}

/** Tests of one problem may be megabytes long. */
const MOST_LINE_BYTES = 256 * 1024 * 1024
const ROWS_AT_ONCE = 64

/** @throws UserError for a file that cannot be read */
export function readRows(path: string, columns: readonly string[]): AsyncGenerator<Row> {
  return path.endsWith('.parquet') ? readParquetRows(path, columns) : readLines(path)
}

async function* readParquetRows(path: string, columns: readonly string[]): AsyncGenerator<Row> {
  try {
    const file = await asyncBufferFromFile(path)
    const metadata = await parquetMetadataAsync(file)
    const there = parquetSchema(metadata).children.map(({ element }) => element.name)
    const wanted = columns.filter((name) => there.includes(name))
    if (wanted.length === 0) {
      throw new UserError(
        `${path} has the columns ${there.join(', ')} and none of ${columns.filter((name) => name !== 'license').join(', ')}.`,
      )
    }
    const count = Number(metadata.num_rows)
    for (let rowStart = 0; rowStart < count; rowStart += ROWS_AT_ONCE) {
      const rowEnd = Math.min(count, rowStart + ROWS_AT_ONCE)
      const rows = await parquetReadObjects({
        file,
        metadata,
        columns: wanted,
        rowStart,
        rowEnd,
        compressors,
      })
      for (const [index, fields] of rows.entries()) yield { row: String(rowStart + index), fields }
    }
  } catch (error) {
    if (error instanceof UserError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new UserError(
      `${path} cannot be read as Parquet (${message}): check the path, or fetch it again.`,
      {
        cause: error,
      },
    )
  }
}

async function* readLines(path: string): AsyncGenerator<Row> {
  for await (const stretch of splitLines(readBytes(path), MOST_LINE_BYTES)) {
    for (const { number, bytes } of stretch) {
      const text = bytes && withoutByteOrderMark(bytes.toString('utf8'))
      if (text?.trim() === '') continue
      yield { row: String(number), fields: text === undefined ? undefined : parseObject(text) }
    }
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseLenientJson(text, parseKeepingFloats)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
