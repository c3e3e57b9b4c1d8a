/**
 * What the runs of one mutant have shown, kept while its unit is worked on: a mutant that is screened again, against
 * another subject's results, need not run again on the same inputs.
 *
 * A run is known by its input, the very object. Of a long result only its digest is kept, which says whether it is the
 * one that is expected; what else it may be, another run has to show. So what a mutant takes is bounded by the number of
 * inputs. Not kept: what runs without a budget of edges, or under a smaller one, would have shown, where that does not
 * follow.
 */
import { hash } from 'node:crypto'
import type { MutantVerdictName } from '../../records/group-record.ts'
import type { Input } from '../../records/input.ts'
import { type ObservedResult, observedResult } from '../../records/observed-result.ts'
import type { RunOutcome } from '../../records/run-outcome.ts'

/** What screening asks of a run. */
export type ScreenedRun =
  | ({ readonly kind: 'ok' } & ObservedResult)
  | { readonly kind: Exclude<RunOutcome['kind'], 'ok'> }

/** What a run writes is mostly shorter. */
export const MOST_KEPT_CHARACTERS = 4096

interface KnownRun {
  readonly fuel: number
  readonly kind: RunOutcome['kind']
  readonly edgesTaken: number | undefined
  /** Of a run that ended well, one of the two. */
  readonly result?: ObservedResult
  readonly digest?: string
}

interface KnownProof {
  readonly digest: string
  readonly verdict: MutantVerdictName
}

export class KnownRuns {
  readonly #runs = new Map<Input, KnownRun>()
  readonly #proofs = new Map<Input, KnownProof>()

  /**
   * What a run of the coverage build with that budget does; undefined where it has to be made.
   *
   * @param expected what the subject gives on the input
   */
  run(input: Input, fuel: number, expected: ObservedResult): ScreenedRun | undefined {
    const known = this.#runs.get(input)
    if (known === undefined || !holdsFor(known, fuel)) return undefined
    if (known.kind !== 'ok') return { kind: known.kind }
    if (known.result !== undefined) return { kind: 'ok', ...known.result }
    return known.digest === digestOf(expected) ? { kind: 'ok', ...observedResult(expected) } : undefined
  }

  keepRun(input: Input, fuel: number, outcome: RunOutcome): void {
    if (outcome.kind !== 'ok') {
      this.#runs.set(input, { fuel, kind: outcome.kind, edgesTaken: undefined })
      return
    }
    const { kind, edgesTaken, stdout, effects } = outcome
    const isShort = stdout.length + effects.length <= MOST_KEPT_CHARACTERS
    const kept = isShort ? { result: observedResult(outcome) } : { digest: digestOf(outcome) }
    this.#runs.set(input, { fuel, kind, edgesTaken, ...kept })
  }

  /** What the sanitizers' builds have said of that result, which no budget decides. */
  proof(input: Input, result: ObservedResult): MutantVerdictName | undefined {
    const known = this.#proofs.get(input)
    return known !== undefined && known.digest === digestOf(result) ? known.verdict : undefined
  }

  keepProof(input: Input, result: ObservedResult, verdict: MutantVerdictName): void {
    this.#proofs.set(input, { digest: digestOf(result), verdict })
  }
}

const digestOf = ({ stdout, exit, effects }: ObservedResult): string =>
  hash('sha256', JSON.stringify([stdout, exit, effects]))

/** With more a run gets at least as far, with less at most as far. */
function holdsFor({ fuel: given, kind, edgesTaken }: KnownRun, fuel: number): boolean {
  if (fuel === given) return true
  if (kind === 'ok') return edgesTaken !== undefined && edgesTaken <= fuel
  return kind === 'timeout' ? fuel < given : fuel > given
}
