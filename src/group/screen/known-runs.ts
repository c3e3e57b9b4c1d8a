/**
 * What the runs of one mutant have shown, kept while its unit is worked on: a mutant that is screened again, against
 * another subject's results, need not run again on the same inputs.
 *
 * A run is known by its input, the very object. Not kept: what runs without a budget of edges, or under a smaller one,
 * would have shown, where that does not follow.
 */
import type { MutantVerdictName } from '../../records/group-record.ts'
import type { Input } from '../../records/input.ts'
import { type ObservedResult, sameResult } from '../../records/observed-result.ts'
import type { RunOutcome } from '../../records/run-outcome.ts'

interface KnownRun {
  readonly fuel: number
  readonly outcome: RunOutcome
}

interface KnownProof {
  readonly result: ObservedResult
  readonly verdict: MutantVerdictName
}

export class KnownRuns {
  readonly #runs = new Map<Input, KnownRun>()
  readonly #proofs = new Map<Input, KnownProof>()

  /** What a run of the coverage build with that budget does; undefined where it has to be made. */
  outcome(input: Input, fuel: number): RunOutcome | undefined {
    const known = this.#runs.get(input)
    return known !== undefined && holdsFor(known, fuel) ? known.outcome : undefined
  }

  keepOutcome(input: Input, fuel: number, outcome: RunOutcome): void {
    this.#runs.set(input, { fuel, outcome })
  }

  /** What the sanitizers' builds have said of that result, which no budget decides. */
  proof(input: Input, result: ObservedResult): MutantVerdictName | undefined {
    const known = this.#proofs.get(input)
    return known !== undefined && sameResult(known.result, result) ? known.verdict : undefined
  }

  keepProof(input: Input, result: ObservedResult, verdict: MutantVerdictName): void {
    this.#proofs.set(input, { result, verdict })
  }
}

/** With more a run gets at least as far, with less at most as far. */
function holdsFor({ fuel: given, outcome }: KnownRun, fuel: number): boolean {
  if (fuel === given) return true
  if (outcome.kind === 'ok') return outcome.edgesTaken !== undefined && outcome.edgesTaken <= fuel
  return outcome.kind === 'timeout' ? fuel < given : fuel > given
}
