/** `POST /judge`: one answer, judged by a problem's tests. The verdict is what `gepo judge --json` prints. */
import { z } from 'zod'
import { readAnswer } from '../../judge/read-answer.ts'
import { LANGUAGES, type Language } from '../../records/language.ts'
import type { Suite } from '../../records/suite.ts'
import type { Desk, KnownVerdict } from '../desk.ts'
import { readAs, readProblem } from '../read-json.ts'
import { RequestError } from '../request-error.ts'
import type { Endpoint } from './endpoint.ts'

const bodySchema = z.strictObject({
  language: z.enum(LANGUAGES, { error: `must be one of ${LANGUAGES.join(', ')}` }),
  /** The program itself. */
  code: z.string({ error: 'must be text' }).optional(),
  /** Or a model's answer with the program in a block. */
  answer: z.string({ error: 'must be text' }).optional(),
  problem: z.unknown(),
})

export const judgeEndpoint: Endpoint = {
  path: '/judge',
  async answer(body, desk) {
    const { language, code, answer, problem } = readAs(bodySchema, body, 'the body')
    const suite = readProblem(problem, 'the field "problem"', desk.limits)
    if (code !== undefined && answer === undefined) return desk.judge({ language, code }, suite)
    if (answer !== undefined && code === undefined) return judgeAnswerText(answer, language, suite, desk)
    throw new RequestError(
      422,
      'The body must have either "code" (a program) or "answer" (a text with it in a block).',
    )
  },
}

/** What a model wrote, whose program is in one block. */
export async function judgeAnswerText(
  text: string,
  language: Language,
  suite: Suite,
  desk: Desk,
): Promise<KnownVerdict> {
  const reading = readAnswer(text, language)
  return reading.kind === 'program' ? desk.judge(reading.program, suite) : reading
}
