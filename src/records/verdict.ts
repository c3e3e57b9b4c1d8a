/**
 * What a judge says of one answer. `unjudged` is about the judge and never about the answer: it is neither a pass nor
 * a failure, and no reward may be made of it.
 */
export type Verdict =
  | { readonly kind: 'passed' }
  /** The first test, counted from 0, whose output is not the expected one; both texts may be shortened for reading. */
  | { readonly kind: 'wrong-answer'; readonly test: number; readonly expected: string; readonly got: string }
  | { readonly kind: 'compile-error'; readonly message: string }
  | { readonly kind: 'runtime-error'; readonly test: number; readonly message: string }
  | { readonly kind: 'timeout'; readonly test: number }
  | { readonly kind: 'output-limit'; readonly test: number }
  | { readonly kind: 'memory-limit'; readonly test: number }
  /** The answer's text does not hold one program in the form that was asked for. */
  | { readonly kind: 'format-error'; readonly message: string }
  /** The language is not installed, or the sandbox failed. */
  | { readonly kind: 'unjudged'; readonly reason: string }
