/** A file of tasks in CrossPLEval's form in (JSON lines, also .gz; docs/crosspleval.md), the tasks out, each checked. */
import { z } from 'zod'
import { withoutByteOrderMark } from '../../base/parse-json.ts'
import { UserError } from '../../base/user-error.ts'
import { suiteSchema } from '../../judge/read-suite.ts'
import type { CrossTask } from '../../records/cross-task.ts'
import { parseKeepingFloats } from '../../records/json-value.ts'
import { LANGUAGES } from '../../records/language.ts'
import { readBytes } from '../../sources/read-bytes.ts'
import { splitLines } from '../../sources/split-lines.ts'

const MOST_LINE_BYTES = 64 * 1024 * 1024

const text = z.string({ error: 'must be text' }).min(1, { error: 'must not be empty' })
const language = z.enum(LANGUAGES, { error: `must be one of ${LANGUAGES.join(', ')}` })

const crossTaskSchema = z.strictObject(
  {
    id: text,
    problem: text,
    origin: z.strictObject({ dataset: text, place: text, row: text }),
    license: text,
    source: z.strictObject({ language, code: text }),
    sourceDeclaration: text,
    target: language,
    declaration: text,
    suite: suiteSchema,
  },
  { error: 'must be an object' },
)

/** @throws UserError that names the line and the field that is wrong */
export async function* readCrossTasks(path: string): AsyncGenerator<CrossTask> {
  for await (const lines of splitLines(readBytes(path), MOST_LINE_BYTES)) {
    for (const { number, bytes } of lines) yield readCrossTask(bytes?.toString('utf8'), `${path}:${number}`)
  }
}

function readCrossTask(line: string | undefined, place: string): CrossTask {
  const parsed = crossTaskSchema.safeParse(parseLine(line, place))
  if (parsed.success) return parsed.data as CrossTask
  const [issue] = parsed.error.issues
  const field = issue!.path.join('.')
  throw new UserError(
    `${place} is no task in CrossPLEval's form (${field === '' ? 'it' : field}: ${issue!.message}): make the file by gepo benchmark build crosspleval.`,
  )
}

function parseLine(line: string | undefined, place: string): unknown {
  try {
    return line === undefined ? undefined : parseKeepingFloats(withoutByteOrderMark(line))
  } catch (error) {
    throw new UserError(`${place} is not JSON: ${(error as Error).message}.`)
  }
}
