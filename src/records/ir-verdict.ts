/** What is said of an answer in LLVM IR to a unit's source: what running it beside the unit showed. Plain data. */
import type { Input } from './input.ts'
import type { ObservedResult } from './observed-result.ts'

export type IrVerdict =
  /** The unit's result on every input of its group, clean under the sanitizers; and on others, where they were looked for. */
  | { readonly kind: 'equal'; readonly inputs: number; readonly searched: number }
  /** Clean, and another result. */
  | { readonly kind: 'differs'; readonly witness: AnswerWitness }
  /** No clean difference, and undefined on an input on which the unit is not. */
  | { readonly kind: 'undefined'; readonly report: string; readonly inputIndex: number }
  /** Far more steps than the unit takes. */
  | { readonly kind: 'timeout'; readonly inputIndex: number }
  /** A signal, more memory or output than a unit may take, or a forbidden system call, which no sanitizer explains. */
  | { readonly kind: 'crash'; readonly detail: string; readonly inputIndex: number }
  /** The assembler refuses the text, or the answer holds none. */
  | { readonly kind: 'malformed'; readonly message: string }
  /** It does not define what is to be called, as it is to be called. */
  | { readonly kind: 'mismatch'; readonly detail: string }
  /** It asks for what no unit may have; it was not run. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** The judge failed, or the unit is not what its group says: nothing is said of the answer. */
  | { readonly kind: 'unjudged'; readonly reason: string }

export interface AnswerWitness {
  readonly input: Input
  /** Index into the group's inputs; undefined for one that was found in a search. */
  readonly inputIndex?: number
  readonly original: ObservedResult
  readonly answer: ObservedResult
  /** Whether the results differ beyond what rounding of floats could explain: what a loser must do. */
  readonly isClear: boolean
}

export type IrVerdictKind = IrVerdict['kind']

/** In the order in which tables have them. */
export const IR_VERDICTS: readonly IrVerdictKind[] = [
  'equal',
  'differs',
  'undefined',
  'timeout',
  'crash',
  'malformed',
  'mismatch',
  'refused',
  'unjudged',
]
