/**
 * What the stages need to know of a source language: one record a language, in a folder of its own (languages.ts lists
 * them). The stages know this interface alone.
 *
 * What is the same for all languages stands elsewhere: flags that each of them gets (compile/code.ts), the driver through
 * which a function is called by its assembly name (call/driver-source.ts), the runs and their verdicts.
 */

import type { CallPlan } from '../call/call-plan.ts'
import type { UnsupportedCall } from '../call/plan/plan-call.ts'
import type { Dictionary } from '../execute/code-engine.ts'
import type { Impurity } from '../execute/original/check-externals.ts'
import type { Extraction, ExtractOptions } from '../extract/extract-units.ts'
import type { FormatFault } from '../extract/find-format-faults.ts'
import type { RefusedConstruct } from '../extract/find-refused-construct.ts'
import type { Combination, CombinedMutants } from '../mutate/combine-mutants.ts'
import type { CallInput } from '../records/input.ts'
import type { Mutant } from '../records/mutant.ts'
import type { Source } from '../records/source.ts'
import type { Unit } from '../records/unit.ts'
import type { SyntaxNode } from '../syntax/parse-c.ts'
import type { ClangRunner } from '../toolchain/clang-runner.ts'

export interface SourceLanguage<Standard extends string = string> {
  /** As people write it. */
  readonly title: string
  /** How names of files end that hold it, with the dot. */
  readonly endings: readonly string[]
  /** The same for its preprocessed text, which is read only where a file is named. */
  readonly preprocessedEndings: readonly string[]
  /** What a unit's standard can be, the one to be tried first in front. No other language has one of the same name. */
  readonly standards: readonly Standard[]

  /** Units of a source, each of which compiles on its own, and why anything did not become one. */
  extractUnits(source: Source, options: ExtractOptions): Promise<Extraction>
  /** Why a text must not even be compiled, or could hide from the sanitizers. */
  findRefusedConstruct(text: string): RefusedConstruct | undefined
  /** Whether a main that returns an integer and reaches its end has a defined exit status. */
  endOfMainReturnsZero(standard: Standard): boolean
  /** The text with another name for its `main`, and with the lines that it had. */
  renameMain(text: string, name: string): string

  /** Arguments of clang that say the language and the standard, and how it becomes IR; all but the level. */
  compileFlags(standard: Standard): readonly string[]

  /** Loaded once per thread. */
  loadParser(): Promise<(code: string) => SyntaxNode>
  /** All single edits of a unit. */
  mutateUnit(unit: Pick<Unit, 'id' | 'name' | 'code'>, parse: (code: string) => SyntaxNode): Mutant[]
  /** One text that holds many mutants, to be chosen from when it runs; those it cannot hold are left out. */
  combineMutants(
    unit: Pick<Unit, 'name' | 'code' | 'exitDefined'>,
    mutants: readonly Mutant[],
    parse: (code: string) => SyntaxNode,
    combination: Combination,
  ): CombinedMutants

  /** Calls that are undefined whatever they are given: a pointer to another type than its format says. */
  findFormatFaults(code: string, standard: Standard, compile: ClangRunner): Promise<readonly FormatFault[]>
  /** What a unit's IR at O0 needs or does that a pure unit does not. */
  findImpurity(ir: string): Impurity | undefined
  /** Constants of the code that its comparisons may be about. */
  findConstants(code: string): Dictionary

  /** How a function is called: from IR at O0 with debug information. */
  planCall(debugIr: string, functionName: string): CallPlan | UnsupportedCall
  /** A call as a person would write it. */
  callLiteral(plan: CallPlan, input: CallInput): string
}
