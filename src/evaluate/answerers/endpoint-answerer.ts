/**
 * Answers from a server that speaks OpenAI's protocol (vLLM, SGLang, llama.cpp, and others): a request an answer,
 * `/completions` for completions and `/chat/completions` for chat.
 *
 * What the server does is never held against the model: a refused, failed, late or broken-off reply is tried again where
 * that helps (429, 408, 5xx, broken connections, with growing pauses and the wait that the server asks for), and else the
 * answer is missing, with the reason. What will not get better by itself, as a wrong address, key or model's name, ends the
 * evaluation at once; so do failures in a row without one answer between them.
 *
 * Written on fetch: two requests are all that is asked, and what a client library would bring, trying again, must hold for
 * a reply that breaks off in its middle too.
 */
import { z } from 'zod'
import { forEachBounded } from '../../base/for-each-bounded.ts'
import { UserError } from '../../base/user-error.ts'
import { HOPELESS_CODES, networkCode, type Patience, pause } from '../../sources/patient-fetch.ts'
import { askedText } from '../answer-program.ts'
import type { DrawingConfig } from '../evaluation-config.ts'
import { drawingSeed } from './answer-seed.ts'
import type { Answerer, Answering, AnswerRequest } from './answerer.ts'

export interface EndpointOptions extends DrawingConfig {
  /** As `http://127.0.0.1:8000/v1`. */
  readonly url: string
  readonly model: string
  readonly key: string | undefined
  /** That each request has besides, as `chat_template_kwargs`. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Requests under way at the same time. */
  readonly concurrency: number
  /** For one reply, from its request to its last byte. */
  readonly timeoutMs: number
  readonly patience: Patience
}

/** A server that does nothing but fail would else be asked for everything. */
const MOST_FAILURES_IN_A_ROW = 20

/** What OpenAI takes; all are applied to what comes in any case. */
const MOST_STOPS = 4

export function openEndpoint(options: EndpointOptions): Answerer {
  return {
    async answer(requests, onAnswer, signal) {
      let inARow = 0
      const givingUp = new AbortController()
      const either = AbortSignal.any([signal, givingUp.signal])
      const work = async (request: AnswerRequest) => {
        const answering = await ask(request, options, either)
        onAnswer(request, answering)
        inARow = answering.kind === 'failed' ? inARow + 1 : 0
        if (
          answering.kind === 'failed' &&
          inARow >= Math.max(MOST_FAILURES_IN_A_ROW, 2 * options.concurrency)
        ) {
          throw new UserError(
            `${options.url} gave no answer ${inARow} times in a row (${answering.reason}): look at the server, and run the same command again to go on.`,
          )
        }
      }
      await forEachBounded(untilRaised(requests, either), options.concurrency, (request) =>
        work(request).catch((error: unknown) => {
          givingUp.abort(error)
          throw error
        }),
      )
      signal.throwIfAborted()
    },
    close: async () => {},
  }
}

async function* untilRaised<Item>(items: readonly Item[], signal: AbortSignal): AsyncGenerator<Item> {
  for (const item of items) {
    if (signal.aborted) return
    yield item
  }
}

/** One try. */
type Reply =
  | Extract<Answering, { kind: 'answer' }>
  | { readonly kind: 'failed'; readonly reason: string; readonly again: boolean; readonly waitMs?: number }

async function ask(
  request: AnswerRequest,
  options: EndpointOptions,
  signal: AbortSignal,
): Promise<Answering> {
  const patience = { ...options.patience, signal }
  for (let attempt = 1; ; attempt++) {
    const reply = await tryOnce(request, options, signal)
    if (reply.kind === 'answer') return reply
    if (!reply.again || attempt >= patience.attempts) return { kind: 'failed', reason: reply.reason }
    await pause(patience, attempt, reply.waitMs)
  }
}

async function tryOnce(
  request: AnswerRequest,
  options: EndpointOptions,
  signal: AbortSignal,
): Promise<Reply> {
  const { url, key, prompt: style, timeoutMs } = options
  const timeout = AbortSignal.timeout(timeoutMs)
  const isChat = style === 'chat'
  let response: Response
  let text: string
  try {
    response = await fetch(`${url}/${isChat ? 'chat/completions' : 'completions'}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(key === undefined ? {} : { Authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(bodyOf(request, options)),
      signal: AbortSignal.any([signal, timeout]),
    })
    text = await response.text()
  } catch (error) {
    signal.throwIfAborted()
    if (timeout.aborted) return failed(`no reply within ${timeoutMs / 1000} s`, true)
    const code = networkCode(error)
    if (HOPELESS_CODES.has(code)) {
      throw new UserError(`${url} cannot be reached (${code}): start the server, or check --endpoint.`, {
        cause: error,
      })
    }
    return failed(`the connection broke (${code})`, true)
  }
  if (!response.ok) return refused(response, text, options)
  return isChat ? readChat(text) : readCompletion(text)
}

function bodyOf({ problem, sample }: AnswerRequest, options: EndpointOptions): object {
  const { prompt: style, model, temperature, topP, maxTokens, seed, system, fields } = options
  const common = {
    ...fields,
    model,
    max_tokens: maxTokens,
    temperature,
    top_p: topP,
    seed: drawingSeed(seed, problem.id, sample),
  }
  if (style === 'chat') {
    const messages = [
      ...(system === null ? [] : [{ role: 'system', content: system }]),
      { role: 'user', content: problem.message },
    ]
    return { ...common, messages }
  }
  const { stops } = problem.completion!
  return {
    ...common,
    prompt: askedText(problem.completion!),
    ...(stops.length > 0 && { stop: stops.slice(0, MOST_STOPS) }),
  }
}

const failed = (reason: string, again: boolean, waitMs?: number): Reply => ({
  kind: 'failed',
  reason,
  again,
  ...(waitMs !== undefined && { waitMs }),
})

/** @throws UserError where every other request would be refused as well */
function refused(response: Response, text: string, { url, model, prompt }: EndpointOptions): Reply {
  const { status } = response
  const said = `status ${status}${errorText(text)}`
  if (status === 401 || status === 403)
    throw new UserError(`${url} refuses the key (${said}): set OPENAI_API_KEY to one that it takes.`)
  if (status === 404 || status === 405) {
    const other = prompt === 'chat' ? 'raw' : 'chat'
    throw new UserError(
      `${url} has no model ${model}, or does not take this form (${said}): check --endpoint and --model, or try --prompt ${other}.`,
    )
  }
  const again = status === 408 || status === 409 || status === 429 || status >= 500
  const askedMs = Number(response.headers.get('retry-after') ?? 0) * 1000
  return failed(said, again, Number.isFinite(askedMs) ? Math.min(askedMs, 60_000) : undefined)
}

const errorSchema = z.object({ error: z.union([z.string(), z.object({ message: z.string() })]) })

function errorText(text: string): string {
  const parsed = errorSchema.safeParse(parseJson(text))
  if (!parsed.success) return ''
  const { error } = parsed.data
  return `: ${(typeof error === 'string' ? error : error.message).slice(0, 200)}`
}

const finishReason = z.string().nullish()
const completionSchema = z.object({
  choices: z.array(z.object({ text: z.string(), finish_reason: finishReason })).min(1),
})
const chatSchema = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), refusal: z.string().nullish() }),
        finish_reason: finishReason,
      }),
    )
    .min(1),
})

function readCompletion(text: string): Reply {
  const parsed = completionSchema.safeParse(parseJson(text))
  if (!parsed.success) return unreadableReply(text)
  const [{ text: answer, finish_reason: reason }] = parsed.data.choices as [
    z.output<typeof completionSchema>['choices'][number],
  ]
  return answered(answer, reason)
}

function readChat(text: string): Reply {
  const parsed = chatSchema.safeParse(parseJson(text))
  if (!parsed.success) return unreadableReply(text)
  const [{ message, finish_reason: reason }] = parsed.data.choices as [
    z.output<typeof chatSchema>['choices'][number],
  ]
  if (message.refusal) return failed(`refused: ${message.refusal.slice(0, 200)}`, false)
  return answered(message.content ?? '', reason)
}

function answered(text: string, reason: string | null | undefined): Reply {
  if (reason === 'content_filter') return failed('held back by a filter of the server', false)
  return { kind: 'answer', text, finish: reason === 'length' ? 'length' : 'stop' }
}

/** Some servers report an error with status 200; a proxy may send a page, or cut one off. */
function unreadableReply(text: string): Reply {
  const said = errorText(text)
  return failed(said === '' ? 'a reply that is not in the form of the protocol' : `an error${said}`, true)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
