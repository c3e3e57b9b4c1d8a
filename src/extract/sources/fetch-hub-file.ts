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
import { constants, createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm, stat, symlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { type FileDownloadInfoOutput, fileDownloadInfo } from '@huggingface/hub'
import { UserError } from '../../config/user-error.ts'
import { errorCode, explainFileError } from './explain-file-error.ts'
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
    if (!(await exists(blob))) await fetchBlob(file, info, blob, access, options)
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

async function fetchBlob(
  file: HubFile,
  info: FileDownloadInfoOutput,
  blob: string,
  access: HubAccess,
  options: DownloadOptions,
): Promise<void> {
  const partial = `${blob}.incomplete`
  const resumed = await fetchRest(file, info, partial, access, options)
  if (!(await hasDigest(partial, info))) {
    await rm(partial, { force: true })
    // A machine that went down while writing leaves a partial file with holes: one fresh attempt mends that.
    if (resumed) return fetchBlob(file, info, blob, access, options)
    throw new UserError(
      `${file.path} of ${file.name} arrived damaged and was removed: run again, or check the proxy`,
    )
  }
  await rename(partial, blob).catch(async (error: unknown) => {
    // Another process that fetched the same file was first.
    if (errorCode(error) !== 'ENOENT' || !(await exists(blob))) throw error
  })
}

/** @returns whether bytes of an earlier run were kept. */
async function fetchRest(
  file: HubFile,
  info: FileDownloadInfoOutput,
  partial: string,
  access: HubAccess,
  options: DownloadOptions,
): Promise<boolean> {
  const handle = await open(partial, constants.O_RDWR | constants.O_CREAT)
  try {
    const { size } = await handle.stat()
    if (size > info.size) await handle.truncate(0)
    const kept = size > info.size ? 0 : size
    let received = kept
    const onBytes = (receivedBytes: number) => {
      received = receivedBytes
      options.onProgress?.({ path: file.path, receivedBytes, totalBytes: info.size })
    }
    for (let failures = 0; received < info.size; ) {
      const before = received
      const cut = await fetchFrom(received, file, info, handle, access, options.patience, onBytes)
      if (received >= info.size) break
      failures = received > before ? 1 : failures + 1
      if (failures >= options.patience.attempts) {
        const progress = `after ${received} of ${info.size} bytes (${cut})`
        throw new UserError(
          `the download of ${file.path} keeps breaking off ${progress}: run again to go on from there`,
        )
      }
      await pause(options.patience, failures)
    }
    return kept > 0
  } finally {
    await handle.close()
  }
}

/** Fetches from byte `from` until the end or the connection breaks. @returns what broke it, for people. */
async function fetchFrom(
  from: number,
  file: HubFile,
  info: FileDownloadInfoOutput,
  handle: FileHandle,
  access: HubAccess,
  patience: Patience,
  onBytes: (received: number) => void,
): Promise<string> {
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
  for (;;) {
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
}

async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}

/** Large files have their sha256 as etag, small ones git's sha1; an etag of another kind proves nothing. */
async function hasDigest(path: string, info: FileDownloadInfoOutput): Promise<boolean> {
  const etag = bareEtag(info)
  if (/^[0-9a-f]{64}$/.test(etag)) return (await digest(path, 'sha256')) === etag
  if (/^[0-9a-f]{40}$/.test(etag)) return (await digest(path, 'sha1', `blob ${info.size}\0`)) === etag
  return true
}

async function digest(path: string, algorithm: string, prefix = ''): Promise<string> {
  const hash = createHash(algorithm).update(prefix)
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk)
  return hash.digest('hex')
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
