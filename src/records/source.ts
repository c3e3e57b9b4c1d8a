/** A file of source code as it came in, with its provenance. Enters from the readers, goes to unit extraction. */
export interface Source {
  /** sha256 (hex) of `text`; equal text is the same source. */
  readonly id: string
  /** Data set name (`UKPLab/SLTrans`), or `folder` for plain files. */
  readonly dataset: string
  /** Split or relative path of the container the source came from; '' when there is none. */
  readonly split: string
  /** Row number within the container, or the file's relative path. */
  readonly row: string
  /** SPDX-like licence string as the data set states it; 'unknown' when it states none. */
  readonly license: string
  /** Decoded text: no BOM, LF line ends. */
  readonly text: string
}

/** What a reader yields: a source, or the reason why an item is not one. */
export type SourceItem =
  | { readonly kind: 'source'; readonly source: Source }
  | {
      readonly kind: 'dropped'
      readonly dataset: string
      readonly split: string
      readonly row: string
      readonly reason: string
      readonly detail: string
    }
