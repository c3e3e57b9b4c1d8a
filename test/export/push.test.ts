/** A data set on its way to a hub: all of it, once, private, and going on where it was stopped. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pushDataset } from '../../src/export/push-dataset.ts'
import { run } from '../cli/captured-context.ts'
import { startWritingHub, TOKEN, type WritingHub } from './writing-hub.ts'

let folder: string
let hub: WritingHub
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-push-'))
  mkdirSync(join(folder, 'groups'))
  writeFileSync(join(folder, 'README.md'), '# groups\n')
  writeFileSync(join(folder, 'groups/train-00000-of-00001.parquet'), Buffer.alloc(5000, 7))
  writeFileSync(join(folder, 'groups/test-00000-of-00001.parquet'), Buffer.alloc(3000, 9))
  hub = await startWritingHub()
  vi.stubEnv('HF_ENDPOINT', hub.endpoint)
  vi.stubEnv('HF_TOKEN', TOKEN)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await hub.close()
  rmSync(folder, { recursive: true })
})

const FILES = ['groups/test-00000-of-00001.parquet', 'groups/train-00000-of-00001.parquet', 'README.md']
const PATIENCE = { attempts: 2, firstDelayMs: 1 }

describe('gepo push', () => {
  it('makes a private data set and sends each file once, the card last', async () => {
    const { stdout, exit } = await run(['push', folder, 'hf:me/groups', '--json'])
    expect(exit).toBe(0)
    expect(JSON.parse(stdout)).toEqual({ sent: 3, there: 0, url: `${hub.endpoint}/datasets/me/groups` })
    expect(hub.made.get('me/groups')).toBe(true)
    expect(hub.commits).toEqual(FILES.map((path) => [path]))
    for (const path of FILES) expect(hub.files.get(path)).toEqual(readFileSync(join(folder, path)))
  })

  it('makes a public one where that is said', async () => {
    await run(['push', folder, 'hf:me/groups', '--public'])
    expect(hub.made.get('me/groups')).toBe(false)
  })

  it('goes on where it was stopped, and sends what has changed', async () => {
    hub.beforeCommit = (n) => (n === 1 ? 400 : 200)
    const { exit, stderr } = await run(['push', folder, 'hf:me/groups'])
    expect(exit).toBe(2)
    expect(stderr).not.toContain('    at ')
    hub.beforeCommit = () => 200
    expect(JSON.parse((await run(['push', folder, 'hf:me/groups', '--json'])).stdout)).toMatchObject({
      sent: 2,
      there: 1,
    })
    writeFileSync(join(folder, 'README.md'), '# Groups\n')
    expect(JSON.parse((await run(['push', folder, 'hf:me/groups', '--json'])).stdout)).toMatchObject({
      sent: 1,
      there: 2,
    })
    expect(hub.files.get('README.md')!.toString()).toBe('# Groups\n')
  })

  it('tries again where the hub breaks for a moment', async () => {
    let broken = true
    hub.beforeCommit = () => {
      const status = broken ? 503 : 200
      broken = !broken
      return status
    }
    expect(await pushDataset(folder, { name: 'me/groups', patience: PATIENCE })).toMatchObject({ sent: 3 })
  })

  it.each([
    [
      'without a token',
      { HF_TOKEN: '', HF_HOME: '/nowhere' },
      'hf:me/groups',
      'set HF_TOKEN to one that may write',
    ],
    ['with a token that is none', { HF_TOKEN: 'hf_other' }, 'hf:me/groups', 'does not accept the token'],
    ["to somebody else's", {}, 'hf:you/groups', 'The token may not write to you/groups'],
    ['to what is no data set', {}, 'me/groups', 'write hf:<owner>/<name>'],
    ['to a name without an owner', {}, 'hf:groups', 'write hf:<owner>/<name>'],
  ])('says in a sentence why not: %s', async (_, environment, target, sentence) => {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
    const { exit, stderr } = await run(['push', folder, target])
    expect(exit).toBe(2)
    expect(stderr).toContain(sentence)
    expect(hub.commits).toEqual([])
  })

  it('refuses a folder that is no data set', async () => {
    const { exit, stderr } = await run(['push', join(folder, 'groups'), 'hf:me/groups'])
    expect(exit).toBe(2)
    expect(stderr).toContain('it has no README.md')
  })
})
