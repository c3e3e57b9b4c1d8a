/**
 * A folder in, its files on the hub out: each file that is not there yet with the same content, in a commit of its own, so
 * that a push which was stopped goes on where it was. The card comes last: it speaks of files that are there.
 */
import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { commit, createRepo, HubApiError, type ListFileEntry, listFiles } from '@huggingface/hub'
import fastGlob from 'fast-glob'
import { UserError } from '../base/user-error.ts'
import { explainHubError } from '../sources/explain-hub-error.ts'
import { findHubAccess, type HubAccess } from '../sources/hub-access.ts'
import { defaultPatience, type Patience, patientFetch } from '../sources/patient-fetch.ts'

export interface PushOptions {
  /** `<owner>/<name>`. */
  readonly name: string
  /** Of a data set that is not there yet; default private. */
  readonly isPublic?: boolean
  /** Branch; default main. */
  readonly revision?: string
  readonly onFile?: (event: PushedFile) => void
  readonly patience?: Patience
  readonly access?: HubAccess
}

export interface PushedFile {
  readonly path: string
  readonly bytes: number
  /** `there`: the hub has that very content. */
  readonly kind: 'sending' | 'sent' | 'there'
}

export interface Pushed {
  readonly sent: number
  readonly there: number
  readonly url: string
}

const CARD = 'README.md'

/** @throws UserError where the folder is no data set, or the hub refuses */
export async function pushDataset(folder: string, options: PushOptions): Promise<Pushed> {
  const { name, isPublic = false, revision = 'main', onFile = () => {} } = options
  const access = options.access ?? (await findHubAccess())
  const { endpoint: hubUrl, token: accessToken } = access
  if (accessToken === undefined)
    throw new UserError(`Nobody may write to ${hubUrl} without a token: set HF_TOKEN to one that may write.`)
  const paths = await filesOf(folder)
  const repo = { type: 'dataset', name } as const
  const world = { hubUrl, accessToken, fetch: patientFetch(options.patience ?? defaultPatience) }
  try {
    await createIfMissing()
    const there = await contentThere()
    let sent = 0
    for (const path of paths) {
      const file = join(folder, path)
      const bytes = statSync(file).size
      if (await isSame(file, bytes, there.get(path))) {
        onFile({ path, bytes, kind: 'there' })
        continue
      }
      onFile({ path, bytes, kind: 'sending' })
      await commit({
        ...world,
        repo,
        branch: revision,
        title: `Add ${path}`,
        operations: [{ operation: 'addOrUpdate', path, content: await openAsBlob(file) }],
        // Git LFS, which every hub speaks.
        useXet: false,
      })
      onFile({ path, bytes, kind: 'sent' })
      sent++
    }
    return { sent, there: paths.length - sent, url: `${hubUrl}/datasets/${name}` }
  } catch (error) {
    throw explainRefusal(error, name, access)
  }

  async function createIfMissing(): Promise<void> {
    try {
      await createRepo({ ...world, repo, visibility: isPublic ? 'public' : 'private' })
    } catch (error) {
      const isThere = error instanceof HubApiError && error.statusCode === 409
      if (!isThere) throw error
    }
  }

  async function contentThere(): Promise<ReadonlyMap<string, ListFileEntry>> {
    const entries = new Map<string, ListFileEntry>()
    for await (const entry of listFiles({ ...world, repo, revision, recursive: true }))
      if (entry.type === 'file') entries.set(entry.path, entry)
    return entries
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const found = (await fastGlob('**/*', { cwd: folder, dot: false })).sort()
  if (!found.includes(CARD))
    throw new UserError(
      `${folder} is no folder that gepo export wrote: it has no ${CARD}; name the one given as --out.`,
    )
  return [...found.filter((path) => path !== CARD), CARD]
}

/** By sha256 of large files, and by git's hash of small ones. */
async function isSame(file: string, bytes: number, entry: ListFileEntry | undefined): Promise<boolean> {
  if (entry === undefined || entry.size !== bytes) return false
  if (entry.lfs !== undefined) return entry.lfs.oid === (await sha256(file))
  const content = await readFile(file)
  return entry.oid === createHash('sha1').update(`blob ${bytes}\0`).update(content).digest('hex')
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

function explainRefusal(error: unknown, name: string, access: HubAccess): unknown {
  if (!(error instanceof HubApiError)) return error
  if (error.statusCode === 401)
    return new UserError(
      `${access.endpoint} does not accept the token: set HF_TOKEN to one that may write.`,
      {
        cause: error,
      },
    )
  if (error.statusCode === 403)
    return new UserError(
      `The token may not write to ${name}: take one with the right to write, of an account that may write there.`,
      { cause: error },
    )
  return explainHubError(error, name, access)
}
