/** Figures in, a file that TensorBoard reads out. A run that goes on has a file for each time it was started. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { encodeEvent } from './encode-event.ts'

export interface EventFile {
  readonly path: string
  scalars(step: number, scalars: Readonly<Record<string, number>>): void
}

/** @param firstStep the step that the run begins or goes on with: TensorBoard forgets what came from there on */
export function createEventFile(folder: string, firstStep: number): EventFile {
  mkdirSync(folder, { recursive: true })
  const now = () => Date.now() / 1000
  const path = join(folder, `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`)
  writeFileSync(
    path,
    Buffer.concat([
      encodeEvent({ kind: 'file-version', wallSeconds: now() }),
      encodeEvent({ kind: 'start', step: firstStep, wallSeconds: now() }),
    ]),
  )
  return {
    path,
    scalars(step, scalars) {
      appendFileSync(path, encodeEvent({ kind: 'scalars', step, scalars, wallSeconds: now() }))
    },
  }
}
