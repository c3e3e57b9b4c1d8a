/**
 * Mutants of a unit in, for each the input on which it is clean and clearly differs, or why there is none. The cheap
 * work comes first: all are run without sanitizers up to their first difference, and only those that differ with them.
 */
import type { Engine, Executable } from '../execute/engine.ts'
import { mutantEdges } from '../execute/limits.ts'
import { clearlyDifferent, resultOf, sameResult } from '../execute/same-result.ts'
import { FILLS } from '../execute/screen-original.ts'
import { applyMutant } from '../mutate/apply-mutant.ts'
import { combineMutants } from '../mutate/combine-mutants.ts'
import type { Mutant } from '../mutate/mutant.ts'
import type { SyntaxNode } from '../syntax/parse-c.ts'
import type { MutantVerdictName } from './group-record.ts'
import type { Shown } from './pool-entry.ts'
import { type Builder, type Claim, type Ground, proveClean } from './prove-losers.ts'

export type Screened =
  | ({ readonly kind: 'different' } & Shown)
  | { readonly kind: 'refused'; readonly verdict: MutantVerdictName }

export interface Screening extends Ground {
  readonly parse: (code: string) => SyntaxNode
}

/** Mutants of the unit's code. */
export const screenMutants = (
  engine: Engine,
  ground: Screening,
  mutants: readonly Mutant[],
): Promise<Screened[]> => screenBuilds(engine, ground, mutantBuilders(engine, ground, mutants))

/**
 * For each mutant the first input on which it is clean and clearly differs. A run that does not end well, or differs
 * only through undefined behaviour, proves nothing, and the next input is tried: what such a run gives is chance, so
 * it must have no say in what is chosen.
 */
export async function screenBuilds(
  engine: Engine,
  ground: Ground,
  builders: readonly Builder[],
): Promise<Screened[]> {
  const { inputs } = ground
  const screened: Screened[] = builders.map(() => ({ kind: 'refused', verdict: 'no-difference' }))
  const runs = inputs.map(({ input, expected, edgesTaken }) => ({
    input,
    expected,
    fill: FILLS[0],
    fuel: mutantEdges(edgesTaken),
  }))
  let open: { readonly index: number; readonly executable: Executable; next: number }[] = []
  for (const [index, build] of builders.entries()) {
    const built = await build('cover')
    if (built.kind === 'ok') open.push({ index, executable: built.executable, next: 0 })
    else screened[index] = { kind: 'refused', verdict: 'not-compiled' }
  }
  // Most show a clean difference at the first that there is; for the others all that are left are tried together.
  for (const stopAt of ['difference', 'never'] as const) {
    const outcomes = await engine.run(
      open.map(({ executable, next }) => ({ executable, runs: runs.slice(next), stopAt })),
    )
    const claims: (Claim & { readonly index: number })[] = []
    for (const [position, mutant] of open.entries()) {
      const { index } = mutant
      const refuse = (verdict: MutantVerdictName) => {
        screened[index] = { kind: 'refused', verdict }
      }
      for (const outcome of outcomes[position]!) {
        const inputIndex = mutant.next++
        const { expected } = inputs[inputIndex]!
        if (outcome.kind !== 'ok') refuse(outcome.kind === 'timeout' ? 'timeout' : 'crash')
        else if (clearlyDifferent(expected, outcome))
          claims.push({ index, inputIndex, result: resultOf(outcome), build: builders[index]! })
        else if (!sameResult(expected, outcome)) refuse('float-gap')
      }
    }
    const verdicts = await proveClean(engine, ground, claims)
    for (const [position, { index, inputIndex, result }] of claims.entries()) {
      const verdict = verdicts[position]!
      if (screened[index]!.kind === 'different') continue
      screened[index] =
        verdict === 'different' ? { kind: 'different', inputIndex, result } : { kind: 'refused', verdict }
    }
    open = open.filter(({ index, next }) => screened[index]!.kind !== 'different' && next < runs.length)
    if (open.length === 0) break
  }
  return screened
}

/** How each mutant is built: all in one text where the engine gains by it and the text compiles, else alone. */
function mutantBuilders(
  engine: Engine,
  { unit, calling, parse }: Screening,
  mutants: readonly Mutant[],
): Builder[] {
  const { standard } = unit
  const combined = engine.combinesMutants ? combineMutants(unit, mutants, parse) : undefined
  return mutants.map((mutant) => async (build) => {
    const selector = combined?.selectors.get(mutant.id)
    if (combined !== undefined && selector !== undefined) {
      const built = await engine.build({ text: combined.text, language: 'c', standard }, build, calling)
      if (built.kind === 'ok') return { kind: 'ok', executable: { ...built.executable, mutant: selector } }
    }
    return engine.build({ text: applyMutant(unit.code, mutant), language: 'c', standard }, build, calling)
  })
}
