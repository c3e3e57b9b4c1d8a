/** A part as a process of its own: what it tells line by line in, and how it ended out, whatever happens to it. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Context } from './context.ts'

export interface PartReport {
  readonly outcome: 'done' | 'failed' | 'timed out' | 'left out'
  readonly seconds: number
  /** Of a part that did not get through: its last words. */
  readonly words?: string
  readonly figures: Readonly<Record<string, unknown>>
}

const WORDS = 4000

export interface RunPartOptions {
  readonly context: Context
  readonly env: NodeJS.ProcessEnv
  readonly seconds: number
  /** Called with the figures so far. */
  readonly onFigures: (figures: Readonly<Record<string, unknown>>) => void
}

/** @param program a module that Node runs */
export function runPart(
  program: string,
  { context, env, seconds, onFigures }: RunPartOptions,
): Promise<PartReport> {
  const startedAt = performance.now()
  // A group of its own, so that what it starts ends with it.
  const child = spawn(process.execPath, [program, JSON.stringify(context)], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let figures: Record<string, unknown> = {}
  let words = ''
  let isLate = false
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
  const end = () => {
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }
  const timer = setTimeout(() => {
    isLate = true
    end()
  }, seconds * 1000)
  return new Promise((resolve) => {
    let isOver = false
    const over = (outcome: PartReport['outcome'], why: string) => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      end()
      const said = `${words}${why}`.trim()
      resolve({
        outcome,
        seconds: Math.round((performance.now() - startedAt) / 100) / 10,
        ...(outcome !== 'done' && { words: said }),
        figures,
      })
    }
    child.on('error', (error) => over('failed', error.message))
    child.on('close', (code, signal) => {
      if (isLate) over('timed out', `ended after ${seconds} s`)
      else if (code === 0) over('done', '')
      else over('failed', `ended with ${signal ?? `exit code ${code}`}`)
    })
  })
}
