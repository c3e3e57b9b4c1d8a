/**
 * Sources in, stored problems out, resumable: what has become of each row is stored as soon as it is known, in the
 * order in which rows are read, whatever the number of jobs.
 */

import { inOrder } from '../base/in-order.ts'
import { takeItems } from '../base/take-items.ts'
import type { Judge } from '../judge/judge.ts'
import type { ProblemItem } from '../records/problem.ts'
import type { ProblemsStore } from '../store/problems/problems-store.ts'
import { type Proof, type ProofSettings, proveProblem } from './prove-problem.ts'
import { type ReadProblemsOptions, readProblems } from './read-problems.ts'

export interface ProblemsSettings extends ProofSettings, ReadProblemsOptions {
  readonly jobs: number
  /** Read that many rows, at most. */
  readonly limit?: number | undefined
}

export type ProblemOutcome = 'problem' | 'dropped' | 'earlier' | 'unjudged'

export type ProblemsEvent =
  | { readonly kind: 'row-finished'; readonly outcome: ProblemOutcome }
  /** For whoever watches. */
  | { readonly kind: 'note'; readonly text: string }

export interface ProblemsSummary {
  readonly kind: 'finished' | 'interrupted'
  readonly counts: Readonly<Record<ProblemOutcome, number>>
  /** Why the first of those was, where some were. */
  readonly unjudged?: string
  readonly seconds: number
}

interface Settled {
  readonly item: ProblemItem
  /** Undefined for a row that an earlier run has finished, or that was given up. */
  readonly proof: Proof | undefined
}

export async function buildProblems(
  specs: readonly string[],
  settings: ProblemsSettings,
  store: ProblemsStore,
  judge: Judge,
  report: (event: ProblemsEvent) => void,
  signal: AbortSignal,
): Promise<ProblemsSummary> {
  const start = performance.now()
  const counts = { problem: 0, dropped: 0, earlier: 0, unjudged: 0 }
  let unjudged: string | undefined
  const settled = inOrder(
    takeItems(readProblems(specs, settings), settings.limit, signal),
    settings.jobs * 2,
    (item) => settle(item, settings, store, judge, signal),
  )
  for await (const { item, proof } of settled) {
    if (signal.aborted) break
    const outcome = save(item, proof, store)
    if (proof?.kind === 'unjudged') unjudged ??= proof.reason
    counts[outcome]++
    report({ kind: 'row-finished', outcome })
  }
  if (!signal.aborted) {
    store.settle()
    store.finishRun()
  }
  return {
    kind: signal.aborted ? 'interrupted' : 'finished',
    counts,
    ...(unjudged === undefined ? {} : { unjudged }),
    seconds: (performance.now() - start) / 1000,
  }
}

async function settle(
  item: ProblemItem,
  settings: ProblemsSettings,
  store: ProblemsStore,
  judge: Judge,
  signal: AbortSignal,
): Promise<Settled> {
  if (store.isFinished(originOf(item))) return { item, proof: undefined }
  if (item.kind === 'dropped') return { item, proof: item }
  try {
    return { item, proof: await proveProblem(item.problem, judge, settings, signal) }
  } catch (error) {
    if (!signal.aborted) throw error
    return { item, proof: undefined }
  }
}

function save(item: ProblemItem, proof: Proof | undefined, store: ProblemsStore): ProblemOutcome {
  const origin = originOf(item)
  // Asked for again: a place that is named twice is read twice.
  if (proof === undefined || store.isFinished(origin)) return 'earlier'
  if (proof.kind === 'unjudged') return 'unjudged'
  if (proof.kind === 'proven' && item.kind === 'problem')
    return store.saveProblem(origin, item.problem.license, proof) === 'stored' ? 'problem' : 'dropped'
  if (proof.kind === 'dropped') store.saveDrop(origin, proof)
  return 'dropped'
}

const originOf = (item: ProblemItem) => (item.kind === 'problem' ? item.problem.origin : item.origin)
