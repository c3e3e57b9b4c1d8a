/** What a run may use. Every run has a CPU, a wall clock and an output limit; the others may be left out. */
export interface RunLimits {
  /** The main limit, as it does not depend on how busy the machine is. */
  readonly cpuMs: number
  /** For programs that wait; default ten times `cpuMs`. */
  readonly wallMs?: number
  /** Greatest resident size; 0 or left out: none, as for the next two. */
  readonly memoryBytes?: number
  /** RLIMIT_DATA: allocation fails above it. Not for sanitizer builds, which reserve terabytes. */
  readonly dataBytes?: number
  readonly stackBytes?: number
  /** Greatest length of stdout. */
  readonly outputBytes: number
  /** Greatest length of the record (descriptor 3); default `outputBytes`. */
  readonly recordBytes?: number
}

export interface RunRequest {
  /** The executable, relative to the sandbox's box directory. */
  readonly path: string
  /** Arguments after argv[0]. */
  readonly argv?: readonly string[]
  /** The whole environment; nothing is inherited. */
  readonly env?: Readonly<Record<string, string>>
  /** Standard input, a seekable file; a string stands for one byte per char (latin1). */
  readonly stdin?: string | Uint8Array
  /** Content of descriptor 4, a seekable file that is open only when this is not empty. */
  readonly args?: Uint8Array
  /** Opens descriptor 3 for writing; what the program writes there is returned as `record`. */
  readonly wantRecord?: boolean
  /** Address space layout randomisation; default true. MemorySanitizer builds need it off. */
  readonly aslr?: boolean
  readonly limits: RunLimits
}

/** How a run ended. `sandbox-error` says nothing about the program; all others are the program's own doing. */
export type RunReport = FinishedRun | { readonly kind: 'sandbox-error'; readonly detail: string }

export type FinishedRun = RunFigures & RunEnd

export type RunEnd =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: string }
  | { readonly kind: 'timeout'; readonly clock: 'cpu' | 'wall' }
  | { readonly kind: 'output-limit' }
  | { readonly kind: 'memory-limit' }
  | { readonly kind: 'forbidden-syscall' }

export interface RunFigures {
  /** Up to `outputBytes`. */
  readonly stdout: Buffer
  /** The first 16 KiB. */
  readonly stderr: Buffer
  /** Up to `recordBytes`. */
  readonly record: Buffer
  readonly cpuMs: number
  readonly wallMs: number
  readonly maxRssBytes: number
}
