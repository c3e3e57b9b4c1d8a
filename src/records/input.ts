/** One input of a unit: plain data, stored in the database, enough to repeat a run. */
export type Input = StdinInput | CallInput

/** A program's input: the bytes of its standard input, one char per byte (latin1). */
export interface StdinInput {
  readonly kind: 'stdin'
  readonly stdin: string
}

/** A function's input: memory image, argument values, and stdin for functions that read it. */
export interface CallInput {
  readonly kind: 'call'
  /** Values of the parameters, in order. */
  readonly args: readonly Value[]
  /** Heap blocks that pointers refer to; each is malloc'ed with exactly its size. */
  readonly blocks: readonly Block[]
  /**
   * Globals set before the call, by name; those not named keep their initialiser, and so does the part of an
   * array after the last element given.
   */
  readonly globals: Readonly<Record<string, Value>>
  readonly stdin: string
}

/**
 * A value by its C type: `i` integers, enumerators and _Bool in decimal (64 bits do not fit a double), `f` floats
 * by the hex digits of their bits (8, 16 or, for long double, 20), `p` NULL or a byte offset in a block, `a` arrays
 * and structures in declaration order, `s` character arrays (one char per byte). What is left out at the end is zero.
 * A union is given by its first member.
 */
export type Value =
  | { readonly i: string }
  | { readonly f: string }
  | { readonly p: null | { readonly block: number; readonly offset: number } }
  | { readonly a: readonly Value[] }
  | { readonly s: string }

export interface Block {
  /** Key of the element type in the unit's plan. */
  readonly type: number
  readonly count: number
  /** An array of the elements: `a`, or `s` for characters. */
  readonly value: Value
}
