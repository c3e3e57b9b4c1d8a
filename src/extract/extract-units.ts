/**
 * A source in; out come its units, each of which clang accepts on its own, and why anything did not become one.
 *
 * The source is not trusted: it is only ever shown to the compiler's front end, within limits, and not at all
 * if it asks for files outside the include folders.
 */

import type { Source } from '../records/source.ts'
import type { Unit } from '../records/unit.ts'
import { unitId } from '../records/unit-id.ts'
import { loadParser } from '../syntax/parse-c.ts'
import { type ClangRunner, spawnClang } from '../toolchain/clang-runner.ts'
import { buildOutline, type Declaration, findFunction, type Outline } from './build-outline.ts'
import { checkSyntax, type SyntaxCheck } from './check-syntax.ts'
import { chooseStandard, compilerTrouble } from './choose-standard.ts'
import { isExitDefined } from './find-exit-defined.ts'
import { findFormatFaults } from './find-format-faults.ts'
import { findRefusedConstruct } from './find-refused-construct.ts'
import { findSignatureProblem } from './find-signature-problem.ts'
import { hasTrivialBody } from './find-trivial-body.ts'
import { hasPastedAsm } from './has-pasted-asm.ts'
import { resolveConditionals } from './resolve-conditionals.ts'
import { type Grain, sliceFunction } from './slice-function.ts'
import type { CStandard } from './standard-flags.ts'

export interface ExtractOptions {
  readonly kinds: readonly Unit['kind'][]
  /** The compiler's front end; by default `clang-19` is started for each text that it is to judge. */
  readonly compile?: ClangRunner
}

export interface ExtractDrop {
  readonly stage: 'extract'
  /** The function that was dropped; null for the whole source. */
  readonly unitName: string | null
  readonly reason: string
  readonly detail: string
}

export interface Extraction {
  readonly units: readonly Unit[]
  readonly drops: readonly ExtractDrop[]
}

/** Hand-written programs are far smaller; a larger text is generated data and takes minutes to analyse. */
const MAX_SOURCE_CHARS = 1_000_000

/** `int sq(int a) { return a * a; } int main(void) { return sq(2); }` gives a program and the function `sq`. */
export async function extractUnits(source: Source, options: ExtractOptions): Promise<Extraction> {
  const { kinds, compile = spawnClang('clang-19') } = options
  const { text } = source
  if (text.trim() === '') return dropSource('empty', '')
  if (text.length > MAX_SOURCE_CHARS) return dropSource('too-large', `${text.length} characters`)
  const refusal = findRefusedConstruct(text)
  if (refusal !== undefined) return dropSource(refusal.reason, refusal.detail)
  const choice = await chooseStandard(text, compile)
  if (choice.kind === 'dropped') return dropSource(choice.reason, choice.detail)
  const { standard } = choice
  const pasted = await hasPastedAsm(text, standard, compile)
  if (pasted.kind !== 'ok') return dropPreprocessing(pasted)
  if (pasted.found) return dropSource('inline-asm', 'put together by ##')
  const resolved = await resolveConditionals(text, standard, compile)
  if (resolved.kind !== 'ok') return dropPreprocessing(resolved)
  const outline = buildOutline(resolved.text, await loadParser())
  return collect(source, standard, outline, { kinds, compile })
}

async function collect(
  source: Source,
  standard: CStandard,
  outline: Outline,
  { kinds, compile }: Required<ExtractOptions>,
): Promise<Extraction> {
  const units: Unit[] = []
  const drops: ExtractDrop[] = []
  const main = findFunction(outline, 'main')
  if (kinds.includes('program') && main !== undefined) {
    const exitDefined = isExitDefined(outline, main, standard)
    const fault = await formatFault(source.text, standard, compile)
    if (fault === undefined)
      units.push(
        makeUnit(source, { kind: 'program', name: 'main', standard, code: source.text, exitDefined }),
      )
    else drops.push({ stage: 'extract', unitName: 'main', ...fault })
  }
  if (kinds.includes('function')) {
    for (const definition of functionsToExtract(outline)) {
      const name = definition.functionName!
      const result = await extractFunction(outline, definition, standard, compile)
      if (typeof result !== 'string') drops.push({ stage: 'extract', unitName: name, ...result })
      else units.push(makeUnit(source, { kind: 'function', name, standard, code: result, exitDefined: true }))
    }
  }
  if (units.length === 0 && kinds.includes('program') && main === undefined)
    drops.push({ stage: 'extract', unitName: null, reason: 'no-main', detail: '' })
  if (units.length === 0 && drops.length === 0)
    drops.push({ stage: 'extract', unitName: null, reason: 'no-function', detail: '' })
  return { units, drops }
}

/** Each function once, in source order. */
function functionsToExtract(outline: Outline): Declaration[] {
  return outline.items.filter(
    (item): item is Declaration =>
      item.kind === 'function' &&
      item.functionName !== undefined &&
      item.functionName !== 'main' &&
      findFunction(outline, item.functionName) === item,
  )
}

interface DropCause {
  readonly reason: string
  readonly detail: string
}

/** The function's slice, or why there is none. */
async function extractFunction(
  outline: Outline,
  definition: Declaration,
  standard: CStandard,
  compile: ClangRunner,
): Promise<string | DropCause> {
  const problem = findSignatureProblem(outline, definition)
  if (problem !== undefined) return problem
  if (definition.tree !== undefined && hasTrivialBody(definition.tree))
    return { reason: 'trivial', detail: '' }
  let error = ''
  for (const grain of ['fine', 'coarse'] satisfies Grain[]) {
    const slice = sliceFunction(outline, definition.functionName!, grain)
    if (slice.kind === 'calls-main') return { reason: 'calls-main', detail: '' }
    const check = await checkSyntax(slice.code, standard, compile)
    if (check.kind === 'ok') return (await formatFault(slice.code, standard, compile)) ?? slice.code
    if (check.kind !== 'rejected') {
      const { reason, detail } = compilerTrouble(check)
      return { reason, detail }
    }
    error = check.error
  }
  return { reason: 'slice-failed', detail: error }
}

async function formatFault(
  code: string,
  standard: CStandard,
  compile: ClangRunner,
): Promise<DropCause | undefined> {
  const [fault] = await findFormatFaults(code, standard, compile)
  return fault && { reason: 'undefined-behaviour', detail: fault.detail }
}

function makeUnit(source: Source, parts: Omit<Unit, 'id' | 'sourceId'>): Unit {
  return { id: unitId(parts), sourceId: source.id, ...parts }
}

function dropPreprocessing(failure: Exclude<SyntaxCheck, { kind: 'ok' }>): Extraction {
  if (failure.kind === 'rejected') return dropSource('preprocessing-failed', failure.error)
  const { reason, detail } = compilerTrouble(failure)
  return dropSource(reason, detail)
}

function dropSource(reason: string, detail: string): Extraction {
  return { units: [], drops: [{ stage: 'extract', unitName: null, reason, detail }] }
}
