/** What a group is about: one compilable piece of source code. Enters from extraction, goes to compile, mutate and execute. */
export interface Unit {
  /** sha256 (hex) of kind, name, standard and code. */
  readonly id: string
  readonly sourceId: string
  readonly kind: 'program' | 'function'
  /** `main` for a program; the function's name otherwise. */
  readonly name: string
  /** A translation unit that compiles on its own. */
  readonly code: string
  /** The standard that accepts `code`, such as gnu17. It tells the language too: see languageOf in src/languages. */
  readonly standard: string
  /** False where the language leaves main's exit status undefined (void main, or gnu89 main that may fall off its end). */
  readonly exitDefined: boolean
}
