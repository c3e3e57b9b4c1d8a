/**
 * Brings one file of a hub data set into the cache and returns its path. @huggingface/hub finds the file (its address,
 * size and etag), but its downloadFileToCacheDir starts every broken download anew, so the bytes are fetched here by
 * ranges.
 *
 * The partial file belongs to the content's etag, so what was fetched of another version is never continued. All
 * writes go to their own place in the file and never past what is there, so several processes fetching the same file
 * (the shards of one job) write the same bytes to the same places and need no lock. The finished file's digest is
 * checked before it takes its name.
 */
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, mkdir, open, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { type FileDownloadInfoOutput, fileDownloadInfo } from '@huggingface/hub'
import { errorCode, explainFileError } from '../base/explain-file-error.ts'
import { UserError } from '../base/user-error.ts'
import { explainHubError, explainHubStatus } from './explain-hub-error.ts'
import type { HubAccess } from './hub-access.ts'
import { type Patience, patientFetch, pause } from './patient-fetch.ts'

export interface HubFile {
  /** `<owner>/<name>` */
  readonly name: string
  /** Commit hash: a branch could move between two files of one read. */
  readonly commit: string
  readonly path: string
}

export interface DownloadProgress {
  readonly path: string
  readonly receivedBytes: number
  readonly totalBytes: number
}

export interface DownloadOptions {
  readonly patience: Patience
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
}

/** @throws UserError when the file is gated, missing, damaged on arrival, or the hub or the disk gives way. */
export async function fetchHubFile(
  file: HubFile,
  access: HubAccess,
  options: DownloadOptions,
): Promise<string> {
  const storage = join(access.cacheDir, `datasets--${file.name.replace('/', '--')}`)
  const commitFolder = join(storage, 'snapshots', file.commit)
  const snapshot = join(commitFolder, file.path)
  if (!snapshot.startsWith(commitFolder + sep)) {
    throw new UserError(
      `the data set ${file.name} has a file that leads out of its folder (${file.path}): do not use it`,
    )
  }
  if (await exists(snapshot)) return snapshot

  const info = await findFile(file, access, options.patience)
  const blob = join(storage, 'blobs', blobName(info))
  try {
    await mkdir(dirname(blob), { recursive: true })
    await mkdir(dirname(snapshot), { recursive: true })
    if (!(await exists(blob))) await fetchBlob(blob, { file, info, access, options })
    await symlink(relative(dirname(snapshot), blob), snapshot).catch(ignore('EEXIST'))
  } catch (error) {
    throw explainFileError(error, access.cacheDir)
  }
  return snapshot
}

async function findFile(
  file: HubFile,
  access: HubAccess,
  patience: Patience,
): Promise<FileDownloadInfoOutput> {
  const info = await fileDownloadInfo({
    repo: { type: 'dataset', name: file.name },
    path: file.path,
    revision: file.commit,
    hubUrl: access.endpoint,
    fetch: patientFetch(patience),
    ...(access.token ? { accessToken: access.token } : {}),
  }).catch((error: unknown) => {
    throw explainHubError(error, file.name, access)
  })
  if (info) return info
  throw new UserError(`the data set ${file.name} has no file ${file.path}: check config, split and revision`)
}

/** The name huggingface_hub gives; an etag that is no plain word (and could lead elsewhere) is hashed. */
function blobName(info: FileDownloadInfoOutput): string {
  const etag = bareEtag(info)
  return /^[\w-]+$/.test(etag) ? etag : createHash('sha256').update(etag).digest('hex')
}

function bareEtag(info: FileDownloadInfoOutput): string {
  return info.etag.replace(/^W\//, '').replaceAll('"', '')
}

/** What is being fetched, from where, into which open file. */
interface Transfer {
  readonly file: HubFile
  readonly info: FileDownloadInfoOutput
  readonly handle: FileHandle
  readonly access: HubAccess
  readonly options: DownloadOptions
}

async function fetchBlob(blob: string, wanted: Omit<Transfer, 'handle'>): Promise<void> {
  const { file, info } = wanted
  const partial = `${blob}.incomplete`
  const handle = await open(partial, constants.O_RDWR | constants.O_CREAT)
  try {
    const { size: kept } = await handle.stat()
    if (kept > info.size) await handle.truncate(info.size)
    // A machine that went down while writing can leave wrong bytes: one attempt from the start mends that.
    for (const from of kept > 0 ? [kept, 0] : [0]) {
      await fetchRest(from, { ...wanted, handle })
      if (await hasDigest(handle, info)) return await publish(partial, blob)
    }
  } finally {
    await handle.close()
  }
  await rm(partial, { force: true })
  throw new UserError(
    `${file.path} of ${file.name} arrived damaged and was removed: run again, or check the proxy`,
  )
}

/**
 * Linking, unlike renaming, never replaces what is there, so a process that comes second cannot put the partial file
 * of a third in the place of the finished one.
 */
async function publish(partial: string, blob: string): Promise<void> {
  try {
    await link(partial, blob)
  } catch (error) {
    if (await exists(blob)) return
    if (!['EPERM', 'ENOTSUP'].includes(errorCode(error) ?? '')) throw error
    return rename(partial, blob) // a file system without hard links
  }
  await rm(partial, { force: true })
}

async function fetchRest(from: number, transfer: Transfer): Promise<void> {
  const { file, info, options } = transfer
  let received = from
  const onBytes = (receivedBytes: number) => {
    received = receivedBytes
    options.onProgress?.({ path: file.path, receivedBytes, totalBytes: info.size })
  }
  for (let failures = 0; received < info.size; ) {
    const before = received
    const cut = await fetchFrom(received, transfer, onBytes)
    if (received >= info.size) return
    failures = received > before ? 1 : failures + 1
    if (failures >= options.patience.attempts) {
      const progress = `after ${received} of ${info.size} bytes (${cut})`
      throw new UserError(
        `the download of ${file.path} keeps breaking off ${progress}: run again to go on from there`,
      )
    }
    await pause(options.patience, failures)
  }
}

/** Fetches from byte `from` until the end or the connection breaks. @returns what broke it, for people. */
async function fetchFrom(
  from: number,
  { file, info, handle, access, options }: Transfer,
  onBytes: (received: number) => void,
): Promise<string> {
  const { patience } = options
  const own = new URL(info.url).origin === new URL(access.endpoint).origin
  const response = await patientFetch(patience)(info.url, {
    headers: {
      Range: `bytes=${from}-`,
      ...(own && access.token ? { Authorization: `Bearer ${access.token}` } : {}),
    },
  })
  if (!response.ok || !response.body) throw explainHubStatus(response.status, file.name, access)
  // A server or proxy that knows no ranges sends all of it; the same bytes are then written over the kept ones.
  let at = response.status === 206 ? from : 0
  const chunks = response.body[Symbol.asyncIterator]()
  try {
    while (at < info.size) {
      const next = await chunks.next().catch((error: unknown) => {
        patience.signal?.throwIfAborted()
        return { cut: error instanceof Error ? error.message : String(error) }
      })
      if ('cut' in next) return next.cut
      if (next.done) return 'the server ended it early'
      const chunk = next.value.subarray(0, info.size - at)
      await writeAll(handle, chunk, at)
      at += chunk.length
      if (at > from) onBytes(at)
    }
    return 'complete'
  } finally {
    await chunks.return?.()?.catch(() => {})
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}

/** Large files have their sha256 as etag, small ones git's sha1; an etag of another kind proves nothing. */
async function hasDigest(handle: FileHandle, info: FileDownloadInfoOutput): Promise<boolean> {
  const etag = bareEtag(info)
  if (/^[0-9a-f]{64}$/.test(etag)) return (await digest(handle, 'sha256')) === etag
  if (/^[0-9a-f]{40}$/.test(etag)) return (await digest(handle, 'sha1', `blob ${info.size}\0`)) === etag
  return true
}

async function digest(handle: FileHandle, algorithm: string, prefix = ''): Promise<string> {
  const hash = createHash(algorithm).update(prefix)
  const buffer = Buffer.alloc(1024 * 1024)
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

function ignore(code: string): (error: unknown) => void {
  return (error) => {
    if (errorCode(error) !== code) throw error
  }
}
