/**
 * Answers in, a JSON line each at the end of a file out. A file that is there already is gone on with: what it holds is not
 * asked again. Each line says what it was made by, so that answers of two models or settings never get into one file.
 */
import { appendFileSync } from 'node:fs'
import { z } from 'zod'
import { isRegularFile, readRegularText } from '../../base/regular-file.ts'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import type { PromptAnswer } from './answer-prompts.ts'

const lineSchema = z.looseObject({
  id: z.string(),
  sample: z.int(),
  prompt: z.string(),
  answer: z.string(),
  tokens: z.int(),
  finish: z.enum(['stop', 'length']),
  /** Of the model and all settings that answers depend on. */
  made: z.string(),
})
export type AnswerLine = Readonly<z.output<typeof lineSchema>>

export interface AnswersFile {
  /** Whether it holds the answer already. */
  has(id: string, sample: number): boolean
  add(line: AnswerLine): void
}

/** As a line, which is also what is printed as JSON. */
export const answerLine = ({ text, ...answer }: PromptAnswer, prompt: string, made: string): AnswerLine => ({
  ...answer,
  prompt,
  answer: text,
  made,
})

/** @throws UserError where the file holds something else, or answers that were made otherwise */
export function openAnswersFile(
  file: string,
  made: string,
  promptOf: (id: string) => string | undefined,
): AnswersFile {
  const kept = isRegularFile(file) ? readAnswerLines(file) : []
  const other = kept.find((line) => line.made !== made || (promptOf(line.id) ?? line.prompt) !== line.prompt)
  if (other !== undefined)
    throw new UserError(
      `${file} holds answers by another model, to other prompts or by other settings; name another file as --out.`,
    )
  // A line that was half written when its process died goes.
  writeFileAtomically(file, kept.map((line) => `${JSON.stringify(line)}\n`).join(''))
  const keys = new Set(kept.map(({ id, sample }) => keyOf(id, sample)))
  return {
    has: (id, sample) => keys.has(keyOf(id, sample)),
    add: (line) => appendFileSync(file, `${JSON.stringify(line)}\n`),
  }
}

function readAnswerLines(file: string): AnswerLine[] {
  const lines = readRegularText(file).split('\n')
  const last = lines.pop()!
  const read = lines.map((line) => lineSchema.safeParse(jsonOf(line)))
  if (read.some(({ success }) => !success) || (lines.length === 0 && last !== '' && !last.startsWith('{"')))
    throw new UserError(`${file} holds something that is no answer; name another file as --out.`)
  return read.map(({ data }) => data!)
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const keyOf = (id: string, sample: number) => `${sample} ${id}`
