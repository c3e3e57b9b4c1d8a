/**
 * Events of a long command in, progress on stderr out: on a terminal one line, redrawn at most ten times a second;
 * elsewhere a JSON line every few seconds. Numbers are of this run unless they say otherwise.
 */
import type { BenchmarkEvent } from '../../evaluate/evaluate-benchmark.ts'
import type { BuildEvent, MergeEvent, Reporter, VerifyEvent } from '../../pipeline/events.ts'
import type { ProblemsEvent } from '../../problems/build-problems.ts'
import type { Terminal } from '../context.ts'
import { durationText } from '../render/duration-text.ts'

export interface Progress<Event> extends Reporter<Event> {
  /** Writes the last state and leaves the line to others. */
  stop(): void
}

/** What the line says. Absent values are not known (yet). */
export interface ProgressCounts {
  readonly done: number
  /** Estimated while `totalIsFinal` is false. */
  readonly total: number | undefined
  readonly totalIsFinal: boolean
  /** Further counts by name, in the order in which they are shown. */
  readonly counts: Readonly<Record<string, number>>
}

const REDRAW_MS = 100
const LOG_MS = 5000

export function buildProgress(stream: Terminal): Progress<BuildEvent> {
  return createProgress(stream, { event: 'build', noun: 'units' }, tallyBuild())
}

/** A group that is drawn again is a source with one unit. */
export function redrawProgress(stream: Terminal): Progress<BuildEvent> {
  return createProgress(stream, { event: 'redraw', noun: 'groups' }, tallyBuild())
}

export function verifyProgress(stream: Terminal): Progress<VerifyEvent> {
  return createProgress(stream, { event: 'verify', noun: 'groups' }, tallyVerify())
}

export function mergeProgress(stream: Terminal): Progress<MergeEvent> {
  return createProgress(stream, { event: 'merge', noun: 'records' }, tallyMerge())
}

export function problemsProgress(stream: Terminal): Progress<ProblemsEvent> {
  return createProgress(stream, { event: 'problems', noun: 'rows' }, tallyProblems())
}

/** What `gepo export` reports of a data set. */
export type ExportEvent =
  | { readonly kind: 'export-started'; readonly groups: number }
  | { readonly kind: 'group-exported' }
  | { readonly kind: 'note'; readonly text: string }

export function exportProgress(stream: Terminal): Progress<ExportEvent> {
  return createProgress(stream, { event: 'export', noun: 'groups' }, tallyExport())
}

export function benchmarkProgress(stream: Terminal): Progress<BenchmarkEvent> {
  return createProgress(stream, { event: 'benchmark', noun: 'answers' }, tallyBenchmark())
}

type TallyOf<Event> = (event: Event) => ProgressCounts

function tallyBuild(): TallyOf<BuildEvent> {
  let done = 0
  let units = 0
  let sources = 0
  let sourcesTotal: number | undefined
  let totalIsFinal = false
  const counts = { groups: 0, drops: 0, earlier: 0 }
  return (event) => {
    switch (event.kind) {
      case 'build-started':
        counts.earlier = event.unitsFinished
        break
      case 'sources-counted':
        sourcesTotal = event.sources
        break
      case 'source-extracted':
        sources++
        units += event.units
        counts.drops += event.drops
        break
      case 'sources-finished':
        totalIsFinal = true
        break
      case 'unit-finished':
        done++
        counts[event.result.kind === 'group' ? 'groups' : 'drops']++
        break
      case 'note':
        break
    }
    // Units of an earlier run that were still to do come without a source of this run.
    const known = Math.max(units, done)
    const total = totalIsFinal
      ? known
      : sourcesTotal !== undefined && sources > 0
        ? Math.round((known * Math.max(sourcesTotal, sources)) / sources)
        : undefined
    return { done, total, totalIsFinal, counts: { ...counts } }
  }
}

function tallyVerify(): TallyOf<VerifyEvent> {
  let done = 0
  let total: number | undefined
  const counts = { proven: 0, failed: 0, unknown: 0 }
  return (event) => {
    if (event.kind === 'verify-started') total = event.groups
    if (event.kind === 'group-verified') {
      done++
      counts[event.result]++
    }
    return { done, total, totalIsFinal: total !== undefined, counts: { ...counts } }
  }
}

function tallyProblems(): TallyOf<ProblemsEvent> {
  let done = 0
  const counts = { problem: 0, dropped: 0, earlier: 0, unjudged: 0 }
  return (event) => {
    if (event.kind === 'row-finished') {
      done++
      counts[event.outcome]++
    }
    return { done, total: undefined, totalIsFinal: false, counts: { ...counts } }
  }
}

function tallyExport(): TallyOf<ExportEvent> {
  let done = 0
  let total: number | undefined
  return (event) => {
    if (event.kind === 'export-started') total = event.groups
    if (event.kind === 'group-exported') done++
    return { done, total, totalIsFinal: total !== undefined, counts: {} }
  }
}

function tallyBenchmark(): TallyOf<BenchmarkEvent> {
  let done = 0
  let total: number | undefined
  const counts = { passed: 0, failed: 0, unjudged: 0, missing: 0, earlier: 0 }
  return (event) => {
    if (event.kind === 'benchmark-started') {
      total = event.answers
      counts.earlier = event.earlier
    }
    if (event.kind === 'answer-judged') {
      done++
      counts[event.verdict === 'passed' || event.verdict === 'unjudged' ? event.verdict : 'failed']++
    }
    if (event.kind === 'answer-missing') {
      done++
      counts.missing++
    }
    return { done, total, totalIsFinal: total !== undefined, counts: { ...counts } }
  }
}

function tallyMerge(): TallyOf<MergeEvent> {
  let done = 0
  let total: number | undefined
  let files = 0
  return (event) => {
    if (event.kind === 'merge-started') total = event.records
    if (event.kind === 'records-merged') done += event.records
    if (event.kind === 'file-merged') files++
    return { done, total, totalIsFinal: total !== undefined, counts: { files } }
  }
}

function createProgress<Event extends { readonly kind: string }>(
  stream: Terminal,
  names: { readonly event: string; readonly noun: string },
  tallyOf: TallyOf<Event | { kind: 'note'; text: string }>,
): Progress<Event> {
  const startedAt = performance.now()
  let tally: ProgressCounts | undefined
  let changed = false
  const seconds = () => (performance.now() - startedAt) / 1000
  const onTerminal = stream.isTTY === true

  const draw = () => {
    if (tally === undefined) return
    if (onTerminal)
      stream.write(
        `\r\x1b[2K${progressLine(tally, names.noun, seconds()).slice(0, (stream.columns ?? 80) - 1)}`,
      )
    else stream.write(`${JSON.stringify(progressRecord(tally, names.event, seconds()))}\n`)
    changed = false
  }
  const note = (text: string) => {
    if (!onTerminal) stream.write(`${JSON.stringify({ event: 'note', text })}\n`)
    else {
      stream.write(`\r\x1b[2K${text}\n`)
      draw()
    }
  }
  const timer = setInterval(() => changed && draw(), onTerminal ? REDRAW_MS : LOG_MS)
  timer.unref()

  return {
    report(event) {
      tally = tallyOf(event)
      changed = true
      if (event.kind === 'note' && 'text' in event) note(String(event.text))
    },
    stop() {
      clearInterval(timer)
      if (changed) draw()
      if (onTerminal && tally !== undefined) stream.write('\n')
    },
  }
}

/** @example progressLine(tally, 'units', 61) // '120/853 units (14%)  2.0/s  6m 7s left  groups 100  drops 20' */
export function progressLine(tally: ProgressCounts, noun: string, seconds: number): string {
  const { done, total, totalIsFinal, counts } = tally
  const about = totalIsFinal ? '' : '~'
  const share = total === undefined || total === 0 ? '' : ` (${Math.floor((100 * done) / total)}%)`
  const left = secondsLeft(tally, seconds)
  return [
    `${done}${total === undefined ? '' : `/${about}${total}`} ${noun}${share}`,
    `${rateText(done, seconds)}/s`,
    ...(left === undefined ? [] : [`${about}${durationText(left)} left`]),
    ...Object.entries(counts).map(([name, n]) => `${name} ${n}`),
  ].join('  ')
}

function progressRecord(tally: ProgressCounts, event: string, seconds: number): Record<string, unknown> {
  const { done, total, totalIsFinal, counts } = tally
  const left = secondsLeft(tally, seconds)
  return {
    event,
    done,
    ...(total !== undefined && { total, totalIsFinal }),
    ...counts,
    seconds: round(seconds),
    perSecond: round(seconds === 0 ? 0 : done / seconds),
    ...(left !== undefined && { secondsLeft: Math.round(left) }),
  }
}

function secondsLeft({ done, total }: ProgressCounts, seconds: number): number | undefined {
  if (total === undefined || done === 0) return undefined
  return (Math.max(0, total - done) * seconds) / done
}

function rateText(done: number, seconds: number): string {
  const rate = seconds === 0 ? 0 : done / seconds
  return rate >= 10 ? rate.toFixed(0) : rate.toFixed(rate >= 1 ? 1 : 2)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
