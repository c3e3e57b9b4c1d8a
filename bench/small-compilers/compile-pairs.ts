/**
 * Functions in; out come pairs for supervised training: a function, or one mutant of it, with its IR at each level, in plain words.
 * Groups are about mutants more often than about the functions themselves, so a model should have seen both. What clang
 * does not take is left out, and so is a mutant that is, but for its names, a function to be held out: they are counted.
 */
import { sourceShingles } from '../../src/audit/source-shingles.ts'
import { createRandom } from '../../src/base/random.ts'
import { emitArguments } from '../../src/compile/code.ts'
import { normalizeIr } from '../../src/compile/normalize-ir.ts'
import { openClangRunner } from '../../src/compile/worker/open-clang-runner.ts'
import { compileWorkerFor, defaultCompiler } from '../../src/execute/choose-compiler.ts'
import { cSource } from '../../src/languages/c/c-source.ts'
import { chooseMutants } from '../../src/mutate/choose-mutants.ts'
import { mutateUnit } from '../../src/mutate/mutate-unit.ts'
import { applyMutant } from '../../src/records/apply-mutant.ts'
import type { Level } from '../../src/records/level.ts'
import { promptOf } from '../../src/records/prompt-template.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'
import { plainIr } from './plain-ir.ts'

export interface CompiledPair {
  readonly prompt: string
  readonly response: string
}

export interface CompilePairsOptions {
  readonly levels: readonly Level[]
  readonly seed: number
  /** Share of functions that are mutated once. */
  readonly mutated: number
  /** Functions that the model is to be evaluated on. */
  readonly heldOut: readonly string[]
}

export interface CompiledPairs {
  readonly pairs: readonly CompiledPair[]
  /** Mutants that were functions to be held out. */
  readonly leftOut: number
}

export async function compilePairs(
  functions: readonly string[],
  { levels, seed, mutated, heldOut }: CompilePairsOptions,
): Promise<CompiledPairs> {
  const random = createRandom(`pairs ${seed}`)
  const parse = await loadParser()
  const versionOf = (text: string) => {
    if (!random.chance(mutated)) return text
    const unit = { id: text, name: /(\w+)\(/.exec(text)![1]!, code: text }
    const [mutant] = chooseMutants(mutateUnit(unit, parse), { count: 1, seed })
    return mutant === undefined ? text : applyMutant(text, mutant)
  }
  const heldOutForms = new Set(heldOut.map(formOf))
  const versions = functions.map(versionOf)
  const kept = versions.filter((text) => !heldOutForms.has(formOf(text)))
  const clang = await openClangRunner({
    clang: locateTools().clang,
    compileWorker: compileWorkerFor(defaultCompiler()),
  })
  const flags = cSource.compileFlags('gnu17')
  const pairs: CompiledPair[] = []
  try {
    for (const code of kept) {
      for (const level of levels) {
        const emitted = await clang.run(emitArguments({ text: code, flags }, level), code)
        if (emitted.kind === 'ok')
          pairs.push({ prompt: promptOf({ code }), response: plainIr(normalizeIr(emitted.stdout)) })
      }
    }
  } finally {
    await clang.close()
  }
  return { pairs: random.shuffle(pairs), leftOut: versions.length - kept.length }
}

/** The same for functions that differ in names and layout alone. */
const formOf = (text: string) => sourceShingles(text).join()
