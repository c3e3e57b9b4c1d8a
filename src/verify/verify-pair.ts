/**
 * Two C or IR files in, whether they behave alike out: `differ` with an input that shows it, `equal` as far as the
 * inputs tried can say, or `unknown` with the reason.
 *
 * What is compared: programs where both have `main`, by standard output and exit status; else functions, by result,
 * changed memory, globals that both have, and output. A difference counts only where both are clean under ASan with UBSan
 * and under MSan and give the same again under other memory fills and addresses; so a crash, a sanitizer's report, a
 * run that does not end, or chance is never a difference. `equal` is a statement about the inputs tried, never a proof.
 */

import { UserError } from '../base/user-error.ts'
import type { EntryPoint } from '../call/entry-point.ts'
import type { CodeEngine } from '../execute/code-engine.ts'
import { SandboxFailure } from '../execute/outcome/sandbox-failure.ts'
import type { Input } from '../records/input.ts'
import { type InputRecord, inputRecord, type ResultRecord, resultRecord } from '../records/witness-record.ts'
import { constantsOfBoth } from '../search/find-ir-constants.ts'
import { openSearchSide } from '../search/open-search-side.ts'
import type { SearchSide } from '../search/pair-runs.ts'
import { EDGES_PER_INPUT, type Searched, searchDifference } from '../search/search-difference.ts'
import { DEFAULT_INPUTS } from './default-inputs.ts'
import { findReachedFault } from './find-reached-fault.ts'
import { callableFunctions, type Matched, matchFunction, matchPrograms } from './match-versions.ts'
import {
  findRefusal,
  readVersion,
  type Version,
  type VersionFile,
  type VersionTools,
} from './read-version.ts'

export interface VerifyPairOptions {
  /** Only this function. */
  readonly function?: string | undefined
  /** Inputs to try; default {@link DEFAULT_INPUTS}. */
  readonly inputs?: number | undefined
  /** Stops the search early; the verdict then says so. */
  readonly seconds?: number | undefined
  readonly seed?: number | undefined
  /** Raised: there is no verdict, and the call is rejected with its reason. */
  readonly signal?: AbortSignal | undefined
}

export interface PairVerdict {
  readonly verdict: 'equal' | 'differ' | 'unknown'
  /** A sentence for people. */
  readonly reason: string
  /** Of `differ` alone. */
  readonly witness: PairWitness | undefined
  /** On how many inputs both ended well with the same result. */
  readonly inputs: number
  /** Of these, how many the sanitizers have found clean in both; they are asked about all that reach something new and some others. */
  readonly cleanInputs: number
  /** Edges of each version's code that clean inputs took, and all that there are. */
  readonly coverage: { readonly a: EdgeCount; readonly b: EdgeCount }
  readonly seed: number
  /** `main` for programs. */
  readonly units: readonly UnitVerdict[]
}

export interface EdgeCount {
  readonly reached: number
  readonly total: number
}

/** The verdict on one function, or on the programs. */
export type UnitVerdict = Omit<PairVerdict, 'units' | 'seed'> & { readonly name: string }

/** The input with both results: `{stdin}`, or `{call, args, ...}` for a function. */
export type PairWitness = InputRecord & { readonly a: ResultRecord; readonly b: ResultRecord }

const MAIN = 'main'

/**
 * @example
 * await verifyPair({ engine, clang }, { name: 'a.c', content: a }, { name: 'b.ll', content: b }, { seed: 1 })
 * // { verdict: 'differ', reason: 'f gives different results', witness: { call: 'f(7)', a: {...}, b: {...} }, ... }
 * @throws UserError for files that are not C or IR, or that have nothing in common to compare
 */
export async function verifyPair(
  tools: VersionTools,
  a: VersionFile,
  b: VersionFile,
  options: VerifyPairOptions = {},
): Promise<PairVerdict> {
  const { seed = 0 } = options
  const startMs = performance.now()
  const deadlineMs = options.seconds === undefined ? undefined : startMs + options.seconds * 1000
  const refusal = findRefusal(a) ?? findRefusal(b)
  if (refusal !== undefined) return { ...unknown(refusal), seed, units: [] }
  try {
    const { versions, names } = await readPair(tools, [a, b], options.function)
    const units: UnitVerdict[] = []
    for (const name of names) {
      const inputs = options.inputs ?? DEFAULT_INPUTS
      const budget = { inputs, seed, deadlineMs, signal: options.signal }
      const unit = await verifyUnit(tools.engine, versions, name, budget)
      units.push({ ...unit, name })
      await tools.engine.releaseAll()
      // One difference decides.
      if (unit.verdict === 'differ') break
    }
    return { ...summarise(units), seed, units }
  } finally {
    await tools.engine.releaseAll()
  }
}

type Versions = readonly [Version, Version]
type Judged = Omit<UnitVerdict, 'name'>

/** Both versions, read as what they are going to be compared as. */
async function readPair(
  tools: VersionTools,
  files: readonly [VersionFile, VersionFile],
  wanted: string | undefined,
): Promise<{ versions: Versions; names: readonly string[] }> {
  const read = async (asProgram: boolean): Promise<Versions> => [
    await readVersion(tools, files[0], asProgram),
    await readVersion(tools, files[1], asProgram),
  ]
  const programs = await read(true)
  const defined = programs.map(callableFunctions) as [string[], string[]]
  if (wanted !== undefined) {
    for (const [side, names] of defined.entries())
      if (!names.includes(wanted))
        throw new UserError(
          `${files[side]!.name} does not define a function ${wanted} that can be called from outside; it defines ${names.join(', ') || 'none'}.`,
        )
    return wanted === MAIN
      ? { versions: programs, names: [MAIN] }
      : { versions: await read(false), names: [wanted] }
  }
  if (defined.every((names) => names.includes(MAIN))) return { versions: programs, names: [MAIN] }
  const names = defined[0].filter((name) => name !== MAIN && defined[1].includes(name))
  if (names.length === 0)
    throw new UserError(
      `${files[0].name} and ${files[1].name} have no function in common (${defined.map((one) => one.join(', ') || 'none').join(' against ')}); rename one, or give two programs.`,
    )
  return { versions: defined.some((one) => one.includes(MAIN)) ? await read(false) : programs, names }
}

function summarise(units: readonly UnitVerdict[]): Omit<PairVerdict, 'units' | 'seed'> {
  const decisive =
    units.find(({ verdict }) => verdict === 'differ') ??
    units.find(({ verdict }) => verdict === 'unknown') ??
    units[0]!
  const sum = (of: (unit: UnitVerdict) => number) => units.reduce((total, unit) => total + of(unit), 0)
  const edges = (side: 'a' | 'b'): EdgeCount => ({
    reached: sum(({ coverage }) => coverage[side].reached),
    total: sum(({ coverage }) => coverage[side].total),
  })
  return {
    verdict: decisive.verdict,
    reason:
      units.length === 1 || decisive.verdict === 'equal'
        ? decisive.reason
        : `${decisive.name}: ${decisive.reason}`,
    witness: decisive.witness,
    inputs: sum(({ inputs }) => inputs),
    cleanInputs: sum(({ cleanInputs }) => cleanInputs),
    coverage: { a: edges('a'), b: edges('b') },
  }
}

interface Budget {
  readonly inputs: number
  readonly seed: number
  readonly deadlineMs: number | undefined
  readonly signal: AbortSignal | undefined
}

async function verifyUnit(
  engine: CodeEngine,
  versions: Versions,
  name: string,
  budget: Budget,
): Promise<Judged> {
  for (const { name: file, debugIr, language } of versions) {
    const impurity = language.findImpurity(debugIr)
    if (impurity !== undefined) return unknown(`${file}: ${impurity.reason} (${impurity.detail})`)
  }
  for (const version of versions) {
    const fault = findReachedFault(version, name)
    if (fault !== undefined)
      return unknown(`${version.name} is undefined wherever it gets to ${fault.detail}`)
  }
  const matched: Matched = name === MAIN ? matchPrograms(versions) : matchFunction(versions, name)
  if (matched.kind === 'unknown') return unknown(matched.reason)
  const { entryPoint } = matched
  const sides: SearchSide[] = []
  for (const version of versions) {
    const { form, code, ir } = version
    const side = await openSearchSide(engine, { code, ir, isIr: form === 'ir' }, entryPoint)
    if (typeof side === 'string') return unknown(`${version.name} cannot be built: ${side}`)
    sides.push(side)
  }
  try {
    const searched = await searchDifference(engine, [sides[0]!, sides[1]!], {
      entryPoint,
      seed: `${budget.seed} ${name}`,
      budget: {
        inputs: budget.inputs,
        edges: budget.inputs * EDGES_PER_INPUT,
        deadlineMs: budget.deadlineMs,
        signal: budget.signal,
      },
      constants: constantsOfBoth(versions[0].ir, versions[1].ir),
    })
    return judge(searched, versions, entryPoint)
  } catch (error) {
    if (error instanceof SandboxFailure) return unknown(`the sandbox failed: ${error.message}`)
    throw error
  }
}

const NO_EDGES: EdgeCount = { reached: 0, total: 0 }

const unknown = (reason: string): Judged => ({
  verdict: 'unknown',
  reason,
  witness: undefined,
  inputs: 0,
  cleanInputs: 0,
  coverage: { a: NO_EDGES, b: NO_EDGES },
})

function judge(searched: Searched, versions: Versions, entryPoint: EntryPoint): Judged {
  const { difference, agreed, clean, edgesReached, edgesTotal, refusals, stoppedBy, tried } = searched
  const counts = {
    inputs: agreed,
    cleanInputs: clean,
    coverage: {
      a: { reached: edgesReached[0], total: edgesTotal[0] },
      b: { reached: edgesReached[1], total: edgesTotal[1] },
    },
  }
  if (difference !== undefined) {
    const [a, b] = difference.results.map((result) => resultRecord(result, difference.input)) as [
      ResultRecord,
      ResultRecord,
    ]
    const witness = {
      ...inputRecord(difference.input, callText(versions[0], entryPoint, difference.input)),
      a,
      b,
    }
    const reason = 'both are defined on this input, repeat themselves, and give different results'
    return { verdict: 'differ', reason, witness, ...counts }
  }
  if (clean === 0) {
    const [first] = refusals
    const why =
      first === undefined
        ? ''
        : `; most often ${versions[first.side].name} is the reason: ${first.reason}${first.detail === '' ? '' : ` (${first.detail})`}`
    return {
      verdict: 'unknown',
      reason: `none of ${tried} inputs is one on which both are defined and end${why}`,
      witness: undefined,
      ...counts,
    }
  }
  const early = { time: ', stopped early by the time given', edges: ', stopped early by long runs' }
  const reason = `no difference on ${agreed} inputs, ${clean} of them checked and clean under ASan, UBSan and MSan${early[stoppedBy as keyof typeof early] ?? ''}`
  return { verdict: 'equal', reason, witness: undefined, ...counts }
}

const callText = ({ language }: Version, entryPoint: EntryPoint, input: Input): string | undefined =>
  entryPoint.kind === 'function' && input.kind === 'call'
    ? language.callLiteral(entryPoint.plan, input)
    : undefined
