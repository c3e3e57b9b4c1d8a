import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { fetchHubFile } from '../../src/sources/fetch-hub-file.ts'
import { findHubAccess } from '../../src/sources/hub-access.ts'
import { parseHubSpec } from '../../src/sources/parse-hub-spec.ts'
import { licenseOfCard } from '../../src/sources/read-hub.ts'
import { readSources } from '../../src/sources/read-sources.ts'
import { collect } from './collect.ts'
import { commit, type FakeHub, type FakeHubOptions, startFakeHub } from './fake-hub.ts'

const patience = { attempts: 3, firstDelayMs: 1 }
const token = 'hf_of_this_test'
const parquet = await readFile(join(import.meta.dirname, '../../fixtures/sources/sltrans-shape.parquet'))
/** Bytes that compress to nothing in particular, so that a wrong offset shows. */
const large = Buffer.concat(
  Array.from({ length: 8000 }, (_, n) => createHash('sha256').update(String(n)).digest()),
)

let cache: string
let hub: FakeHub

beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'gepo-hub-'))
})
afterEach(async () => {
  await hub?.close()
  await rm(cache, { recursive: true, force: true })
})

async function start(options: FakeHubOptions): Promise<void> {
  hub = await startFakeHub(options)
}

function environment(more: Record<string, string> = {}) {
  return { HF_ENDPOINT: hub.endpoint, HF_HOME: cache, ...more }
}

async function read(spec: string, env: Record<string, string> = {}) {
  return collect(readSources(spec, { endings: ['.c'], hub: { env: environment(env), patience } }))
}

async function fetchLarge(onProgress?: (progress: { receivedBytes: number }) => void): Promise<Buffer> {
  const access = await findHubAccess(environment())
  const file = { name: 'lab/set', commit, path: 'C/large.bin' }
  return readFile(await fetchHubFile(file, access, { patience, onProgress }))
}

async function messageOf(action: Promise<unknown>): Promise<string> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(UserError)
  return (error as UserError).message
}

const blobs = () => join(cache, 'hub/datasets--lab--set/blobs')
const digest = createHash('sha256').update(large).digest('hex')

describe('reading a data set of the hub', () => {
  const files = {
    'README.md': Buffer.from('---\nlicense: mit\n---\n'),
    'C/Perf_Optimized-00001-of-00002.parquet': parquet,
    'C/Perf_Optimized-00000-of-00002.parquet': parquet,
    'C/Size_Optimized-00000-of-00001.parquet': parquet,
    'Go/Perf_Optimized-00000-of-00001.parquet': parquet,
  }

  it('gives the rows of all files of one split, numbered through, with the licence of the card', async () => {
    await start({ files, cardData: { license: 'mit' } })
    const items = await read('hf:lab/set?config=C&split=Perf_Optimized')
    expect(items).toHaveLength(20)
    expect(items[0]).toMatchObject({
      source: {
        dataset: 'lab/set',
        split: 'C/Perf_Optimized',
        row: '0',
        license: 'mit',
        text: 'int main(void) { return 0; }\n',
      },
    })
    expect(items[10]).toMatchObject({ kind: 'dropped', row: '10', reason: 'duplicate' })
    expect(hub.requests.some(({ url }) => url.includes('Size_Optimized'))).toBe(false)
  })

  it('asks for content once: a second read takes the cache', async () => {
    await start({ files })
    const first = await read('hf:lab/set?split=Size_Optimized')
    expect(await read('hf:lab/set?split=Size_Optimized&revision=v1')).toEqual(first)
    expect(hub.contentRanges).toHaveLength(1)
    const snapshot = join(
      cache,
      'hub/datasets--lab--set/snapshots',
      commit,
      'C/Size_Optimized-00000-of-00001.parquet',
    )
    expect((await readFile(snapshot)).equals(parquet)).toBe(true)
  })

  it('takes the only split without being told', async () => {
    await start({ files })
    expect(await read('hf:lab/set?config=Go')).toHaveLength(10)
  })

  it('names the splits or configs to choose from', async () => {
    await start({ files })
    expect(await messageOf(read('hf:lab/set'))).toMatch(
      /several splits .* one of Perf_Optimized, Size_Optimized/,
    )
    expect(await messageOf(read('hf:lab/set?split=Fast'))).toMatch(
      /no split Fast .* one of Perf_Optimized, Size_Optimized/,
    )
    expect(await messageOf(read('hf:lab/set?config=D'))).toMatch(/config D \(it has C, Go\)/)
  })

  it('says where to ask for access to a gated data set', async () => {
    await start({ files, allowedToken: token })
    const anonymous = await messageOf(read('hf:lab/set?config=Go'))
    expect(anonymous).toContain(`gated`)
    expect(anonymous).toContain(`ask for access at ${hub.endpoint}/datasets/lab/set and set HF_TOKEN`)
    const stranger = await messageOf(read('hf:lab/set?config=Go', { HF_TOKEN: 'hf_of_someone_else' }))
    expect(stranger).toContain(`lab/set is gated: ask for access at ${hub.endpoint}/datasets/lab/set`)
  })

  it('reads a gated data set with a token, which the storage behind the hub never sees', async () => {
    await start({ files, allowedToken: token })
    expect(await read('hf:lab/set?config=Go', { HF_TOKEN: token })).toHaveLength(10)
    const sent = (origin: string) =>
      hub.requests.filter((r) => r.origin === origin).map((r) => r.authorization)
    expect(new Set(sent('hub'))).toEqual(new Set([`Bearer ${token}`]))
    expect(sent('storage')).toEqual([undefined])
  })

  it('tells a data set or revision that is not there', async () => {
    await start({ files })
    expect(await messageOf(read('hf:lab/other'))).toMatch(/lab\/other is gated, private or does not exist/)
    expect(await messageOf(read('hf:lab/other', { HF_TOKEN: token }))).toMatch(
      /datasets\/lab\/other does not exist/,
    )
    expect(await messageOf(read('hf:lab/set?revision=v9', { HF_TOKEN: token }))).toMatch(/no such revision/)
  })

  it('tells a hub that cannot be reached', async () => {
    await start({ files })
    await hub.close()
    expect(await messageOf(read('hf:lab/set'))).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/,
    )
  })
})

describe('fetching a file', () => {
  const files = { 'C/large.bin': large }

  it('goes on where a broken connection left off, within one run', async () => {
    await start({ files, storage: (n) => (n < 2 ? { cutAfterBytes: 100_000 } : {}) })
    expect((await fetchLarge()).equals(large)).toBe(true)
    expect(hub.contentRanges).toEqual(['bytes=0-', 'bytes=100000-', 'bytes=200000-'])
  })

  it('goes on in the next run where it gave up, and reports what it has', async () => {
    await start({
      files,
      storage: (n) => (n === 0 ? { cutAfterBytes: 100_000 } : n < 3 ? { cutAfterBytes: 0 } : {}),
    })
    expect(await messageOf(fetchLarge())).toMatch(
      /C\/large\.bin .* after 100000 of 256000 bytes .* run again/,
    )
    expect(await readdir(blobs())).toEqual([`${digest}.incomplete`])
    const received: number[] = []
    expect((await fetchLarge(({ receivedBytes }) => received.push(receivedBytes))).equals(large)).toBe(true)
    expect(hub.contentRanges.at(-1)).toBe('bytes=100000-')
    expect(received[0]).toBeGreaterThan(100_000)
    expect(received.at(-1)).toBe(256_000)
    expect(await readdir(blobs())).toEqual([digest])
  })

  it('ends well where the server knows no ranges', async () => {
    await start({
      files,
      storage: (n) => ({ ignoreRanges: true, ...(n === 0 ? { cutAfterBytes: 50_000 } : {}) }),
    })
    expect((await fetchLarge()).equals(large)).toBe(true)
  })

  it('starts afresh when kept bytes turn out wrong', async () => {
    await start({ files })
    const partial = join(blobs(), `${digest}.incomplete`)
    await mkdir(dirname(partial), { recursive: true })
    await writeFile(partial, Buffer.alloc(100_000))
    expect((await fetchLarge()).equals(large)).toBe(true)
    expect(hub.contentRanges).toEqual(['bytes=100000-', 'bytes=0-'])
  })

  it('refuses content whose digest is wrong, and keeps none of it', async () => {
    await start({ files, storage: () => ({ garble: true }) })
    expect(await messageOf(fetchLarge())).toMatch(/arrived damaged/)
    expect(await readdir(blobs())).toEqual([])
  })

  it('tries again when the server is busy, but not for ever', async () => {
    await start({ files, storage: (n) => (n < 2 ? { status: 503 } : {}) })
    expect((await fetchLarge()).equals(large)).toBe(true)
    await rm(cache, { recursive: true })
    await hub.close()
    await start({ files, storage: () => ({ status: 503 }) })
    expect(await messageOf(fetchLarge())).toMatch(/answered 503/)
    expect(hub.contentRanges).toHaveLength(3)
  })

  it('ends well when several processes fetch the same file at once', async () => {
    await start({ files, storage: (n) => (n % 3 === 0 ? { cutAfterBytes: 70_000 } : {}) })
    const all = await Promise.all(Array.from({ length: 6 }, () => fetchLarge()))
    expect(all.every((content) => content.equals(large))).toBe(true)
    expect(await readdir(blobs())).toEqual([digest])
  })

  it('tells in one sentence when the cache cannot be written', async () => {
    await start({ files })
    await writeFile(join(cache, 'hub'), 'a file where the folder should be')
    expect(await messageOf(fetchLarge())).toMatch(/not a folder|choose another/)
  })

  it('refuses a file name that leads out of the cache', async () => {
    await start({ files })
    const access = await findHubAccess(environment())
    const file = { name: 'lab/set', commit, path: '../../../../evil' }
    expect(await messageOf(fetchHubFile(file, access, { patience }))).toMatch(/leads out of its folder/)
  })
})

describe('findHubAccess', () => {
  it('takes the first token given: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, the token file', async () => {
    await writeFile(join(cache, 'token'), 'hf_file\n')
    const tokenWith = async (env: Record<string, string>) =>
      (await findHubAccess({ HF_HOME: cache, ...env })).token
    expect(await tokenWith({ HF_TOKEN: 'hf_a', HUGGING_FACE_HUB_TOKEN: 'hf_b' })).toBe('hf_a')
    expect(await tokenWith({ HUGGING_FACE_HUB_TOKEN: 'hf_b' })).toBe('hf_b')
    expect(await tokenWith({})).toBe('hf_file')
    expect(await tokenWith({ HF_HOME: join(cache, 'none') })).toBeUndefined()
    await expect(tokenWith({ HF_TOKEN: 'password' })).rejects.toThrow(/start with hf_/)
  })

  it('finds endpoint and cache as huggingface_hub does', async () => {
    const { endpoint, cacheDir } = await findHubAccess({ HOME: '/home/ada' })
    expect({ endpoint, cacheDir }).toEqual({
      endpoint: 'https://huggingface.co',
      cacheDir: '/home/ada/.cache/huggingface/hub',
    })
    const cacheWith = async (env: Record<string, string>) =>
      (await findHubAccess({ HOME: '/h', ...env })).cacheDir
    expect(await cacheWith({ XDG_CACHE_HOME: '/x' })).toBe('/x/huggingface/hub')
    expect(await cacheWith({ XDG_CACHE_HOME: '/x', HF_HOME: '/hf' })).toBe('/hf/hub')
    expect(await cacheWith({ HF_HOME: '/hf', HF_HUB_CACHE: '/c' })).toBe('/c')
    expect((await findHubAccess({ HOME: '/h', HF_ENDPOINT: 'http://mirror/' })).endpoint).toBe(
      'http://mirror',
    )
  })
})

describe('parseHubSpec', () => {
  it.each([
    ['hf:UKPLab/SLTrans', { name: 'UKPLab/SLTrans', config: 'C', split: undefined, revision: undefined }],
    ['hf:a/b?config=C++&split=x&revision=v1', { name: 'a/b', config: 'C++', split: 'x', revision: 'v1' }],
    ['hf:a/b?config=C%2B%2B', { name: 'a/b', config: 'C++', split: undefined, revision: undefined }],
  ])('reads %s', (spec, parts) => {
    expect(parseHubSpec(spec)).toEqual(parts)
  })

  it.each(['hf:', 'hf:a/b/c', 'hf:a b', 'hf:a/b?splits=x'])('refuses "%s"', (spec) => {
    expect(() => parseHubSpec(spec)).toThrow(UserError)
  })
})

describe('licenseOfCard', () => {
  it.each([
    [undefined, 'unknown'],
    [{}, 'unknown'],
    [{ license: 'cc-by-nc-sa-4.0' }, 'cc-by-nc-sa-4.0'],
    [{ license: ['mit', 'apache-2.0'] }, 'mit, apache-2.0'],
    [{ license: 'other', license_name: 'CDLA-Permissive-2.0' }, 'CDLA-Permissive-2.0'],
    [{ license: 'other' }, 'other'],
  ])('%j is %s', (card, license) => {
    expect(licenseOfCard(card)).toBe(license)
  })
})
