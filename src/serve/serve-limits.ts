/** What one request may ask of the server. In a file of its own: the command line's help loads nothing else. */
export interface ServeLimits {
  readonly bodyBytes: number
  /** Of one problem; the same many answers may come in one request. */
  readonly tests: number
  /** CPU time of one test. */
  readonly testMs: number
  readonly memoryBytes: number
  /** From the first work on one answer to its verdict, however busy the machine is. */
  readonly answerMs: number
}

const MIB = 1024 * 1024

export const DEFAULT_SERVE_LIMITS: ServeLimits = {
  bodyBytes: 16 * MIB,
  tests: 1000,
  testMs: 60_000,
  memoryBytes: 2048 * MIB,
  answerMs: 600_000,
}

/** Answers that may wait for a slot. */
export const DEFAULT_QUEUE = 512
/** SandboxFusion's own. */
export const DEFAULT_PORT = 8080
