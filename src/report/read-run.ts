/**
 * A run's folder in, what a page shows of it out: each figure of metrics.jsonl as points by step, what is said of answers,
 * and the options that it has. A run that goes on may be read: a last line that is half written is left out.
 */
import { basename, join } from 'node:path'
import { z } from 'zod'
import { isRegularFile, readRegularText } from '../base/regular-file.ts'
import { UserError } from '../base/user-error.ts'
import type { Point, Range } from '../page/charts/plot-area.ts'
import type { OwnAnswer } from '../records/own-answer.ts'
import { isOwnAnswers } from '../store/database-kind.ts'
import { type OwnTally, readOwnAnswers } from '../store/own-answers.ts'
import { readLines } from '../train/run/lines-log.ts'
import { type AnswerSample, readSamples } from '../train/run/samples-log.ts'

export interface RunView {
  /** What tells it from the others. */
  readonly name: string
  readonly folder: string
  readonly figures: readonly RunFigure[]
  /** Of the last line, and of the whole run where a line says it. */
  readonly step: number
  readonly steps: number | undefined
  /** What the model answered at each evaluation, in their order. */
  readonly samples: readonly AnswerSample[]
  /** What the model wrote of its own into its groups: how much of what, and its newest mistakes. */
  readonly ownAnswers?: { readonly tally: readonly OwnTally[]; readonly mistakes: readonly OwnAnswer[] }
  /** By dotted name, each as JSON; those that a run may change are not among them. */
  readonly options: ReadonlyMap<string, string>
}

export interface RunFigure {
  /** Of its lines: `train`, `evaluation`, or another. */
  readonly kind: string
  /** Dotted: `loss`, `rollout.passRate`, `byClass.ast.accuracy`. */
  readonly name: string
  readonly points: readonly Point[]
  /** Around the points, where their lines say an interval or they are of several runs. */
  readonly band?: readonly Range[]
}

/** What counts steps, and is no figure. */
const NO_FIGURES = new Set(['step', 'steps', 'epoch'])

export function readRun(folder: string, name: string = basename(folder)): RunView {
  const figures = new Map<string, { kind: string; name: string; points: Point[]; band: Range[] }>()
  let [step, steps] = [0, undefined as number | undefined]
  for (const line of readLines(join(folder, 'metrics.jsonl'), lineSchema)) {
    step = Math.max(step, line.step)
    if (typeof line.steps === 'number') steps = line.steps
    for (const { path, value, interval } of numbersIn(line)) {
      const key = `${line.kind} ${path}`
      const figure = figures.get(key) ?? { kind: line.kind, name: path, points: [], band: [] }
      figure.points.push([line.step, value])
      if (interval !== undefined) figure.band.push([line.step, ...interval])
      figures.set(key, figure)
    }
  }
  return {
    name,
    folder,
    figures: [...figures.values()].map(({ band, ...figure }) =>
      band.length === 0 ? figure : { ...figure, band },
    ),
    step,
    steps,
    samples: readSamples(folder),
    ...readOwn(join(folder, 'on-policy.db')),
    options: readOptions(folder),
  }
}

const lineSchema = z.looseObject({ kind: z.string(), step: z.int().nonnegative() })

interface NamedNumber {
  /** Dotted. */
  readonly path: string
  readonly value: number
  readonly interval?: readonly [low: number, high: number]
}

/** An estimate with its interval is one figure. */
const estimateSchema = z.looseObject({ value: z.number(), low: z.number(), high: z.number() })

function numbersIn(record: object, prefix = ''): NamedNumber[] {
  return Object.entries(record).flatMap(([name, value]): NamedNumber[] => {
    if (prefix === '' && NO_FIGURES.has(name)) return []
    const path = prefix === '' ? name : `${prefix}.${name}`
    if (typeof value === 'number') return [{ path, value }]
    const estimate = estimateSchema.safeParse(value)
    if (estimate.success) {
      const { value: middle, low, high } = estimate.data
      return [{ path, value: middle, interval: [low, high] }]
    }
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? numbersIn(value, path) : []
  })
}

/** Mistakes that are shown of a run. */
export const MOST_MISTAKES = 12

function readOwn(file: string): Pick<RunView, 'ownAnswers'> {
  try {
    if (!isOwnAnswers(file)) return {}
    const reader = readOwnAnswers(file)
    try {
      return { ownAnswers: { tally: reader.tally(), mistakes: reader.mistakes(MOST_MISTAKES) } }
    } finally {
      reader.close()
    }
  } catch (error) {
    // Its figures can be read without it.
    if (error instanceof UserError) return {}
    throw error
  }
}

const runSchema = z.looseObject({ config: z.record(z.string(), z.unknown()) })

function readOptions(folder: string): ReadonlyMap<string, string> {
  const file = join(folder, 'run.json')
  if (!isRegularFile(file)) return new Map()
  try {
    const { config } = runSchema.parse(JSON.parse(readRegularText(file)))
    return new Map(Object.entries(config).map(([name, value]) => [name, JSON.stringify(value)]))
  } catch {
    // Its figures can be read without it.
    return new Map()
  }
}
