/** A unit with one AST edit. Enters from the operators, goes to screening. */
export interface Mutant {
  /** sha256 (hex) of unit id, operator, position and replacement. */
  readonly id: string
  /** The operator's short name in the field's terms: ROR, AOR, LCR, SDL, ... */
  readonly operator: string
  /** Half-open range of UTF-16 offsets in the unit's code that is replaced. */
  readonly start: number
  readonly end: number
  readonly original: string
  readonly replacement: string
  /** 1-based line of `start`, for people. */
  readonly line: number
  /** Mostly endless or undefined (`--` for `++` in a loop's header): chosen after all others. Not part of the id. */
  readonly unlikely?: true
}
