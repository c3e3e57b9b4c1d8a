/** What one look at a part of the installation gives. */
export type PartStatus =
  | { readonly status: 'ok'; readonly found: string; readonly version: string }
  | { readonly status: 'missing' }
  /** It is there and does not do its work. */
  | {
      readonly status: 'broken'
      readonly found: string
      readonly problem: string
      /** Where it is not the part's usual one. */
      readonly remedy?: string
    }

/** One part of the installation as `gepo doctor` reports it, and as `--json` prints it. */
export interface InstalledPart {
  readonly name: string
  /** Without a required part no groups can be built; the others serve training and convenience. */
  readonly required: boolean
  readonly status: PartStatus['status']
  /** Where it is. */
  readonly found: string | null
  readonly version: string | null
  /** Why it does not work, if broken. */
  readonly problem: string | null
  /** What cannot be done without it. */
  readonly lostWithout: string
  /** What to do about it; null if nothing is to be done. */
  readonly remedy: string | null
}

/** Whether groups can be built here: every required part works. */
export function isReady(parts: readonly InstalledPart[]): boolean {
  return parts.every((part) => !part.required || part.status === 'ok')
}
