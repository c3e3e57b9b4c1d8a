/** A server of the tests' own, and a client for it. */
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type GepoServer, openServer, type ServerOptions } from '../../src/serve/open-server.ts'
import { DEFAULT_SERVE_LIMITS } from '../../src/serve/serve-limits.ts'

export interface TestServer extends GepoServer {
  /** Bugs that it has told of. */
  readonly bugs: unknown[]
}

export async function openTestServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
  // The boxes' user must find its way in.
  chmodSync(folder, 0o755)
  const bugs: unknown[] = []
  const server = await openServer({
    ...{ host: '127.0.0.1', port: 0, token: undefined, slots: 2, queue: 300 },
    limits: DEFAULT_SERVE_LIMITS,
    temporaryFolder: folder,
    report: (error) => bugs.push(error),
    ...options,
  })
  return {
    url: server.url,
    bugs,
    async close() {
      await server.close()
      const left = readdirSync(folder)
      rmSync(folder, { recursive: true })
      if (left.length > 0) throw new Error(`the server left ${left.join(', ')}`)
    },
  }
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asks for.
  readonly body: any
}

export async function post(
  { url }: { readonly url: string },
  path: string,
  body: unknown,
  init: RequestInit = {},
): Promise<Answered> {
  const response = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

export async function get({ url }: { readonly url: string }, path: string): Promise<string> {
  return (await fetch(`${url}${path}`)).text()
}

/** A problem whose programs read a line and print it behind a word. */
export const echoProblem = (input: string, output: string) => ({
  tests: [{ kind: 'stdin', input, output }],
})
