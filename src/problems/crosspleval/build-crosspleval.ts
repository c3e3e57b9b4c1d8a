/**
 * Sources of functions with tests in, a benchmark in the form of the paper's CrossPLEval out: a file of tasks
 * (docs/crosspleval.md) and its card beside it. Resumable; what comes out does not depend on the number of jobs, on
 * interruptions or on the machine.
 */

import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { inOrder } from '../../base/in-order.ts'
import { takeItems } from '../../base/take-items.ts'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import { findPrograms, missingLanguage } from '../../judge/find-programs.ts'
import type { Judge } from '../../judge/judge.ts'
import { definitionOf } from '../../judge/languages/languages.ts'
import type { Language } from '../../records/language.ts'
import { takeBuildLock } from '../../store/build-lock.ts'
import type { ProblemOutcome, ProblemsEvent } from '../build-problems.ts'
import type { ProofSettings } from '../prove-problem.ts'
import { type BuildJournal, openBuildJournal, originKey, type SettledItem } from './build-journal.ts'
import { type BenchmarkCounts, cardOf, countTasks } from './card.ts'
import type { CrossItem } from './cross-problem.ts'
import { proveCrossProblem } from './prove-cross-problem.ts'
import { type CrossPlaces, readCrossItems } from './read-cross-items.ts'
import { tasksOfProof } from './tasks-of-proof.ts'

export interface CrossSettings extends ProofSettings {
  readonly sources: readonly Language[]
  readonly targets: readonly Language[]
  readonly jobs: number
  /** Read that many problems, at most. */
  readonly limit?: number | undefined
}

export interface CrossSummary {
  /** `unfinished`: some could not be judged; the next run tries those again, and writes the file. */
  readonly kind: 'finished' | 'unfinished' | 'interrupted'
  readonly outcomes: Readonly<Record<ProblemOutcome, number>>
  /** Why the first of those was. */
  readonly unjudged?: string
  /** Of the file that was written. */
  readonly counts?: BenchmarkCounts
}

/**
 * @throws UserError where a source's language cannot be judged here, or `out` is there already
 */
export async function buildCrossPLEval(
  places: CrossPlaces,
  out: string,
  settings: CrossSettings,
  judge: Judge,
  report: (event: ProblemsEvent) => void,
  signal: AbortSignal,
): Promise<CrossSummary> {
  const journalPath = `${out}.journal`
  if (existsSync(out) && !existsSync(journalPath))
    throw new UserError(`${out} is there already: name another file as --out, or remove it.`)
  if (!existsSync(dirname(out)))
    throw new UserError(`${dirname(out)} does not exist: make that folder, or choose another for --out.`)
  refuseUnjudged(settings.sources)
  const lock = takeBuildLock(out)
  try {
    const { sources, minTests, maxTests, limits } = settings
    const journal = openBuildJournal(journalPath, { ...places, sources, minTests, maxTests, limits })
    const outcomes = { problem: 0, dropped: 0, earlier: 0, unjudged: 0 }
    const inSourceOrder: SettledItem[] = []
    let unjudged: string | undefined
    const settled = inOrder(
      takeItems(readCrossItems(places), settings.limit, signal),
      settings.jobs * 2,
      (item) => settle(item, settings, journal, judge, signal),
    )
    for await (const each of settled) {
      if (signal.aborted || each === undefined) break
      outcomes[each.outcome]++
      if (each.outcome === 'unjudged') unjudged ??= each.reason
      else inSourceOrder.push(each.item)
      report({ kind: 'row-finished', outcome: each.outcome })
    }
    if (signal.aborted) return { kind: 'interrupted', outcomes }
    if (unjudged !== undefined) return { kind: 'unfinished', outcomes, unjudged }
    const counts = writeBenchmark(out, inSourceOrder, settings)
    journal.remove()
    return { kind: 'finished', outcomes, counts }
  } finally {
    lock.release()
  }
}

/** A benchmark that lacks what this machine lacks would be another one. */
function refuseUnjudged(sources: readonly Language[]): void {
  for (const language of new Set<Language>(['python', ...sources])) {
    const definition = definitionOf(language)
    if (findPrograms(definition) === undefined)
      throw new UserError(
        `${missingLanguage(definition).replace(/\.$/, '')}${language === 'python' ? '' : ', or leave it out of --sources'}.`,
      )
  }
}

type Settled =
  | { readonly outcome: Exclude<ProblemOutcome, 'unjudged'>; readonly item: SettledItem }
  | { readonly outcome: 'unjudged'; readonly reason: string }

/** Undefined for what was given up as the build was interrupted. */
async function settle(
  item: CrossItem,
  settings: CrossSettings,
  journal: BuildJournal,
  judge: Judge,
  signal: AbortSignal,
): Promise<Settled | undefined> {
  const origin = item.kind === 'problem' ? item.problem.origin : item.origin
  const earlier = journal.settled.get(originKey(origin))
  if (earlier !== undefined) return { outcome: 'earlier', item: earlier }
  if (item.kind === 'dropped') {
    journal.add(item)
    return { outcome: 'dropped', item }
  }
  try {
    const proof = await proveCrossProblem(item.problem, settings.sources, judge, settings, signal)
    if (proof.kind === 'unjudged') return { outcome: 'unjudged', reason: proof.reason }
    const settled = { origin, license: item.problem.license, ...proof }
    journal.add(settled)
    return { outcome: proof.kind === 'proven' ? 'problem' : 'dropped', item: settled }
  } catch (error) {
    if (!signal.aborted) throw error
    return undefined
  }
}

function writeBenchmark(
  out: string,
  items: readonly SettledItem[],
  settings: CrossSettings,
): BenchmarkCounts {
  const { sources, targets } = settings
  const seen = new Set<string>()
  const kept: SettledItem[] = items.map((item) => {
    if (item.kind === 'dropped') return item
    const isNew = !seen.has(item.id)
    seen.add(item.id)
    // Python's solution gave the tests; it is a source only where it was asked for.
    const solutions = item.solutions.filter(({ program }) => sources.includes(program.language))
    if (isNew) return { ...item, solutions }
    return {
      kind: 'dropped',
      origin: item.origin,
      reason: 'duplicate',
      detail: 'another problem has the same tests',
    }
  })
  const made = kept.flatMap((item) => (item.kind === 'proven' ? [tasksOfProof(item, item, targets)] : []))
  const tasks = made.flatMap(({ tasks }) => tasks)
  const counts = countTasks(
    kept,
    tasks,
    made.flatMap(({ drops }) => drops),
    settings,
  )
  writeFileAtomically(`${out.replace(/\.jsonl$/, '')}.md`, cardOf(counts, settings))
  // Last: where it is, the build is done.
  writeFileAtomically(out, tasks.map((task) => `${JSON.stringify(task)}\n`).join(''))
  return counts
}
