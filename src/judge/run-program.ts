/**
 * One program, built once and run on inputs one after another, in one box. In: the program, what it reads and its
 * limits. Out: how each run ended and what it printed; whether that is right is not asked.
 */
import type { Program } from '../records/language.ts'
import type { SuiteLimits } from '../records/suite.ts'
import type { FinishedRun } from '../sandbox/run-report.ts'
import type { Box } from './box.ts'
import { findPrograms, missingLanguage } from './find-programs.ts'
import { limitsOfRun, STACK_BYTES } from './judge-answer.ts'
import { definitionOf } from './languages/languages.ts'
import { RUN_ENVIRONMENT } from './run-environment.ts'
import type { Workshop } from './workshop.ts'

export interface RunPlan {
  /** Standard input of each run. */
  readonly inputs: readonly string[]
  /** Of each run. `testMs` is also how long it may wait, as long as none of its threads wants a core. */
  readonly limits: SuiteLimits
  /** Whether the next input is run after this one; default: all are. */
  readonly goesOn?: (run: FinishedRun, index: number) => boolean
}

export type RanProgram = (
  | { readonly kind: 'ran'; readonly runs: readonly FinishedRun[] }
  | { readonly kind: 'compile-error'; readonly message: string }
) & {
  /** How long it took to put the program into the box, its compiler included. */
  readonly buildMs: number
}

export async function runProgram(
  box: Box,
  { language, code }: Program,
  { inputs, limits, goesOn = () => true }: RunPlan,
  workshop: Workshop,
): Promise<
  | RanProgram
  | { readonly kind: 'unjudged'; readonly reason: string }
  | { readonly kind: 'sandbox-error'; readonly detail: string }
> {
  const definition = definitionOf(language)
  const programs = findPrograms(definition)
  if (programs === undefined) return { kind: 'unjudged', reason: missingLanguage(definition) }
  const startMs = performance.now()
  const built = await definition.build({ box, code, calls: undefined, limits, programs, workshop })
  const buildMs = performance.now() - startMs
  if (built.kind === 'sandbox-error') return built
  if (built.kind === 'compile-error') return { ...built, buildMs }
  const [path, ...argv] = built.command
  const runs: FinishedRun[] = []
  for (const [index, input] of inputs.entries()) {
    const report = await box.run({
      path: path!,
      argv,
      env: RUN_ENVIRONMENT,
      stdin: Buffer.from(input),
      limits: {
        ...limitsOfRun(limits),
        wallMs: limits.testMs,
        stackBytes: built.stackBytes ?? STACK_BYTES,
      },
    })
    if (report.kind === 'sandbox-error') return report
    runs.push(report)
    if (!goesOn(report, index)) break
  }
  return { kind: 'ran', runs, buildMs }
}
