/** What every reader yields before decoding: where an item lies, and how to get at its content. */
export interface RawItem {
  readonly dataset: string
  readonly split: string
  readonly row: string
  readonly license: string
  /** Called only for items that the shard takes, so that a file of another shard is never opened. */
  readonly load: () => RawContent | Promise<RawContent>
}

export type RawContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'text'; readonly text: string }
  | DroppedContent

/** Content that is no source. `detail` is one line for people. */
export interface DroppedContent {
  readonly kind: 'dropped'
  readonly reason: ReadDropReason
  readonly detail: string
}

/** Why reading drops an item. Whether a text is of a source language is decided later, by compiling it. */
type ReadDropReason =
  | 'bad-json'
  | 'duplicate'
  | 'empty'
  | 'not-text'
  | 'nul-bytes'
  | 'too-large'
  | 'unreadable'

/** How the items of a container are labelled, and which of its columns hold text and licence. */
export interface ContainerLabel {
  readonly dataset: string
  readonly split: string
  /** Licence of items that state none of their own. */
  readonly license: string
  /** Column with the source text; undefined takes the first of {@link textColumns} that is there. */
  readonly column: string | undefined
}

/** Columns that data sets keep source text in, in order of preference (`Source_Code` is SLTrans's). */
export const textColumns = ['Source_Code', 'source', 'code', 'content', 'text'] as const

export const licenseColumn = 'license'
