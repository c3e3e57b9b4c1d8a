/** What a group is about: one compilable piece of C. Enters from extraction, goes to compile, mutate and execute. */
export interface Unit {
  /** sha256 (hex) of kind, name, standard and code. */
  readonly id: string
  readonly sourceId: string
  readonly kind: 'program' | 'function'
  /** `main` for a program; the function's name otherwise. */
  readonly name: string
  /** A C translation unit that compiles on its own. */
  readonly code: string
  /** The -std= value that accepts `code`; gnu89 goes with implicit int and implicit declarations allowed. */
  readonly standard: CStandard
  /** False where C leaves main's exit status undefined (void main, or gnu89 main that may fall off its end). */
  readonly exitDefined: boolean
}

export type CStandard = 'gnu17' | 'gnu89'
