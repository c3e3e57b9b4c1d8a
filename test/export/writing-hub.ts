/**
 * A hub on localhost that takes data sets as the real one does: made by name, files told apart by size into those that
 * are sent with the commit and those that go to storage before it, and commits that name both.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface WritingHub {
  readonly endpoint: string
  /** Of the data sets that were made: whether they are private. */
  readonly made: Map<string, boolean>
  readonly files: Map<string, Buffer>
  /** Paths, in the order of their commits. */
  readonly commits: string[][]
  /** Called before a commit is taken; what it returns is the answer's status, 200 to go on. */
  beforeCommit: (n: number) => number
  close(): Promise<void>
}

export const TOKEN = 'hf_writes'
const NAME = 'me/groups'
/** As the real hub has it, files that are not text, or large, go to storage. */
const isLarge = (path: string) => path.endsWith('.parquet')

export async function startWritingHub(): Promise<WritingHub> {
  const stored = new Map<string, Buffer>()
  const server = createServer(async (request, response) => {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    const path = new URL(request.url!, 'http://hub').pathname
    if (path.startsWith('/storage/')) {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const content = Buffer.concat(chunks)
      const oid = createHash('sha256').update(content).digest('hex')
      if (oid !== path.slice('/storage/'.length)) return send(400, { error: 'another content' })
      stored.set(oid, content)
      return send(200, {})
    }
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(401, { error: 'who are you' })
    const body = await text(request)
    if (path === '/api/repos/create') {
      const { name, organization, visibility } = JSON.parse(body)
      const full = `${organization}/${name}`
      if (organization !== 'me') return send(403, { error: 'not yours' })
      if (hub.made.has(full)) return send(409, { error: 'it is there' })
      hub.made.set(full, visibility === 'private')
      return send(200, { url: `${hub.endpoint}/datasets/${full}`, id: full })
    }
    if (path === `/api/datasets/${NAME}/tree/main`)
      return send(
        200,
        [...hub.files].map(([name, content]) => ({
          type: 'file',
          path: name,
          size: content.length,
          oid: createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex'),
          ...(isLarge(name) && {
            lfs: {
              oid: createHash('sha256').update(content).digest('hex'),
              size: content.length,
              pointerSize: 130,
            },
          }),
        })),
      )
    if (path === `/api/datasets/${NAME}/preupload/main`)
      return send(200, {
        files: JSON.parse(body).files.map((file: { path: string }) => ({
          path: file.path,
          uploadMode: isLarge(file.path) ? 'lfs' : 'regular',
        })),
      })
    if (path === `/datasets/${NAME}.git/info/lfs/objects/batch`)
      return send(200, {
        transfer: 'basic',
        objects: JSON.parse(body).objects.map(({ oid, size }: { oid: string; size: number }) => ({
          oid,
          size,
          ...(!stored.has(oid) && { actions: { upload: { href: `${hub.endpoint}/storage/${oid}` } } }),
        })),
      })
    if (path === `/api/datasets/${NAME}/commit/main`) {
      const status = hub.beforeCommit(hub.commits.length)
      if (status !== 200) return send(status, { error: 'not now' })
      const paths: string[] = []
      for (const line of body.split('\n')) {
        const { key, value } = JSON.parse(line)
        if (key === 'file') hub.files.set(value.path, Buffer.from(value.content, value.encoding))
        if (key === 'lfsFile') hub.files.set(value.path, stored.get(value.oid)!)
        if (key !== 'header') paths.push(value.path)
      }
      hub.commits.push(paths)
      return send(200, { commitOid: '0'.repeat(40), commitUrl: '' })
    }
    send(404, { error: path })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const hub: WritingHub = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    made: new Map(),
    files: new Map(),
    commits: [],
    beforeCommit: () => 200,
    close: async () => {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
  return hub
}
