/**
 * A unit and an answer in LLVM IR in, whether the answer does what the unit does out.
 *
 * The order: the assembler, what it defines and asks for, then runs on the group's inputs, always in the sandbox. What is
 * built is the answer with all that it promises of itself. A difference counts only where the answer is clean under ASan
 * with the checks of native/watch-undefined and under MSan, and repeats itself; `equal` wants that of every input. Poison
 * counts where it is used: optimised code makes some that it never looks at.
 */
import { irCode } from '../compile/code.ts'
import type { BuildKind } from '../execute/build-kind.ts'
import type { CodeEngine, Executable, Run } from '../execute/code-engine.ts'
import { FILLS } from '../execute/original/ask-sanitizers.ts'
import { type CleanInput, reasonOf } from '../execute/original/screen-original.ts'
import { clearlyDifferent } from '../execute/outcome/clearly-different.ts'
import { type IrText, readIrText } from '../execute/read-ir-text.ts'
import { mutantEdges } from '../execute/unit-limits.ts'
import { readIr } from '../mutate-ir/read-ir.ts'
import { readSignatures, signatureText } from '../mutate-ir/read-signature.ts'
import { watchUndefined } from '../mutate-ir/watch-undefined.ts'
import type { AnswerWitness, IrVerdict } from '../records/ir-verdict.ts'
import { type ObservedResult, observedResult, sameResult } from '../records/observed-result.ts'
import type { RunOutcome } from '../records/run-outcome.ts'
import { firstError } from '../toolchain/run-clang.ts'
import type { JudgedUnit } from './open-judged-unit.ts'
import { readIrAnswer } from './read-ir-answer.ts'
import { searchAnswer } from './search-answer.ts'

export interface JudgeIrOptions {
  /** Inputs to look for a difference on beyond the group's, before `equal` is said; default none. */
  readonly searchInputs?: number
}

type ReadText = Extract<IrText, { kind: 'ok' }>

/** @param answer the whole answer as the model wrote it */
export async function judgeIr(
  engine: CodeEngine,
  judged: JudgedUnit,
  answer: string,
  { searchInputs = 0 }: JudgeIrOptions = {},
): Promise<IrVerdict> {
  const text = readIrAnswer(answer)
  if (text === undefined) return { kind: 'malformed', message: 'the answer does not hold one text of IR' }
  const assembled = await engine.assemble(text)
  if (assembled.kind === 'refused') return { kind: 'malformed', message: assembled.message }
  if (assembled.kind === 'failed') return { kind: 'unjudged', reason: `the assembler: ${assembled.detail}` }
  const read = await readIrText(engine, text)
  if (read.kind !== 'ok') return unreadable(read)
  const unfit = findUnfit(judged, read)
  if (unfit !== undefined) return unfit
  const cover = await engine.build(irCode(read.whole), 'cover', judged.entryPoint)
  if (cover.kind === 'rejected') return { kind: 'mismatch', detail: cover.detail }
  const verdict = await judgeRuns(engine, judged, read.whole, cover.executable)
  if (verdict.kind !== 'equal' || searchInputs === 0) return verdict
  return searchAnswer(engine, judged, read, verdict, searchInputs)
}

function unreadable(read: Exclude<IrText, ReadText>): IrVerdict {
  switch (read.kind) {
    case 'foreign':
      return { kind: 'mismatch', detail: `it is for ${read.triple}` }
    case 'metadata-operand':
      return { kind: 'refused', detail: `an instruction has metadata as an operand: ${read.operand}` }
    case 'rejected':
      return read.result.kind === 'rejected'
        ? { kind: 'mismatch', detail: firstError(read.result.stderr) ?? 'the compiler gives no reason' }
        : { kind: 'unjudged', reason: `the compiler: ${read.result.kind}` }
  }
}

/** What the answer must not have, and what it must define. */
function findUnfit(
  { name, signature, language, entryPoint }: JudgedUnit,
  { debugIr, normalized }: ReadText,
): IrVerdict | undefined {
  const impurity = language.findImpurity(debugIr)
  if (impurity !== undefined) return { kind: 'refused', detail: `${impurity.reason}: ${impurity.detail}` }
  const defined = readSignatures(readIr(normalized))
  const found = defined.get(name)
  const mismatch = (detail: string): IrVerdict => ({ kind: 'mismatch', detail })
  if (found === undefined) return mismatch(`it does not define ${name}`)
  if (found.isLocal) return mismatch(`${name} cannot be called from outside`)
  if (entryPoint.kind === 'program')
    return found.returns === signature.returns ? undefined : mismatch(`main returns ${found.returns}`)
  if (defined.has('main')) return mismatch('it defines main')
  const [wanted, given] = [signatureText(name, signature), signatureText(name, found)]
  return wanted === given ? undefined : mismatch(`it defines ${given}; the unit is ${wanted}`)
}

/** How a run under the sanitizers, beside one without, leaves an input. */
type Screened =
  | { readonly kind: 'clean'; readonly result: ObservedResult }
  | { readonly kind: 'undefined'; readonly report: string }
  /** The run under a sanitizer did not end well, and no report says why. */
  | { readonly kind: 'unknown'; readonly detail: string }

async function judgeRuns(
  engine: CodeEngine,
  judged: JudgedUnit,
  whole: string,
  cover: Executable,
): Promise<IrVerdict> {
  const { inputs } = judged
  const screen = (indices: readonly number[]) => screenInputs(engine, judged, { whole, cover }, indices)
  const runs = inputs.map((input, index) => runOf(input, FILLS[index % 2]!))
  const [outcomes] = await engine.run([{ executable: cover, runs }])
  const differing = indicesOf(outcomes!, (outcome, index) =>
    outcome.kind === 'ok' ? !sameResult(outcome, inputs[index]!.expected) : false,
  )
  const undefinedOn: { readonly index: number; readonly report: string }[] = []
  let unknown: { readonly index: number; readonly detail: string } | undefined
  const note = (index: number, one: Screened) => {
    if (one.kind === 'undefined') undefinedOn.push({ index, report: one.report })
    else if (one.kind === 'unknown') unknown ??= { index, detail: one.detail }
  }
  let unclear: AnswerWitness | undefined
  // Most wrong answers are wrong on the first input that shows it: it is asked about alone.
  for (const indices of [differing.slice(0, 1), differing.slice(1)]) {
    for (const [position, one] of (await screen(indices)).entries()) {
      const index = indices[position]!
      note(index, one)
      if (one.kind !== 'clean') continue
      const witness = witnessOf(inputs[index]!, index, one.result)
      if (witness.isClear) return { kind: 'differs', witness }
      unclear ??= witness
    }
  }
  if (unclear !== undefined) return { kind: 'differs', witness: unclear }

  const isEnded = ({ kind }: RunOutcome) => kind !== 'ok' && kind !== 'timeout'
  const ended = indicesOf(outcomes!, isEnded)
  const same = indicesOf(outcomes!, ({ kind }, index) => kind === 'ok' && !differing.includes(index))
  const excused = new Set<number>()
  // One fault is enough. Where all that ended badly is excused, the rest has yet to be asked about.
  for (const asked of ended.length > 0 ? [ended, same] : [same]) {
    for (const [position, one] of (await screen(asked)).entries()) note(asked[position]!, one)
    const charged = undefinedOn.filter(({ index }) => !excused.has(index)).sort((a, b) => a.index - b.index)
    const own = await undefinedItself(
      engine,
      judged,
      charged.map(({ index }) => index),
    )
    if (typeof own === 'string') return { kind: 'unjudged', reason: own }
    for (const index of own) excused.add(index)
    const first = charged.find(({ index }) => !excused.has(index))
    if (first !== undefined) return { kind: 'undefined', report: first.report, inputIndex: first.index }
    const inputIndex = ended.find((index) => !excused.has(index))
    if (inputIndex !== undefined)
      return { kind: 'crash', detail: describe(outcomes![inputIndex]!), inputIndex }
  }
  const slow = outcomes!.findIndex(({ kind }) => kind === 'timeout')
  if (slow >= 0) return { kind: 'timeout', inputIndex: slow }
  if (unknown !== undefined)
    return { kind: 'unjudged', reason: `on input ${unknown.index} ${unknown.detail}` }
  if (excused.size === inputs.length)
    return { kind: 'unjudged', reason: 'of the unit: its own IR is undefined on every input' }
  return { kind: 'equal', inputs: inputs.length - excused.size, searched: 0 }
}

/**
 * Which of these inputs leave the unit's own IR undefined too, where its C is not: C reads `y * 2` of a `y` that was
 * never written and MSan sees that nothing hangs on it, while the `nsw` of IR makes poison of it. There no answer is
 * wrong, and none is right.
 *
 * @returns or why that cannot be said
 */
async function undefinedItself(
  engine: CodeEngine,
  judged: JudgedUnit,
  indices: readonly number[],
): Promise<ReadonlySet<number> | string> {
  if (indices.length === 0) return new Set()
  const emitted = await engine.emitIr(judged.source, 'O0')
  if (emitted.kind !== 'ok') return `of the unit: the compiler: ${emitted.kind}`
  const cover = await engine.build(irCode(emitted.stdout), 'cover', judged.entryPoint)
  if (cover.kind === 'rejected') return `of the unit: its IR cannot be built: ${cover.detail}`
  const own = { whole: emitted.stdout, cover: cover.executable }
  const screened = await screenInputs(engine, judged, own, indices)
  return new Set(indices.filter((_, position) => screened[position]!.kind === 'undefined'))
}

const runOf = ({ input, edgesTaken }: CleanInput, fill: number): Run => ({
  input,
  fill,
  fuel: mutantEdges(edgesTaken),
})

const indicesOf = (
  outcomes: readonly RunOutcome[],
  wanted: (outcome: RunOutcome, index: number) => boolean,
): number[] => [...outcomes.keys()].filter((index) => wanted(outcomes[index]!, index))

function witnessOf(
  { input, expected }: CleanInput,
  inputIndex: number,
  answer: ObservedResult,
): AnswerWitness {
  return { input, inputIndex, original: expected, answer, isClear: clearlyDifferent(expected, answer) }
}

/** Each input once under ASan and once under MSan, and with the other fill where no sanitizer looks. */
async function screenInputs(
  engine: CodeEngine,
  { entryPoint, inputs }: JudgedUnit,
  { whole, cover }: { readonly whole: string; readonly cover: Executable },
  indices: readonly number[],
): Promise<Screened[]> {
  if (indices.length === 0) return []
  const build = (kind: 'asan' | 'msan') =>
    engine.build(irCode(watchUndefined(whole, kind, 'used')), kind, entryPoint)
  const passes: { executable: Executable; fills: readonly number[] }[] = []
  for (const [at, kind] of (['asan', 'msan'] as const).entries()) {
    const built = await build(kind)
    if (built.kind === 'rejected')
      return indices.map(() => ({
        kind: 'unknown',
        detail: `it cannot be built with ${kind}: ${built.detail}`,
      }))
    passes.push({ executable: built.executable, fills: [FILLS[at]!] })
  }
  // Last: a report says more than a crash.
  passes.push({ executable: cover, fills: FILLS })
  const found: (Screened | undefined)[] = indices.map(() => undefined)
  const results: ObservedResult[][] = indices.map(() => [])
  for (const { executable, fills } of passes) {
    const open = [...indices.keys()].filter((position) => found[position] === undefined)
    const jobs = open.map((position) => ({
      executable,
      runs: fills.map((fill) => runOf(inputs[indices[position]!]!, fill)),
    }))
    for (const [at, outcomes] of (await engine.run(jobs)).entries()) {
      const position = open[at]!
      for (const outcome of outcomes) {
        if (outcome.kind === 'ok') results[position]!.push(observedResult(outcome))
        else found[position] ??= failed(outcome, executable.build)
      }
    }
  }
  return found.map((one, position) => one ?? agreed(results[position]!))
}

function failed(outcome: Exclude<RunOutcome, { kind: 'ok' }>, build: BuildKind): Screened {
  return outcome.kind === 'sanitizer'
    ? { kind: 'undefined', report: outcome.report }
    : { kind: 'unknown', detail: `it ends with ${describe(outcome)} under ${build}` }
}

function describe(outcome: RunOutcome): string {
  if (outcome.kind === 'ok') return ''
  const { reason, detail } = reasonOf(outcome, 'plain')
  return detail === '' ? reason : `${reason} ${detail}`
}

function agreed([first, ...others]: readonly ObservedResult[]): Screened {
  return others.every((other) => sameResult(first!, other))
    ? { kind: 'clean', result: first! }
    : { kind: 'undefined', report: 'nondeterministic' }
}
