/**
 * Events of a training run in, progress on stderr out: on a terminal a line that is redrawn, and one that stays for
 * each evaluation; elsewhere JSON lines, steps at most every few seconds and everything else at once.
 */
import type { RunEvaluation, TrainEvent } from '../../train/run/events.ts'
import type { Terminal } from '../context.ts'
import { durationText } from '../render/duration-text.ts'
import { evaluationText, figure, marginText } from '../render/evaluation-text.ts'

export interface TrainProgress {
  report(event: TrainEvent): void
  /** Writes the last state and leaves the line to others. */
  stop(): void
}

const REDRAW_MS = 100
const LOG_MS = 5000

export function trainProgress(stream: Terminal): TrainProgress {
  return stream.isTTY === true ? onTerminal(stream) : asJson(stream)
}

function onTerminal(stream: Terminal): TrainProgress {
  let drawnAt = Number.NEGATIVE_INFINITY
  let line = ''
  let isDrawn = true
  let firstStep: { readonly step: number; readonly atMs: number } | undefined
  const draw = () => {
    stream.write(`\r\x1b[2K${line.slice(0, (stream.columns ?? 80) - 1)}`)
    drawnAt = performance.now()
    isDrawn = true
  }
  const show = (text: string) => {
    line = text
    isDrawn = false
    if (performance.now() - drawnAt >= REDRAW_MS) draw()
  }
  const keep = (text: string) => {
    stream.write(`\r\x1b[2K${text}\n`)
    draw()
  }
  return {
    report(event) {
      if (event.kind === 'started') firstStep = { step: event.step, atMs: performance.now() }
      if (event.kind === 'phase') show(phaseLine(event))
      if (event.kind === 'step') show(stepLine(event, secondsLeft(event, firstStep)))
      if (event.kind === 'note') keep(event.text)
      if (event.kind === 'surveyed') keep(surveyLine(event))
      if (event.kind === 'tasks') keep(tasksLine(event))
      if (event.kind === 'evaluated') {
        keep(
          `step ${event.step}: ${evaluationText(event.evaluation)}${event.isBest ? ', the best so far' : ''}`,
        )
      }
    },
    stop() {
      if (!isDrawn) draw()
      if (line !== '') stream.write('\n')
    },
  }
}

function asJson(stream: Terminal): TrainProgress {
  /** By kind, for what comes too often: when one was written, and the last one that was not. */
  const frequent = { step: { writtenAt: 0, waiting: '' }, phase: { writtenAt: 0, waiting: '' } }
  let firstStep: { readonly step: number; readonly atMs: number } | undefined
  const write = (record: string) => stream.write(`${record}\n`)
  return {
    report(event) {
      if (event.kind === 'started') firstStep = { step: event.step, atMs: performance.now() }
      const left = event.kind === 'step' ? secondsLeft(event, firstStep) : undefined
      const { kind, ...fields } = event
      const record = JSON.stringify({
        event: kind,
        ...(event.kind === 'evaluated' ? { ...fields, evaluation: withoutParts(event.evaluation) } : fields),
        ...(left !== undefined && { secondsLeft: Math.round(left) }),
      })
      if (kind !== 'step' && kind !== 'phase') return void write(record)
      const now = performance.now()
      const due = frequent[kind].writtenAt === 0 || now - frequent[kind].writtenAt >= LOG_MS
      if (due) write(record)
      frequent[kind] = due ? { writtenAt: now, waiting: '' } : { ...frequent[kind], waiting: record }
    },
    stop() {
      for (const { waiting } of Object.values(frequent)) if (waiting !== '') write(waiting)
    },
  }
}

/** What the log of the run has by class, operator and kind would make a line of thousands of characters. */
function withoutParts({ preference, translation, compile }: RunEvaluation): object {
  const { byClass: _classes, byOperator: _operators, ...figures } = preference ?? {}
  const { byLevel: _levels, byKind: _kinds, byLines: _lines, ...compiled } = compile ?? {}
  return { ...figures, ...(translation && { translation }), ...(compile && { compile: compiled }) }
}

function phaseLine({ phase, done, total }: Extract<TrainEvent, { kind: 'phase' }>): string {
  return phase === 'answers' ? `${done}/${total} answers judged` : `${phase} ${done}/${total} groups`
}

type StepEvent = Extract<TrainEvent, { kind: 'step' }>

/** From the steps of this process alone: a resumed run may have begun on another machine. */
function secondsLeft(
  { step, steps }: StepEvent,
  first: { readonly step: number; readonly atMs: number } | undefined,
): number | undefined {
  if (first === undefined || step <= first.step) return undefined
  return ((steps - step) * (performance.now() - first.atMs)) / 1000 / (step - first.step)
}

/** @example stepLine(event, 90) // 'step 12/120 (10%)  loss 0.651  accuracy 0.62  ...  1m 30s left' */
export function stepLine(event: Omit<StepEvent, 'kind'>, secondsLeftNow: number | undefined): string {
  const { step, steps, loss, rollout, onPolicy, learningRate, tokensPerSecond } = event
  const { accuracy, margin, winnerScore, winnerVariance, skippedSteps } = event
  return [
    `step ${step}/${steps} (${Math.floor((100 * step) / steps)}%)`,
    `loss ${figure(loss)}`,
    ...(onPolicy === undefined ? [] : [`own answers ${onPolicy.winners} right ${onPolicy.losers} wrong`]),
    ...(rollout === undefined ? [] : [`passed ${figure(rollout.passRate)}`]),
    ...(rollout?.kl === undefined ? [] : [`KL ${figure(rollout.kl)}`]),
    ...(accuracy === undefined ? [] : [`accuracy ${figure(accuracy)}`]),
    ...(margin === undefined ? [] : [marginText(margin, winnerScore)]),
    ...(winnerVariance === undefined ? [] : [`variance ${figure(winnerVariance)}`]),
    ...(skippedSteps === undefined ? [] : [`left out ${skippedSteps}`]),
    `lr ${learningRate.toExponential(1)}`,
    `${tokensPerSecond >= 10_000 ? `${(tokensPerSecond / 1000).toFixed(1)}k` : tokensPerSecond.toFixed(0)} tokens/s`,
    ...(secondsLeftNow === undefined ? [] : [`${durationText(secondsLeftNow)} left`]),
  ].join('  ')
}

function surveyLine({ split, survey }: Extract<TrainEvent, { kind: 'surveyed' }>): string {
  const drops = [
    ...Object.entries(survey.droppedGroups).map(([reason, n]) => `${n} groups dropped: ${reason}`),
    ...Object.entries(survey.droppedResponses).map(([reason, n]) => `${n} responses dropped: ${reason}`),
  ]
  return [
    `${split}: ${survey.groups} groups, ${survey.tokens} tokens, the longest sequence ${survey.longestSequence}`,
    ...drops,
  ].join('; ')
}

function tasksLine({ split, survey }: Extract<TrainEvent, { kind: 'tasks' }>): string {
  const drops = Object.entries(survey.dropped).map(([reason, n]) => `${n} tasks dropped: ${reason}`)
  return [
    `${split}: ${survey.tasks} tasks, the longest prompt ${survey.longestPrompt} tokens`,
    ...drops,
  ].join('; ')
}
