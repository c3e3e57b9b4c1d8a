/**
 * Rows in, Parquet files out, of bounded size and with bounded memory: a row group is written when enough text has come
 * together, and a new file is begun when one is large. ZSTD, which every reader of today knows; Snappy where this Node
 * has no ZSTD.
 */
import { renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as zlib from 'node:zlib'
import { fileWriter, ParquetWriter } from 'hyparquet-writer'
import { type Columns, parquetSchema } from './columns.ts'

export type ExportedRow = Readonly<Record<string, unknown>>

export interface WrittenFiles {
  /** Names in the folder; none where there were no rows. */
  readonly files: readonly string[]
  readonly rows: number
  readonly bytes: number
}

export interface ParquetOut {
  write(row: ExportedRow): void
  /** Writes what is left, and gives the files the names by which they say how many there are. */
  finish(): WrittenFiles
}

/** Of text in a row group, before compression. */
const ROW_GROUP_CHARS = 16 * 1024 * 1024
const ROW_GROUP_ROWS = 10_000
/** The hub's own files have about that size. */
const FILE_BYTES = 300 * 1024 * 1024

export interface ParquetOutOptions {
  readonly columns: Columns
  readonly folder: string
  /** Files are `<name>-00000-of-00002.parquet`. */
  readonly name: string
  readonly fileBytes?: number
  readonly rowGroupChars?: number
}

export function openParquetOut({
  columns,
  folder,
  name,
  fileBytes = FILE_BYTES,
  rowGroupChars = ROW_GROUP_CHARS,
}: ParquetOutOptions): ParquetOut {
  const finished: string[] = []
  let open: { readonly path: string; readonly writer: ParquetWriter } | undefined
  let waiting: ExportedRow[] = []
  let chars = 0
  let rows = 0

  function flush(): void {
    if (waiting.length === 0) return
    open ??= begin(join(folder, `${name}-${finished.length}.partial`), columns)
    const columnData = Object.keys(columns).map((column) => ({
      name: column,
      data: waiting.map((row) => row[column] ?? null),
    }))
    open.writer.write({ columnData, rowGroupSize: waiting.length })
    waiting = []
    chars = 0
    if (open.writer.writer.offset >= fileBytes) close()
  }

  function close(): void {
    if (open === undefined) return
    open.writer.finish()
    finished.push(open.path)
    open = undefined
  }

  return {
    write(row) {
      waiting.push(row)
      rows++
      chars += charsOf(row)
      if (chars >= rowGroupChars || waiting.length >= ROW_GROUP_ROWS) flush()
    },
    finish() {
      flush()
      close()
      const digits = (n: number) => String(n).padStart(5, '0')
      let bytes = 0
      const files = finished.map((path, index) => {
        const file = `${name}-${digits(index)}-of-${digits(finished.length)}.parquet`
        renameSync(path, join(folder, file))
        bytes += statSync(join(folder, file)).size
        return file
      })
      return { files, rows, bytes }
    },
  }
}

function begin(path: string, columns: Columns) {
  const codec = zlib.zstdCompressSync === undefined ? 'SNAPPY' : 'ZSTD'
  const writer = new ParquetWriter({
    writer: fileWriter(path),
    schema: parquetSchema(columns),
    codec,
    compressors: codec === 'ZSTD' ? { ZSTD: (input) => zlib.zstdCompressSync(input) } : {},
    createdBy: 'gepo',
  })
  return { path, writer }
}

function charsOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (value === null || typeof value !== 'object') return 8
  let sum = 0
  for (const item of Object.values(value)) sum += charsOf(item)
  return sum
}
