/** A server of OpenAI's protocol on localhost that answers by a script, and keeps what it was asked. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout } from 'node:timers/promises'

/** What it does with a request; an answer's text where it is given nothing else. */
export type Manner =
  | { readonly text: string; readonly finish?: string; readonly refusal?: string }
  | { readonly status: number; readonly message?: string; readonly retryAfterSeconds?: number }
  /** Sends a part of the reply, and then closes the connection. */
  | { readonly breaksOff: true }
  | { readonly body: string }
  /** Answers when the test has long gone on, or never. */
  | { readonly waitMs: number }

export interface StubRequest {
  readonly path: string
  readonly authorization: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

export interface StubEndpoint {
  readonly url: string
  readonly requests: StubRequest[]
  close(): Promise<void>
}

/** @param manner of the n-th request, counted from 0 */
export async function startStubEndpoint(
  manner: (request: StubRequest, n: number) => Manner | Promise<Manner>,
): Promise<StubEndpoint> {
  const requests: StubRequest[] = []
  const server = createServer((incoming, response) => {
    void answer(incoming, response).catch(() => response.destroy())
  })
  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk)
    const request = {
      path: incoming.url ?? '',
      authorization: incoming.headers.authorization,
      body: JSON.parse(Buffer.concat(chunks).toString()),
    }
    const n = requests.push(request) - 1
    const what = await manner(request, n)
    if ('waitMs' in what) {
      await setTimeout(what.waitMs, undefined, { ref: false })
      response.destroy()
      return
    }
    if ('status' in what) {
      const { status, message = 'no', retryAfterSeconds } = what
      if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', retryAfterSeconds)
      response.writeHead(status).end(JSON.stringify({ error: { message } }))
      return
    }
    if ('body' in what) return void response.writeHead(200).end(what.body)
    if ('breaksOff' in what) {
      response.writeHead(200, { 'Content-Length': 1000 })
      response.write('{"choices": [{"text": "half', () => response.socket?.destroy())
      return
    }
    const { text, finish = 'stop', refusal } = what
    const choice = request.path.endsWith('/chat/completions')
      ? { message: { role: 'assistant', content: refusal === undefined ? text : null, refusal } }
      : { text }
    response
      .writeHead(200, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ choices: [{ index: 0, ...choice, finish_reason: finish }] }))
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
