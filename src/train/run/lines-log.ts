/**
 * Records in, a JSON line each at the end of a file out. A run that goes on from a checkpoint forgets what it had written
 * beyond it, so that what is of a step is there once.
 */
import { appendFileSync } from 'node:fs'
import { z } from 'zod'
import { isRegularFile, readRegularText } from '../../base/regular-file.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import type { RunProgress } from './checkpoints.ts'

/** What every line has. The step's own figures are of kind `train`; all others are of an evaluation at that step. */
const lineSchema = z.looseObject({ kind: z.string(), step: z.int() })

/**
 * @param resumed where the run goes on; undefined for a new one
 * @returns what appends a line
 */
export function openLinesLog(
  file: string,
  resumed: RunProgress | undefined,
): (line: z.output<typeof lineSchema>) => void {
  const lines = resumed === undefined || !isRegularFile(file) ? [] : readRegularText(file).split('\n')
  const kept = resumed === undefined ? [] : lines.filter((line) => isKept(line, resumed))
  writeFileAtomically(file, kept.map((line) => `${line}\n`).join(''))
  return (line) => appendFileSync(file, `${JSON.stringify(line)}\n`)
}

/** The lines of such a file that are of the schema's form; none where there is no file. What cannot be read is left out. */
export function readLines<Line>(file: string, schema: z.ZodType<Line>): Line[] {
  if (!isRegularFile(file)) return []
  return readRegularText(file)
    .split('\n')
    .flatMap((line) => {
      const read = schema.safeParse(parsed(line))
      return read.success ? [read.data] : []
    })
}

/** A line that was half written when its process died is no JSON, and is of a step that will come again. */
function isKept(line: string, resumed: RunProgress): boolean {
  const read = lineSchema.safeParse(parsed(line))
  if (!read.success) return false
  const { kind, step } = read.data
  return step < resumed.step || (step === resumed.step && (kind === 'train' || resumed.evaluatedAt === step))
}

/** Undefined for what is no JSON. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
