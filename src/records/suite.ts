/** What an answer must do to pass: tests, the rule by which outputs are compared, and limits. */
import type { JsonValue } from './json-value.ts'
import type { CallSignature } from './value-type.ts'

export type Test =
  /** The program reads `input` and must print `output`. */
  { readonly kind: 'stdin'; readonly input: string; readonly output: string } | CallTest | CodeTest

/** The function `name`, called with `arguments`, must return `result`. */
export interface CallTest {
  readonly kind: 'call'
  readonly name: string
  readonly arguments: readonly JsonValue[]
  readonly result: JsonValue
  /** What values do not say of themselves, as that keys are numbers; the same in all tests of a suite. */
  readonly signature?: CallSignature
}

/**
 * Code in the answer's language, which is put together with the answer, compiled once and run once. A suite has one such
 * test and no other.
 */
export interface CodeTest {
  readonly kind: 'code'
  /** It must come to its end with every assertion held, and then the answer has passed. */
  readonly code: string
  /** TypeScript alone: an answer with a type error fails. Default false, as its types say nothing of what it does. */
  readonly checkTypes?: boolean
}

/** The rule of a data set: how an output that is right may differ from the expected one. */
export type Comparison =
  /** Not in a single byte. */
  | { readonly kind: 'exact' }
  /** In white space at the ends of lines and of the whole. */
  | { readonly kind: 'lines' }
  /** In white space between words, and numbers by `tolerance`, absolute or relative, whichever allows more. */
  | { readonly kind: 'words'; readonly tolerance: number }

export interface SuiteLimits {
  /** CPU time of one test, of all its processes together; a program that only waits may do so three times as long. */
  readonly testMs: number
  /** Of one process, in bytes; all of a test together may take twice that. */
  readonly memoryBytes: number
  /** Standard output of one test, in bytes. */
  readonly outputBytes: number
}

/** What a suite allows that says nothing: what APPS gives a test, and memory for every runtime. */
export const DEFAULT_SUITE_LIMITS: SuiteLimits = {
  testMs: 4000,
  memoryBytes: 512 * 1024 * 1024,
  outputBytes: 16 * 1024 * 1024,
}

export interface Suite {
  readonly tests: readonly Test[]
  readonly comparison: Comparison
  readonly limits: SuiteLimits
}
