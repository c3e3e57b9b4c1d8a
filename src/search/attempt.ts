import type { Input } from '../records/input.ts'
import type { Traces } from './frontier.ts'

/** An input that is going to be tried. */
export interface Attempt {
  readonly input: Input
  /** Which version makes up the rest of the standard input; undefined for none. */
  readonly explorer?: 0 | 1
  readonly onTraces?: (traces: Traces) => void
}

/** One that was, and what both versions did. */
export interface Tried {
  readonly input: Input
  readonly traces: Traces
}

/** Says that the next attempt depends on answers to those before. */
export type AttemptOrLater = Attempt | 'later'
