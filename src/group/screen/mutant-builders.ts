/** A unit's mutants in, how each is built out: all of a batch in one text where the engine gains by it, else alone. */

import { once } from '../../base/once.ts'
import type { EntryPoint } from '../../call/entry-point.ts'
import type { BuildKind } from '../../execute/build-kind.ts'
import type { BuildResult, CodeEngine } from '../../execute/code-engine.ts'
import { combinedFlags } from '../../execute/harness/harness-objects.ts'
import { languageOf, unitCode } from '../../languages/languages.ts'
import type { Combination } from '../../mutate/combine-mutants.ts'
import { applyMutant } from '../../records/apply-mutant.ts'
import type { Mutant } from '../../records/mutant.ts'
import type { Unit } from '../../records/unit.ts'
import type { SyntaxNode } from '../../syntax/parse-c.ts'
import type { Builder } from '../proofs/prove-losers.ts'

/** Those that are asked for together are built together, and stay so when they are asked for again. */
export type MutantBuilders = (mutants: readonly Mutant[]) => Builder[]

export function openMutantBuilders(
  engine: CodeEngine,
  unit: Unit,
  entryPoint: EntryPoint,
  parse: (code: string) => SyntaxNode,
  combination: Combination,
): MutantBuilders {
  const known = new Map<string, Builder>()
  const codeOf = (code: string) => unitCode({ ...unit, code })
  const buildAlone = (mutant: Mutant, build: BuildKind) =>
    engine.build(codeOf(applyMutant(unit.code, mutant)), build, entryPoint)

  return (mutants) => {
    const fresh = mutants.filter(({ id }) => !known.has(id))
    const areCombined = engine.combinesMutants && fresh.length > 1
    const combined = areCombined
      ? languageOf(unit).combineMutants(unit, fresh, parse, combination)
      : undefined
    const builds = new Map<string, Promise<BuildResult>>()
    const buildCombined = (text: string, build: BuildKind) =>
      once(builds, build, () => {
        const code = codeOf(text)
        return engine.build({ ...code, flags: [...code.flags, ...combinedFlags(build)] }, build, entryPoint)
      })
    for (const mutant of fresh) {
      const selector = combined?.selectors.get(mutant.id)
      known.set(mutant.id, async (build) => {
        if (combined !== undefined && selector !== undefined) {
          const built = await buildCombined(combined.text, build)
          if (built.kind === 'ok')
            return { kind: 'ok', executable: { ...built.executable, mutant: selector } }
        }
        return buildAlone(mutant, build)
      })
    }
    return mutants.map(({ id }) => known.get(id)!)
  }
}
