/** A model's judged answers in IR in, the share of units that it compiles rightly and why the others are wrong out. Pure. */
import { estimatePass, type PassEstimate } from '../../base/pass-at-k.ts'
import type { CompileTask } from '../../records/compile-task.ts'
import { IR_VERDICTS, type IrVerdict, type IrVerdictKind } from '../../records/ir-verdict.ts'
import type { Truncated } from './draw-answers.ts'

export interface JudgedIr {
  readonly task: CompileTask
  /** Which of the answers to the task, from 0. */
  readonly sample: number
  /** The whole answer as the model wrote it. */
  readonly text: string
  /** Of the answer, with the one that ended it. */
  readonly tokens: number
  readonly verdict: IrVerdict | Truncated
}

/** What is said of an answer: never `unjudged`, of which nothing is said. */
export type CompileOutcome = Exclude<IrVerdictKind, 'unjudged'> | Truncated['kind']

/** In the order in which tables have them. */
export const COMPILE_OUTCOMES: readonly CompileOutcome[] = [
  ...IR_VERDICTS.filter((kind) => kind !== 'unjudged'),
  'truncated',
]

/** Of some of the answers. */
export interface CompilePart {
  /** Answers that were judged, and the tasks that they are to. */
  readonly answers: number
  readonly tasks: number
  /** Share of the answers that ended so. */
  readonly shares: Readonly<Record<CompileOutcome, number>>
  /**
   * Share of tasks that one of k answers solves, by k; one for which no task has enough judged answers is left out. The
   * intervals take the units of one C file together.
   */
  readonly passAt: Readonly<Record<number, PassEstimate>>
}

export interface CompileMeasure extends CompilePart {
  /** Share of the answers that are `equal`: the figure that all this is for. */
  readonly equalRate: number
  /** Answers that the judge could not judge; they are in no other figure. */
  readonly unjudged: number
  /** Tokens of an answer, the mean. */
  readonly responseTokens: number
  /** By the level that was asked for; empty where the prompt asks for none. */
  readonly byLevel: Readonly<Record<string, CompilePart>>
  readonly byKind: Readonly<Record<string, CompilePart>>
  /** By the lines of C that are not empty, as `5-8`. */
  readonly byLines: Readonly<Record<string, CompilePart>>
}

export function measureCompile(answers: readonly JudgedIr[], ks: readonly number[]): CompileMeasure {
  const judged = answers.filter(({ verdict }) => verdict.kind !== 'unjudged')
  const parts = (
    keyOf: (task: CompileTask) => string | null,
    order: (a: string, b: string) => number = compareNames,
  ) => {
    const found = Map.groupBy(judged, ({ task }) => keyOf(task))
    found.delete(null)
    const names = [...found.keys()].map(String).sort(order)
    return Object.fromEntries(names.map((name) => [name, measurePart(found.get(name)!, ks)]))
  }
  const all = measurePart(judged, ks)
  return {
    equalRate: all.shares.equal,
    ...all,
    unjudged: answers.length - judged.length,
    responseTokens: mean(judged.map(({ tokens }) => tokens)),
    byLevel: parts(({ level }) => level),
    byKind: parts(({ unit }) => unit.kind),
    byLines: parts(({ code }) => linesRange(code), compareStarts),
  }
}

function measurePart(judged: readonly JudgedIr[], ks: readonly number[]): CompilePart {
  const tasks = [...Map.groupBy(judged, ({ task }) => task.id).values()]
  const tries = tasks.map((own) => ({
    judged: own.length,
    passed: own.filter(({ verdict }) => verdict.kind === 'equal').length,
    cluster: own[0]!.task.source,
  }))
  const estimates = ks.flatMap((k): [number, PassEstimate][] => {
    const estimate = estimatePass(tries, k)
    return estimate === undefined ? [] : [[k, estimate]]
  })
  const share = (outcome: CompileOutcome) =>
    judged.filter(({ verdict }) => verdict.kind === outcome).length / Math.max(judged.length, 1)
  return {
    answers: judged.length,
    tasks: tasks.length,
    shares: Object.fromEntries(COMPILE_OUTCOMES.map((outcome) => [outcome, share(outcome)])) as Record<
      CompileOutcome,
      number
    >,
    passAt: Object.fromEntries(estimates),
  }
}

/** @example linesRange('int f(int x) {\n  return x;\n}\n') // '3-4' */
function linesRange(code: string): string {
  const lines = code.split('\n').filter((line) => line.trim() !== '').length
  const high = 2 ** Math.ceil(Math.log2(Math.max(lines, 2)))
  return `${high === 2 ? 1 : high / 2 + 1}-${high}`
}

const compareNames = (a: string, b: string) => (a < b ? -1 : 1)
const compareStarts = (a: string, b: string) => Number.parseInt(a, 10) - Number.parseInt(b, 10)
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1)
