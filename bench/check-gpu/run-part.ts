/** A part as a process of its own: what it tells line by line in, and how it ended out, whatever happens to it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from './context.ts'
import { endProcesses, marking } from './end-processes.ts'

export interface PartReport {
  readonly outcome: 'done' | 'failed' | 'timed out' | 'stopped' | 'left out'
  readonly seconds: number
  /** Of a part that did not get through: its last words, the most telling at the end. */
  readonly words?: string
  readonly figures: Readonly<Record<string, unknown>>
}

const WORDS = 4000
/** For what it told last, once nobody is left that could tell more. */
const PIPE_PATIENCE_MS = 2000
const PART_PROCESS = join(import.meta.dirname, 'part-process.ts')

export interface RunPartOptions {
  readonly context: Context
  readonly env: NodeJS.ProcessEnv
  readonly seconds: number
  /** Ends it before its time; the reason is a text. */
  readonly signal: AbortSignal
  /** Called with the figures so far. */
  readonly onFigures: (figures: Readonly<Record<string, unknown>>) => void
}

/** @param program a module that Node runs */
export async function runPart(
  program: string,
  { context, env, seconds, signal, onFigures }: RunPartOptions,
): Promise<PartReport> {
  const startedAt = performance.now()
  const mark = randomUUID()
  const child = spawn(process.execPath, [PART_PROCESS, program, JSON.stringify(context)], {
    env: { ...env, ...marking(mark) },
    // What a terminal sends to the check is not for its parts.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = new Promise((resolve) => child.once('close', resolve))
  let figures: Record<string, unknown> = {}
  let words = ''
  createInterface(child.stdout).on('line', (line) => {
    try {
      figures = { ...figures, ...JSON.parse(line) }
      onFigures(figures)
    } catch {
      words = `${words}${line}\n`.slice(-WORDS)
    }
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words = (words + text).slice(-WORDS)
  })
  const { outcome, why } = await endingOf(child, seconds, signal)
  await endProcesses(mark)
  await Promise.race([closed, sleep(PIPE_PATIENCE_MS, undefined, { ref: false })])
  child.stdout.destroy()
  child.stderr.destroy()
  return {
    outcome,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
    ...(outcome !== 'done' && { words: `${words}${why}`.replace(/^\n+|\s+$/g, '') }),
    figures,
  }
}

/** How it ended by itself, or why it is to be ended. */
function endingOf(
  child: ChildProcess,
  seconds: number,
  signal: AbortSignal,
): Promise<{ readonly outcome: Exclude<PartReport['outcome'], 'left out'>; readonly why: string }> {
  return new Promise((resolve) => {
    const end = (outcome: Exclude<PartReport['outcome'], 'left out'>, why: string) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve({ outcome, why })
    }
    const stop = () => end('stopped', `ended by ${signal.reason}`)
    const timer = setTimeout(
      () => end('timed out', `over its limit of ${seconds} s, and ended`),
      seconds * 1000,
    )
    signal.addEventListener('abort', stop)
    child.once('error', (error) => end('failed', error.message))
    child.once('exit', (code, by) => {
      if (code === 0) end('done', '')
      // It has said itself why it ends with 1.
      else end('failed', code === 1 ? '' : `ended with ${by ?? `exit code ${code}`}`)
    })
  })
}
