import type { MutantVerdictName } from '../../records/group-record.ts'
import type { Mutant } from '../../records/mutant.ts'

/** Keeps what became of a mutant; the last word counts. */
export type RecordVerdict = (mutant: Mutant, verdict: MutantVerdictName) => void
