/**
 * How a unit's code is built. `cover` counts edges and stops at a budget of them, and `trace` notes what is compared
 * besides; `asan` is ASan and UBSan together; all but IR builds are O0.
 */
export type BuildKind = 'cover' | 'trace' | 'plain' | 'asan' | 'msan'

/** These are built as `plain` is, with calls into native/harness/coverage.c. */
export const countsEdges = (kind: BuildKind): kind is 'cover' | 'trace' =>
  kind === 'cover' || kind === 'trace'
