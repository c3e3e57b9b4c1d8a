/** `gepo serve` as a process: how it starts, ends, and is ended. */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../cli/captured-context.ts'
import { processesWith } from '../processes.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { echoProblem, get, post } from './open-test-server.ts'

const BIN = join(import.meta.dirname, '../../bin/gepo.mjs')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
  // The boxes' user must find its way in.
  chmodSync(folder, 0o755)
})
const started = new Set<ChildProcessByStdio<null, Readable, Readable>>()
afterEach(() => {
  for (const child of started) child.kill('SIGKILL')
  started.clear()
  rmSync(folder, { recursive: true })
})

async function serve(...flags: string[]) {
  const child = spawn(process.execPath, [BIN, 'serve', '--port', '0', '--slots', '1', ...flags], {
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.add(child)
  let said = ''
  child.stderr.on('data', (chunk) => {
    said += chunk
  })
  const [line] = await once(child.stdout, 'data')
  const url = /gepo answers at (\S+) /.exec(String(line))![1]!
  return { child, url, ended: once(child, 'exit'), said: () => said }
}

const running = async (server: { url: string }) => JSON.parse(await get(server, '/healthz')).running
const asked = (code: string, testMs = 20_000) => ({
  language: 'python',
  code,
  problem: { ...echoProblem('', 'done'), limits: { testMs } },
})
const SLEEPS = 'import time\ntime.sleep(2)\nprint("done")'

describe('gepo serve', () => {
  it('told to end, finishes what runs, refuses what waits and what comes, and leaves nothing', {
    timeout: 120_000,
  }, async () => {
    const server = await serve()
    const first = post(server, '/judge', asked(SLEEPS))
    while ((await running(server)) === 0) await sleep(10)
    const waiting = post(server, '/judge', asked(SLEEPS))
    while (JSON.parse(await get(server, '/healthz')).waiting === 0) await sleep(10)
    server.child.kill('SIGTERM')
    expect(await waiting).toMatchObject({ status: 503, body: { error: expect.stringMatching(/stopping/) } })
    await expect(
      post(server, '/judge', asked('print(1)')).then(
        ({ status }) => status,
        () => 'closed',
      ),
    ).resolves.toSatisfy((end) => end === 503 || end === 'closed')
    expect(await first).toMatchObject({ status: 200, body: { kind: 'passed' } })
    expect(await server.ended).toEqual([0, null])
    expect(server.said()).toMatch(/^Stopping: /)
    expect(readdirSync(folder)).toEqual([])
    expect(processesWith(folder)).toEqual([])
  })

  it('killed, leaves no process, and its folders to the next, which removes them', {
    timeout: 120_000,
  }, async () => {
    const server = await serve()
    const lost = post(server, '/judge', asked('while True: pass'))
    lost.catch(() => {})
    while ((await running(server)) === 0) await sleep(10)
    const boxes = () => readdirSync(folder).filter((name) => name.startsWith('gepo-box-'))
    expect(processesWith(boxes()[0]!).length).toBeGreaterThan(0)
    const left = boxes()
    server.child.kill('SIGKILL')
    await server.ended
    await expect(lost).rejects.toThrow()
    while (left.some((name) => processesWith(name).length > 0)) await sleep(10)
    const next = await serve()
    expect(boxes().filter((name) => left.includes(name))).toEqual([])
    next.child.kill('SIGTERM')
    expect(await next.ended).toEqual([0, null])
    expect(readdirSync(folder)).toEqual([])
  })

  it('is told twice to end at once', { timeout: 120_000 }, async () => {
    const server = await serve()
    post(server, '/judge', asked('while True: pass')).catch(() => {})
    while ((await running(server)) === 0) await sleep(10)
    server.child.kill('SIGTERM')
    while (server.said() === '') await sleep(10)
    server.child.kill('SIGTERM')
    expect(await server.ended).toEqual([null, 'SIGTERM'])
  })
})

describe('what cannot be served is one sentence', () => {
  it('another address without a token', async () => {
    const { exit, stderr } = await run(['serve', '--host', '0.0.0.0'])
    expect([exit, stderr]).toEqual([
      2,
      expect.stringMatching(/^gepo: Whoever reaches 0\.0\.0\.0 .*--token-file/),
    ])
  })

  it.each(['', 'short', 'two words of some length'])('the token %j', async (token) => {
    const file = join(scratchFolder(), 'token')
    writeFileSync(file, token)
    const { exit, stderr } = await run(['serve', '--token-file', file])
    expect([exit, stderr]).toEqual([2, expect.stringMatching(/must hold one word/)])
  })

  it('a token that is not there', async () => {
    const { exit, stderr } = await run(['serve', '--token-file', '/no/such/file'])
    expect([exit, stderr]).toEqual([2, expect.stringMatching(/cannot be read \(ENOENT\)/)])
  })

  it('a port that is taken, or none', { timeout: 120_000 }, async () => {
    const { url } = await serve()
    const { port } = new URL(url)
    const taken = await run(['serve', '--port', port])
    expect([taken.exit, taken.stderr]).toEqual([2, expect.stringMatching(/EADDRINUSE.*--port/)])
    expect((await run(['serve', '--port', '70000'])).exit).toBe(2)
  })
})
