/**
 * What a call did, as a caller can see it: its result, the memory it changed, the memory it allocated and made
 * reachable. Plain data in terms of C expressions; addresses, padding and uninitialised bytes have no place in it.
 */

export interface CallEffects {
  /** Missing for void, and when the function ended the process. */
  readonly return?: Observed
  /** The function ended the process by exit instead of returning. */
  readonly exited?: true
  /**
   * What changed, by C expressions over the memory as it was before the call: `a[2]`, `*count`, `head->next->val`,
   * `s[0..3]` for neighbouring elements. A block that was freed is there under its pointer: `p: 'freed'`.
   */
  readonly memory: Readonly<Record<string, string>>
  /**
   * Live allocations of the function that result or memory lead to, `new0`, `new1`, ... in the order in which
   * they are met; elements up to the last one written that is not zero.
   */
  readonly allocated?: Readonly<Record<string, Observed>>
}

/**
 * A scalar as text (integers in decimal, characters as `'a'`, enumerators by value, floats as
 * `0.5 [3fe0000000000000]` with the exact bits, NaN as `nan`, pointers as `NULL`, `&a[3]`, `"text"`, `dangling` or
 * `other`); aggregates by member or position. `?` was never written.
 */
export type Observed = string | readonly Observed[] | { readonly [member: string]: Observed }

/** What a record says; only `effects` can serve as evidence. */
export type DecodedCall =
  | { readonly kind: 'effects'; readonly effects: CallEffects }
  /** MSan build: the function left something uninitialised where its caller looks; `path` says where. */
  | { readonly kind: 'uninitialized'; readonly path: string }
  /** The function changed more than a record holds. */
  | { readonly kind: 'too-long' }
  /** The process ended without a record. */
  | { readonly kind: 'no-record' }
