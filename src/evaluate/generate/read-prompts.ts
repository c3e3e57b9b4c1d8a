/**
 * What a model is to be asked: texts of a command line, of files or of standard input, and groups of a database, in; prompts
 * with a name each out. A file is one text, or JSON lines with `prompt` and, if they like, `id`.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import { explainFileError } from '../../base/explain-file-error.ts'
import { parseLenientJson, withoutByteOrderMark } from '../../base/parse-json.ts'
import { sampleIds } from '../../base/sample-ids.ts'
import { UserError } from '../../base/user-error.ts'
import { promptOf } from '../../records/prompt-template.ts'
import type { Split } from '../../records/split.ts'
import { openTrainingRows } from '../../store/training-rows.ts'

export interface Prompt {
  /** No two have the same. */
  readonly id: string
  readonly text: string
  /** Whether it is code that a template of training is for; else it is asked as it is. */
  readonly isCode: boolean
}

export interface PromptPlaces {
  readonly texts: readonly string[]
  /** `-` for standard input. */
  readonly files: readonly string[]
  readonly groups?: {
    readonly database: string
    readonly split: Split
    readonly limit: number | null
    readonly seed: number
  }
  readonly readStdin: () => Promise<string>
}

/** @throws UserError where something cannot be read, or there is nothing to ask */
export async function readPrompts({ texts, files, groups, readStdin }: PromptPlaces): Promise<Prompt[]> {
  const prompts: Prompt[] = texts.map((text, i) => ({ id: `argument ${i + 1}`, text, isCode: true }))
  for (const file of files) {
    const content = file === '-' ? await readStdin() : readText(file)
    prompts.push(...promptsOf(content, file === '-' ? 'standard input' : file))
  }
  if (groups !== undefined) prompts.push(...groupPrompts(groups))
  const empty = prompts.find(({ text }) => text.trim() === '')
  if (empty !== undefined)
    throw new UserError(`The prompt "${empty.id}" is empty; write what the model is to be asked.`)
  if (prompts.length === 0) throw new UserError('There is nothing to ask; give a prompt, --file or --groups.')
  const ids = new Set<string>()
  for (const { id } of prompts) {
    if (ids.has(id)) throw new UserError(`Two prompts are called "${id}"; give each an id of its own.`)
    ids.add(id)
  }
  return prompts
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw explainFileError(error, file)
  }
}

const lineSchema = z.looseObject({
  prompt: z.string(),
  id: z.union([z.string(), z.number().transform(String)]).optional(),
})

function promptsOf(content: string, file: string): Prompt[] {
  const name = basename(file)
  const text = withoutByteOrderMark(content)
  if (!file.endsWith('.jsonl') && !text.startsWith('{"')) return [{ id: name, text, isCode: true }]
  return text.split('\n').flatMap((line, i): Prompt[] => {
    if (line.trim() === '') return []
    const read = lineSchema.safeParse(jsonOf(line))
    if (!read.success)
      throw new UserError(`Line ${i + 1} of ${file} is no prompt; each is JSON such as {"prompt": "..."}.`)
    const { prompt, id = `${name} ${i + 1}` } = read.data
    return [{ id, text: prompt, isCode: false }]
  })
}

function jsonOf(line: string): unknown {
  try {
    return parseLenientJson(line)
  } catch {
    return undefined
  }
}

function groupPrompts({ database, split, limit, seed }: NonNullable<PromptPlaces['groups']>): Prompt[] {
  const rows = openTrainingRows(database)
  try {
    const all = rows.groupIds(split)
    if (all.length === 0)
      throw new UserError(`${database} has no group of split ${split}; name another one as --split.`)
    return (limit === null ? all : sampleIds(all, limit, seed)).map((id) => ({
      id,
      text: promptOf(rows.group(id)),
      isCode: true,
    }))
  } finally {
    rows.close()
  }
}
