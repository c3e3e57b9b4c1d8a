/**
 * A hub on localhost with the four addresses that reading a data set asks for: its description, its file list, and
 * its files, large ones by way of a redirect to another origin (as the hub's storage is). It keeps what it was asked.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export const commit = '0123456789abcdef0123456789abcdef01234567'

export interface FakeHubOptions {
  readonly files: Readonly<Record<string, Buffer>>
  readonly cardData?: unknown
  /** Token that alone may read the files; undefined: anyone may. */
  readonly allowedToken?: string
  /** What the storage does with the n-th request for a file's content, counted from 0. */
  readonly storage?: (request: number) => StorageManner
}

interface StorageManner {
  /** Cut the connection after so many bytes of the answer. */
  readonly cutAfterBytes?: number
  readonly ignoreRanges?: boolean
  readonly status?: number
  /** Send other bytes than the file's. */
  readonly garble?: boolean
}

export interface FakeHub {
  readonly endpoint: string
  /** Method, path and Range of each request for content, in order. */
  readonly contentRanges: string[]
  readonly requests: {
    readonly url: string
    readonly authorization: string | undefined
    readonly origin: 'hub' | 'storage'
  }[]
  readonly close: () => Promise<void>
}

export async function startFakeHub(options: FakeHubOptions): Promise<FakeHub> {
  const requests: FakeHub['requests'] = []
  const contentRanges: string[] = []
  const storage = await listen((request, response) => {
    requests.push({ url: request.url ?? '', authorization: request.headers.authorization, origin: 'storage' })
    const content = options.files[decodeURIComponent((request.url ?? '').slice(1))]
    const manner = options.storage?.(contentRanges.length) ?? {}
    contentRanges.push(request.headers.range ?? '')
    sendContent(request, response, content ?? Buffer.alloc(0), manner)
  })
  const hub = await listen((request, response) => {
    requests.push({ url: request.url ?? '', authorization: request.headers.authorization, origin: 'hub' })
    answer(request, response, storage.url, options)
  })
  return {
    endpoint: hub.url,
    contentRanges,
    requests,
    close: async () => {
      await Promise.all([hub.close(), storage.close()])
    },
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  storageUrl: string,
  options: FakeHubOptions,
): void {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://hub')
  const name = 'lab/set'
  const treePrefix = `/api/datasets/${name}/tree/${commit}`
  const filePrefix = `/datasets/${name}/resolve/${commit}/`
  if (
    pathname === `/api/datasets/${name}/revision/HEAD` ||
    pathname === `/api/datasets/${name}/revision/v1`
  ) {
    const known = {
      _id: '1',
      id: name,
      private: false,
      gated: options.allowedToken ? 'auto' : false,
      sha: commit,
      cardData: options.cardData,
    }
    const asked = searchParams.getAll('expand')
    sendJson(
      response,
      200,
      Object.fromEntries(Object.entries(known).filter(([key]) => key === 'id' || asked.includes(key))),
    )
  } else if (pathname === treePrefix) {
    sendJson(response, 200, listTree(options.files))
  } else if (pathname.startsWith(filePrefix)) {
    const path = decodeURIComponent(pathname.slice(filePrefix.length))
    const content = options.files[path]
    const token = request.headers.authorization?.replace('Bearer ', '')
    if (options.allowedToken && token !== options.allowedToken) {
      response.setHeader('X-Error-Code', 'GatedRepo')
      sendJson(response, token ? 403 : 401, { error: `Access to dataset ${name} is restricted` })
    } else if (!content) {
      response.setHeader('X-Error-Code', 'EntryNotFound')
      sendJson(response, 404, { error: 'Entry not found' })
    } else if (request.headers.accept?.includes('application/vnd.xet-fileinfo+json')) {
      const links = [
        `<${storageUrl}/xet-token>; rel="xet-auth"`,
        `<${storageUrl}/xet>; rel="xet-reconstruction-info"`,
      ]
      response.setHeader('Content-Type', 'application/vnd.xet-fileinfo+json')
      response.setHeader('X-Linked-Size', content.length)
      response.setHeader('X-Linked-ETag', `"${sha256(content)}"`)
      response.setHeader('X-Xet-Hash', 'f'.repeat(64))
      response.setHeader('Link', links.join(', '))
      response.end('{}')
    } else {
      response.writeHead(302, { Location: `${storageUrl}/${encodeURIComponent(path)}` }).end()
    }
  } else {
    response.setHeader('X-Error-Code', 'RepoNotFound')
    sendJson(response, request.headers.authorization ? 404 : 401, { error: 'Repository not found' })
  }
}

function listTree(files: Readonly<Record<string, Buffer>>) {
  const folders = new Set(
    Object.keys(files).flatMap((path) => (path.includes('/') ? [path.split('/')[0]] : [])),
  )
  return [
    ...[...folders].map((path) => ({ type: 'directory', path, size: 0, oid: '0' })),
    ...Object.entries(files).map(([path, content]) => ({
      type: 'file',
      path,
      size: content.length,
      oid: '0',
    })),
  ]
}

function sendContent(
  request: IncomingMessage,
  response: ServerResponse,
  whole: Buffer,
  manner: StorageManner,
): void {
  if (manner.status) {
    response.writeHead(manner.status).end()
    return
  }
  const content = manner.garble ? Buffer.from(whole.map((byte) => byte ^ 0xff)) : whole
  const from = manner.ignoreRanges ? 0 : Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const body = content.subarray(from)
  const headers = {
    'Content-Length': body.length,
    'Content-Range': `bytes ${from}-${whole.length - 1}/${whole.length}`,
  }
  response.writeHead(
    manner.ignoreRanges ? 200 : 206,
    manner.ignoreRanges ? { 'Content-Length': body.length } : headers,
  )
  if (manner.cutAfterBytes === undefined) response.end(body)
  else
    response.write(body.subarray(0, manner.cutAfterBytes), () =>
      setTimeout(() => response.socket?.destroy(), 20),
    )
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

async function listen(handler: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
