/**
 * The first stage: names of places enter, sources with their provenance leave, each once, in an order that depends
 * on nothing but the input. Every item that is no source leaves as `dropped` with the reason. Whether a text is of a source
 * language at all is not asked here: compiling tells.
 *
 * Exact copies are dropped within one run (about 130 bytes of memory a source), unless the caller wants them; copies that
 * lie in different shards meet when the shards are merged, as their ids are equal.
 */
import { createHash } from 'node:crypto'
import type { SourceItem } from '../records/source.ts'
import { decodeText } from './decode-text.ts'
import { type OpenOptions, openSpec } from './open-spec.ts'
import type { DroppedContent, RawContent, RawItem } from './raw-item.ts'
import type { HubOptions } from './read-hub.ts'
import { countTaken, type ItemSelection, takeShard } from './take-shard.ts'

export interface ReadSourcesOptions extends ItemSelection {
  /** How names of files end that each hold one source, with the dot. */
  readonly endings: readonly string[]
  /** Column of the text in Parquet and JSONL; otherwise the first known one that is there. */
  readonly column?: string | undefined
  /** Stands in for the data set's name in the provenance. */
  readonly dataset?: string | undefined
  /** Licence of items that state none. */
  readonly license?: string | undefined
  /** Texts that came before in this run: dropped (the default), or given as sources again, for who keeps all places. */
  readonly duplicates?: 'drop' | 'give'
  /** Larger texts are dropped; 1 MiB unless given. */
  readonly maxBytes?: number | undefined
  readonly hub?: HubOptions | undefined
}

const defaultMaxBytes = 1024 * 1024

/**
 * Reads sources from folders, files, globs and hub data sets. All places are checked before the first item leaves.
 *
 * @example for await (const item of readSources('programs/', { endings: ['.c'], limit: 100 })) if (item.kind === 'source') use(item.source)
 * @throws UserError when a place is missing, empty, damaged, gated or has no column of text.
 */
export async function* readSources(
  specs: string | readonly string[],
  options: ReadSourcesOptions,
): AsyncGenerator<SourceItem> {
  const openOptions = toOpenOptions(options)
  const opened = await Promise.all([specs].flat().map((spec) => openSpec(spec, openOptions)))
  const seen = options.duplicates === 'give' ? undefined : new Set<string>()
  for await (const item of takeShard(chain(opened), options)) {
    const content = toText(await item.load(), openOptions.maxBytes)
    yield content.kind === 'dropped' ? drop(item, content) : toSource(item, content.text, seen)
  }
}

/**
 * How many items {@link readSources} would yield with these options, for progress; undefined where only reading would
 * tell (JSONL, the hub).
 */
export async function countSources(
  specs: string | readonly string[],
  options: ReadSourcesOptions,
): Promise<number | undefined> {
  const opened = await Promise.all([specs].flat().map((spec) => openSpec(spec, toOpenOptions(options))))
  const counts = opened.map(({ count }) => count)
  if (!counts.every((count) => count !== undefined)) return undefined
  return countTaken(
    counts.reduce((sum, count) => sum + count, 0),
    options,
  )
}

function toOpenOptions(options: ReadSourcesOptions): OpenOptions {
  return { ...options, maxBytes: options.maxBytes ?? defaultMaxBytes }
}

async function* chain(opened: readonly { items: () => AsyncIterable<RawItem> }[]): AsyncGenerator<RawItem> {
  for (const { items } of opened) yield* items()
}

function toText(content: RawContent, maxBytes: number): ReturnType<typeof decodeText> {
  if (content.kind === 'dropped') return content
  const raw = content.kind === 'bytes' ? content.bytes : content.text
  const bytes = Buffer.byteLength(raw)
  if (bytes <= maxBytes) return decodeText(raw)
  return { kind: 'dropped', reason: 'too-large', detail: `${bytes} bytes, the limit is ${maxBytes}` }
}

function toSource(item: RawItem, text: string, seen: Set<string> | undefined): SourceItem {
  const id = createHash('sha256').update(text).digest('hex')
  if (seen?.has(id))
    return drop(item, { kind: 'dropped', reason: 'duplicate', detail: `same text as source ${id}` })
  seen?.add(id)
  const { dataset, split, row, license } = item
  return { kind: 'source', source: { id, dataset, split, row, license, text } }
}

function drop({ dataset, split, row }: RawItem, { reason, detail }: DroppedContent): SourceItem {
  return { kind: 'dropped', dataset, split, row, reason, detail }
}
