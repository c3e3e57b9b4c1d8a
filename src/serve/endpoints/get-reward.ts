/**
 * `POST /get_reward`: OpenRLHF's remote reward. In: `query` (prompt and response together), `prompts` and `labels`, lists
 * of one length; a label holds the problem and the language. Out: `rewards` and `scores`, 1 for what passes and 0 for what
 * does not. Where one answer cannot be judged there is no reward at all: the client asks again, and makes none up.
 */
import { z } from 'zod'
import { WholeFloat } from '../../records/json-value.ts'
import { LANGUAGES, type Language } from '../../records/language.ts'
import type { Suite } from '../../records/suite.ts'
import type { Desk } from '../desk.ts'
import { parseJson, readAs, readProblem, refuseMore } from '../read-json.ts'
import { RequestError } from '../request-error.ts'
import type { Endpoint } from './endpoint.ts'
import { judgeAnswerText } from './judge.ts'

const texts = () => z.array(z.string({ error: 'must be text' }), { error: 'must be a list of texts' })

const bodySchema = z.object({
  query: texts(),
  prompts: texts(),
  labels: z.array(z.unknown(), { error: 'must be a list of problems' }),
})

const labelSchema = z.looseObject({
  language: z.enum(LANGUAGES, { error: `must be one of ${LANGUAGES.join(', ')}` }),
})

/** What tokenizers write at the end of a response, with what they fill up with. */
const END_MARKS = /(?:\s*(?:<[|｜][^|｜<>\n]*[|｜]>|<\/s>|<eos>|<pad>|<end_of_turn>))+\s*$/u

interface Labelled {
  readonly text: string
  readonly language: Language
  readonly suite: Suite
}

export const getRewardEndpoint: Endpoint = {
  path: '/get_reward',
  async answer(body, desk) {
    const { query, prompts, labels } = readAs(bodySchema, body, 'the body')
    if (query.length !== prompts.length || query.length !== labels.length)
      throw new RequestError(422, '"query", "prompts" and "labels" must be lists of one length.')
    if (query.length === 0) throw new RequestError(422, '"query" must hold at least one text.')
    refuseMore('query', query.length, desk.limits.tests, '--max-tests')
    const answers = query.map((text, index): Labelled => {
      const place = `label ${index + 1}`
      const label = labels[index]
      const { language, ...problem } = readAs(
        labelSchema,
        typeof label === 'string' ? parseJson(label, place) : label,
        place,
      )
      const suite = readProblem(problem, place, desk.limits)
      return { text: responseOf(text, prompts[index]!, index), language, suite }
    })
    desk.expect(answers.length)
    const rewards = await Promise.all(answers.map((answer) => rewardOf(answer, desk)))
    return { rewards, scores: rewards, extra_logs: { passed: rewards } }
  },
}

/** A float, as trainers make tensors of it. */
async function rewardOf({ text, language, suite }: Labelled, desk: Desk): Promise<WholeFloat> {
  const { kind } = await judgeAnswerText(text, language, suite, desk)
  return WholeFloat.of(kind === 'passed' ? 1 : 0)
}

/** What comes behind the prompt, without the marks of its end. */
function responseOf(query: string, prompt: string, index: number): string {
  const at = query.indexOf(prompt)
  if (at < 0)
    throw new RequestError(
      422,
      `Query ${index + 1} does not hold its prompt, so that its response is not known.`,
    )
  return query.slice(at + prompt.length).replace(END_MARKS, '')
}
