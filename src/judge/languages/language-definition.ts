/** What the judge knows of a language: one record a language, in a file of its own (languages.ts lists them). */

import type { JsonValue } from '../../records/json-value.ts'
import type { Language } from '../../records/language.ts'
import type { CallTest, CodeTest, SuiteLimits } from '../../records/suite.ts'
import type { CallSignature, ValueType } from '../../records/value-type.ts'
import type { Box } from '../box.ts'
import type { Workshop } from '../workshop.ts'

export interface LanguageDefinition {
  readonly language: Language
  /** Words that mark a fenced block as being in it, lower case. */
  readonly tags: readonly string[]
  /** The Debian and Ubuntu package that brings it; undefined where gepo itself runs on it. */
  readonly aptPackage: string | undefined
  /** By role, the names or paths to look for, best first. The first role's program is asked for its version. */
  readonly programs: Readonly<Record<string, readonly string[]>>
  readonly version: { readonly args: readonly string[]; readonly pattern: RegExp }
  /** Puts a program into the box, ready to be run once for each test. */
  readonly build: (job: BuildJob) => Promise<Built>
  /** Puts the answer and a test in the form of code together, ready to be run once; undefined where that cannot be. */
  readonly buildCodeTest?: (job: CodeTestJob, test: CodeTest) => Promise<Built>
  /** How its driver is told of a call; default in JSON. */
  readonly callForm?: CallForm
  /** A list of it and an object whose keys are 0, 1, ... are one thing. */
  readonly listsAreObjects?: boolean
  /** What its runtime writes to standard error when it gets no memory. */
  readonly outOfMemory?: RegExp
}

/** Calls and results as a driver takes and gives them. */
export interface CallForm {
  /** Why the language cannot be asked them, if it cannot. */
  readonly flawOf: (calls: readonly CallTest[]) => string | undefined
  /** What stands on descriptor 4. */
  readonly encode: (nonce: string, call: CallTest, signature: CallSignature) => string
  /** Of what stands behind the nonce, a value of the type or why it is none; undefined where it is no result at all. */
  readonly decode: (
    result: Uint8Array,
    type: ValueType,
  ) => { readonly value: JsonValue } | { readonly noJson: string } | undefined
}

/** Of one function, each with its arguments. What they return stays with the judge. */
export interface Calls {
  readonly name: string
  readonly arguments: readonly (readonly JsonValue[])[]
  /** For languages that cannot say themselves what they take. */
  readonly signature: CallSignature
}

/** What it takes to put an answer into a box. */
export interface CodeTestJob {
  readonly box: Box
  readonly code: string
  readonly limits: SuiteLimits
  /** The programs found, by role. */
  readonly programs: Readonly<Record<string, string>>
  readonly workshop: Workshop
}

export interface BuildJob extends CodeTestJob {
  /** The calls that are made where the program is not to be run: each is on descriptor 4, its result goes to 3. */
  readonly calls: Calls | undefined
}

export type Built =
  | {
      readonly kind: 'built'
      /** Program and arguments of one run. */
      readonly command: readonly string[]
      /** Default 8 MB. */
      readonly stackBytes?: number
      /** Of a test in the form of code: what its driver reads behind the run's word. */
      readonly told?: string
      /** Of a test in the form of code: the language cannot do without processes. */
      readonly startsProcesses?: boolean
    }
  | { readonly kind: 'compile-error'; readonly message: string }
  /** The box, not the program. */
  | { readonly kind: 'sandbox-error'; readonly detail: string }
