/**
 * One way of naming sources (folder, file, glob, hub data set) enters, its raw items leave, and their number if cheap.
 * What reads the hub and Parquet is loaded for sources of that kind alone.
 */
import { type FoundFile, findFiles } from './find-files.ts'
import { hubPrefix, parseHubSpec } from './parse-hub-spec.ts'
import type { ContainerLabel, RawItem } from './raw-item.ts'
import type { HubOptions } from './read-hub.ts'
import { readJsonl } from './read-jsonl.ts'
import { readNamedTextFile, readTextFiles } from './read-text-files.ts'

export interface OpenOptions {
  /** How names of files end that each hold one source, with the dot. */
  readonly endings: readonly string[]
  readonly column?: string | undefined
  readonly dataset?: string | undefined
  readonly license?: string | undefined
  readonly maxBytes: number
  readonly hub?: HubOptions | undefined
}

export interface OpenedSpec {
  /** Undefined where only reading it all would tell. */
  readonly count: number | undefined
  readonly items: () => AsyncIterable<RawItem>
}

/** @throws UserError at once for all that can be known without reading or asking the hub. */
export async function openSpec(spec: string, options: OpenOptions): Promise<OpenedSpec> {
  if (spec.startsWith(hubPrefix)) {
    const parsed = parseHubSpec(spec)
    return {
      count: undefined,
      async *items() {
        const { readHub } = await import('./read-hub.ts')
        yield* readHub(parsed, labelGiven(options), options.hub)
      },
    }
  }
  const { files, named } = await findFiles(spec, options.endings)
  const count = await countAll(files, options)
  return { count, items: () => readFiles(files, named, options) }
}

async function* readFiles(
  files: readonly FoundFile[],
  named: boolean,
  options: OpenOptions,
): AsyncGenerator<RawItem> {
  for (const file of files) {
    const label = labelOf(file, options)
    if (file.format === 'parquet') {
      const { readParquet } = await import('./read-parquet.ts')
      yield* readParquet(file.path, label)
    } else if (file.format === 'jsonl') yield* readJsonl(file.path, label)
    else {
      for (const item of readTextFiles([file], label, options.maxBytes)) {
        yield named ? { ...item, load: () => readNamedTextFile(file.path, options.maxBytes) } : item
      }
    }
  }
}

/** One after the other: a glob can name more Parquet files than may be open at once. */
async function countAll(files: readonly FoundFile[], { column }: OpenOptions): Promise<number | undefined> {
  let sum: number | undefined = 0
  const countRows = async (path: string) => {
    const { countParquetRows } = await import('./read-parquet.ts')
    return countParquetRows(path, column)
  }
  for (const { path, format } of files) {
    const count = format === 'text' ? 1 : format === 'parquet' ? await countRows(path) : undefined
    sum = sum === undefined || count === undefined ? undefined : sum + count
  }
  return sum
}

/** The data set of a lone file cannot be known from it, so the file's own name stands for it unless one is given. */
function labelOf(
  { name, format }: FoundFile,
  { dataset, license = 'unknown', column }: OpenOptions,
): ContainerLabel {
  if (format === 'text') return { dataset: dataset ?? 'folder', split: '', license, column }
  const baseName = name.slice(name.lastIndexOf('/') + 1)
  return { dataset: dataset ?? baseName, split: name, license, column }
}

function labelGiven({ dataset, license, column }: OpenOptions): Partial<ContainerLabel> {
  return { ...(dataset ? { dataset } : {}), ...(license ? { license } : {}), ...(column ? { column } : {}) }
}
