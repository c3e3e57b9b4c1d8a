/** What a kind of fuzzing is: seeds in, what they were and what must not happen out. */

export interface FuzzKind {
  /** What it does, in a line for people. */
  readonly summary: string
  /** Seeds that a step goes over together. */
  readonly seedsPerStep: number
  /** @throws UserError where something that the kind needs is missing */
  open(settings: FuzzSettings): Promise<OpenKind>
}

export interface FuzzSettings {
  /** Processes or threads at the same time, at most. */
  readonly jobs: number
  readonly signal: AbortSignal
}

export interface OpenKind {
  /**
   * A step over the seeds from `firstSeed` on. The same seed is the same case again.
   *
   * @param folder empty, and gone after the findings are saved
   */
  step(firstSeed: number, folder: string): Promise<StepResult>
  close(): Promise<void>
}

export interface StepResult {
  /** Added up over the run, by name. */
  readonly counts: Readonly<Record<string, number>>
  readonly findings: readonly Finding[]
}

/** Something that must not happen. */
export interface Finding {
  /** A word or two, for the name of its folder. */
  readonly name: string
  readonly said: string
  /** Files and folders that are kept. */
  readonly keep: readonly string[]
}
