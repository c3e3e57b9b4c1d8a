/** What one run of one executable on one input did. Only `ok` can ever serve as evidence. */
export type RunOutcome =
  | RunOk
  | { readonly kind: 'signal'; readonly signal: string; readonly stderr: string }
  /** A sanitizer stopped the run; `report` names the check ('signed-integer-overflow', 'heap-buffer-overflow', ...). */
  | { readonly kind: 'sanitizer'; readonly report: string; readonly stderr: string }
  | { readonly kind: 'timeout'; readonly limitMs: number }
  | { readonly kind: 'output-limit'; readonly limitBytes: number }
  | { readonly kind: 'memory-limit'; readonly limitBytes: number }
  /** The program asked the kernel for something that a pure stdin-to-stdout unit never needs. */
  | { readonly kind: 'forbidden-syscall' }

export interface RunOk {
  readonly kind: 'ok'
  /** Bytes written to stdout, one char per byte (latin1). */
  readonly stdout: string
  readonly exit: number
  /** For function units: return value and changed memory in canonical form; '' for programs. */
  readonly effects: string
  /** CPU time of the run, ms; for scheduling only, never part of a comparison. */
  readonly cpuMs: number
  /** By builds that count them; no part of a comparison either. */
  readonly edgesTaken?: number
}
