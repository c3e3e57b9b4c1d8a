/** A file of tasks in CrossPLEval's form in (JSON lines, also .gz; docs/crosspleval.md), the tasks out, each checked. */
import { z } from 'zod'
import { UserError } from '../../base/user-error.ts'
import { suiteSchema } from '../../judge/read-suite.ts'
import type { CrossTask } from '../../records/cross-task.ts'
import { LANGUAGES } from '../../records/language.ts'
import { readRows } from '../../sources/read-rows.ts'

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
  for await (const { row, fields } of readRows(path, [])) {
    const reading = parseCrossTask(fields)
    if (reading.kind === 'task') yield reading.task
    else
      throw new UserError(
        `${path}:${row} is no task in CrossPLEval's form (${reading.detail}): make the file by gepo benchmark build crosspleval.`,
      )
  }
}

export type CrossTaskReading =
  | { readonly kind: 'task'; readonly task: CrossTask }
  | { readonly kind: 'none'; readonly detail: string }

/** @param fields of a line, floats without a fraction kept as such */
export function parseCrossTask(fields: unknown): CrossTaskReading {
  const parsed = crossTaskSchema.safeParse(fields)
  if (parsed.success) return { kind: 'task', task: parsed.data as CrossTask }
  const [issue] = parsed.error.issues
  return { kind: 'none', detail: `${issue!.path.join('.') || 'it'} ${issue!.message}` }
}
