/**
 * A Parquet file enters, one raw item a row leaves. Only the text and licence columns are read, and of those one
 * stretch of rows at a time. Not guaranteed: a bound on memory in a file without an offset index whose text column
 * is one giant chunk; then that chunk's compressed bytes are held (never the file, never other columns).
 */
import { type FileHandle, open } from 'node:fs/promises'
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  parquetSchema,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { explainFileError } from '../base/explain-file-error.ts'
import { UserError } from '../base/user-error.ts'
import { type ContainerLabel, licenseColumn, type RawContent, type RawItem, textColumns } from './raw-item.ts'

/** Decoded text held at once; row groups above it are read in several stretches. */
const defaultStretchBytes = 32 * 1024 * 1024

/** Checks that the file can be read and has the column; cheap, as only the footer is read. */
export async function countParquetRows(path: string, wanted: string | undefined): Promise<number> {
  return withParquet(path, async (_, metadata) => {
    chooseColumns(path, metadata, wanted)
    return Number(metadata.num_rows)
  })
}

export interface ParquetReading {
  /** Number of the file's first row within its split. */
  readonly firstRow?: number
  readonly stretchBytes?: number
}

export async function* readParquet(
  path: string,
  label: ContainerLabel,
  { firstRow = 0, stretchBytes = defaultStretchBytes }: ParquetReading = {},
): AsyncGenerator<RawItem> {
  const handle = await openFile(path)
  try {
    const file = await asAsyncBuffer(handle)
    const metadata = await readMetadata(path, file)
    const columns = chooseColumns(path, metadata, label.column)
    const scan = await parquetScan({
      file,
      metadata,
      columns: [...columns.all],
      compressors,
      parsers: keepBytes,
    })
    for (const { rowStart, rowEnd } of stretches(metadata, scan.ranges, columns.text, stretchBytes)) {
      const [texts, licenses] = await orDamaged(path, () =>
        Promise.all([
          scan.readColumn({ column: columns.text, rowStart, rowEnd }),
          columns.license ? scan.readColumn({ column: columns.license, rowStart, rowEnd }) : undefined,
        ]),
      )
      for (let at = 0; at < rowEnd - rowStart; at += 1) {
        const content = contentOf(texts[at], columns.text)
        const license = licenseOf(licenses?.[at]) ?? label.license
        const { dataset, split } = label
        yield { dataset, split, row: String(firstRow + rowStart + at), license, load: () => content }
      }
    }
  } finally {
    await handle.close()
  }
}

/** Text stays bytes until decode-text.ts sees it: hyparquet would replace what is not UTF-8. */
const keepBytes = {
  stringFromBytes: (bytes: Uint8Array) => bytes,
  jsonFromBytes: (bytes: Uint8Array) => bytes,
}

function contentOf(value: unknown, column: string): RawContent {
  if (value instanceof Uint8Array) return { kind: 'bytes', bytes: value }
  const found = value === null || value === undefined ? 'null' : typeof value
  return { kind: 'dropped', reason: 'not-text', detail: `${column} is ${found}` }
}

function licenseOf(value: unknown): string | undefined {
  return value instanceof Uint8Array && value.length > 0 ? Buffer.from(value).toString('utf8') : undefined
}

interface ChosenColumns {
  readonly text: string
  readonly license: string | undefined
  readonly all: readonly string[]
}

function chooseColumns(path: string, metadata: FileMetaData, wanted: string | undefined): ChosenColumns {
  const columns = parquetSchema(metadata).children
  const names = columns.map(({ element }) => element.name)
  const textual = columns
    .filter(({ element, children }) => children.length === 0 && element.type === 'BYTE_ARRAY')
    .map(({ element }) => element.name)
  const text = [wanted ?? textColumns].flat().find((name) => textual.includes(name))
  if (text === undefined) {
    const looked = wanted ?? textColumns.join(' or ')
    const untextual = [wanted ?? textColumns].flat().find((name) => names.includes(name))
    const why = untextual === undefined ? '' : `; ${untextual} holds lists, numbers or records`
    throw new UserError(
      `${path} has no text column ${looked} (it has ${names.join(', ')}${why}): name the column with one C text a row by --column`,
    )
  }
  const license = textual.includes(licenseColumn) && text !== licenseColumn ? licenseColumn : undefined
  return { text, license, all: license ? [text, license] : [text] }
}

interface RowRange {
  readonly rowStart: number
  readonly rowEnd: number
}

/** Cuts each row group so that a stretch holds about `stretchBytes` of text. */
function* stretches(
  metadata: FileMetaData,
  groups: readonly RowRange[],
  column: string,
  stretchBytes: number,
): Generator<RowRange> {
  const textBytes = metadata.row_groups
    .flatMap((group) => group.columns)
    .filter((chunk) => chunk.meta_data?.path_in_schema[0] === column)
    .reduce((sum, chunk) => sum + Number(chunk.meta_data?.total_uncompressed_size ?? 0), 0)
  const rowBytes = Math.max(1, textBytes / Math.max(1, Number(metadata.num_rows)))
  const rows = Math.max(1, Math.floor(stretchBytes / rowBytes))
  for (const { rowStart, rowEnd } of groups) {
    for (let from = rowStart; from < rowEnd; from += rows)
      yield { rowStart: from, rowEnd: Math.min(from + rows, rowEnd) }
  }
}

async function withParquet<T>(
  path: string,
  use: (file: AsyncBuffer, metadata: FileMetaData) => Promise<T>,
): Promise<T> {
  const handle = await openFile(path)
  try {
    const file = await asAsyncBuffer(handle)
    return await use(file, await readMetadata(path, file))
  } finally {
    await handle.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  return open(path).catch((error: unknown) => {
    throw explainFileError(error, path)
  })
}

/** hyparquet's own opens the path anew for every read, so a file replaced meanwhile would be read half old, half new. */
async function asAsyncBuffer(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat()
  return {
    byteLength: size,
    async slice(start, end = size) {
      const buffer = new ArrayBuffer(end - start)
      const bytes = new Uint8Array(buffer)
      for (let have = 0; have < bytes.length; ) {
        const { bytesRead } = await handle.read(bytes, have, bytes.length - have, start + have)
        if (bytesRead === 0) throw new Error(`the file ends at byte ${start + have}`)
        have += bytesRead
      }
      return buffer
    },
  }
}

async function readMetadata(path: string, file: AsyncBuffer): Promise<FileMetaData> {
  const start = Buffer.from(await file.slice(0, Math.min(file.byteLength, lfsMark.length))).toString('latin1')
  if (start === lfsMark) {
    throw new UserError(`${path} is a Git LFS pointer, not the data: run "git lfs pull" in its repository`)
  }
  if (!start.startsWith('PAR1')) throw new UserError(`${path} is not a Parquet file: check the path`)
  return orDamaged(path, () => parquetMetadataAsync(file))
}

const lfsMark = 'version https://git-lfs.github.com'

async function orDamaged<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    // hyparquet tells damage by plain errors (ranges, decompression), so all of them are taken for it.
    const message = `${path} is truncated or damaged (${error instanceof Error ? error.message : error}): fetch it again`
    throw new UserError(message, { cause: error })
  }
}
