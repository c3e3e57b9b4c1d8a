/**
 * The addresses of the server, and what holds for all of them: who may ask, how large a body may be, that there is a
 * place in the queue before it is read, and that what goes wrong is one sentence in `error`.
 *
 * Hono, because it depends on nothing, and its requests carry a signal that is raised when the client leaves.
 */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { checkAccess } from './access.ts'
import { type DeskMeans, openDesk } from './desk.ts'
import type { Endpoint } from './endpoints/endpoint.ts'
import { getRewardEndpoint } from './endpoints/get-reward.ts'
import { judgeEndpoint } from './endpoints/judge.ts'
import { runCodeEndpoint } from './endpoints/run-code.ts'
import { submitEndpoint } from './endpoints/submit.ts'
import { verifyEndpoint } from './endpoints/verify.ts'
import { parseJson } from './read-json.ts'
import { RequestError } from './request-error.ts'
import type { WorkQueue } from './work-queue.ts'

const ENDPOINTS: readonly Endpoint[] = [
  judgeEndpoint,
  verifyEndpoint,
  runCodeEndpoint,
  submitEndpoint,
  getRewardEndpoint,
]
const RETRY_AFTER_SECONDS = '1'
const UTF8 = new TextDecoder('utf-8', { fatal: true })

export interface AppOptions extends DeskMeans {
  readonly queue: WorkQueue
  readonly token: string | undefined
  /** Told of each bug. */
  readonly report: (error: unknown) => void
}

export function createApp(options: AppOptions): Hono {
  const { queue, metrics, limits, token } = options
  const app = new Hono()
  const known = new Set<string>([...ENDPOINTS.map(({ path }) => path), '/healthz', '/metrics'])

  app.use(async (context, next) => {
    const startMs = performance.now()
    await next()
    // A client that stays connected must not keep a server that is stopping.
    if (queue.isStopped) context.header('connection', 'close')
    const endpoint = known.has(context.req.path) ? context.req.path : 'other'
    metrics.countRequest(endpoint, context.res.status, (performance.now() - startMs) / 1000)
  })
  app.get('/healthz', (context) => {
    const { running, waiting, isStopped } = queue
    return context.json({ status: isStopped ? 'stopping' : 'ok', running, waiting }, isStopped ? 503 : 200)
  })
  app.use(async (context, next) => {
    checkAccess((name) => context.req.header(name), token)
    await next()
  })
  app.get('/metrics', async (context) =>
    context.text(await metrics.text(), 200, { 'content-type': metrics.contentType }),
  )
  const limitBody = bodyLimit({
    maxSize: limits.bodyBytes,
    onError: () => {
      throw new RequestError(413, `The body is larger than ${limits.bodyBytes} bytes (see --max-body-mib).`)
    },
  })
  for (const { path, answer } of ENDPOINTS) {
    app.post(path, async (context) => {
      const client = context.req.raw.signal
      const place = queue.enter(Math.min(declaredBytes(context), limits.bodyBytes))
      const desk = openDesk(options, place, client)
      try {
        let body: unknown
        await limitBody(context, async () => {
          body = await readBody(context)
        })
        return context.json(await answer(body, desk))
      } catch (error) {
        // Whatever was thrown because of it need not be an error.
        throw client.aborted ? new RequestError(499, 'The client has left.') : error
      } finally {
        await desk.close()
      }
    })
    app.all(path, (context) => context.json({ error: `${path} takes POST alone.` }, 405, { allow: 'POST' }))
  }
  app.notFound((context) =>
    context.json({ error: `There is no ${context.req.path} here; there are ${[...known].join(', ')}.` }, 404),
  )
  app.onError((error, context) => {
    if (error instanceof RequestError) return refusal(context, error)
    options.report(error)
    return context.json({ error: 'This is a bug of gepo; its server has printed where.' }, 500)
  })
  return app
}

function refusal(context: Context, { status, message }: RequestError): Response {
  if (status === 503) context.header('retry-after', RETRY_AFTER_SECONDS)
  if (status === 401) context.header('www-authenticate', 'Bearer')
  return Response.json({ error: message }, { status, headers: context.res.headers })
}

/** How long the body is going to be; without end where nobody says. */
function declaredBytes(context: Context): number {
  const length = context.req.header('content-length') ?? ''
  return /^\d+$/.test(length) ? Number(length) : Number.POSITIVE_INFINITY
}

async function readBody(context: Context): Promise<unknown> {
  const type = context.req.header('content-type') ?? ''
  if (!/^application\/json\s*(?:;|$)/i.test(type))
    throw new RequestError(415, 'The body must be JSON, and its content-type application/json.')
  let text: string
  try {
    text = UTF8.decode(await context.req.arrayBuffer())
  } catch {
    throw new RequestError(400, 'The body is not UTF-8.')
  }
  return parseJson(text, 'the body')
}
