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
  /** Globals set before the call, by name; those not named keep their initialiser. */
  readonly globals: Readonly<Record<string, Value>>
  readonly stdin: string
}

/**
 * A value by its C type: integers as decimal strings (64 bits do not fit a double), floats as 'f:' + hex bits,
 * pointers as NULL / a block / an offset in it, aggregates as arrays (in declaration order; trailing zeros left out).
 */
export type Value = { i: string } | { f: string } | { p: null | { block: number; offset: number } } | { a: readonly Value[] }

export interface Block {
  /** Key of the element type in the unit's plan. */
  readonly type: number
  readonly count: number
  readonly elements: readonly Value[]
}
