/** What the client promises when jobs, the process or its surroundings misbehave. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { afterEach, describe, expect, it } from 'vitest'
import { UserError } from '../../../src/base/user-error.ts'
import { findCompileWorker } from '../../../src/compile/worker/find-compile-worker.ts'
import type { CompileWorker, CompileWorkerOptions } from '../../../src/compile/worker/open-compile-worker.ts'
import { cCode } from '../../fixtures/c-code.ts'
import { openTestWorker } from './open-test-worker.ts'

const PATIENCE = { interval: 10, timeout: 60_000 }

const opened: CompileWorker[] = []
afterEach(() => Promise.all(opened.splice(0).map((worker) => worker.close())))

async function open(options: Partial<CompileWorkerOptions> = {}): Promise<CompileWorker> {
  const worker = await openTestWorker(options)
  opened.push(worker)
  return worker
}

const emit = (worker: CompileWorker, text: string) => worker.emit(cCode(text), 'O0')
const CRASH = '#pragma clang __debug crash\n'
/** Each level of macros doubles the one below. */
const ENDLESS = Array.from({ length: 40 }, (_, i) => `#define m${i + 1} m${i} m${i}\n`)
  .join('')
  .concat('#define m0\nint x = m40 1;\n')
const HUGE =
  'char text[1 << 30] = "x"; char *f(void) { static char b[2][1 << 30] = {"a", "b"}; return b[0]; }\n'
const ok = (part: string) => ({ kind: 'ok', stdout: expect.stringContaining(part) })

describe('a job that ends the process', () => {
  it('is the only one to fail: those before and behind it are done', async () => {
    const worker = await open()
    const names = ['a', 'b', 'crash', 'c', 'd', 'crash', 'e']
    const results = await Promise.all(
      names.map((name) => emit(worker, name === 'crash' ? CRASH : `int ${name};\n`)),
    )
    expect(results).toEqual(
      names.map((name) =>
        name === 'crash' ? { kind: 'crashed', detail: expect.any(String) } : ok(`@${name} = `),
      ),
    )
    expect(worker.counts).toMatchObject({ jobs: 7, processes: 3 })
  })

  it('by CPU time is a timeout', async () => {
    const worker = await open({ cpuLimitS: 1 })
    const [endless, next] = await Promise.all([emit(worker, ENDLESS), emit(worker, 'int a;\n')])
    expect(endless).toEqual({ kind: 'timeout', afterMs: 1000 })
    expect(next).toEqual(ok('@a = '))
  })

  it('by memory is a crash', async () => {
    const worker = await open({ memoryLimitBytes: 600 * 2 ** 20 })
    expect(await emit(worker, HUGE)).toEqual({ kind: 'crashed', detail: expect.any(String) })
    expect(await emit(worker, 'int a;\n')).toEqual(ok('@a = '))
  })

  it('by deep nesting is a crash', async () => {
    const worker = await open()
    const deep = `int f(int a) { return ${'!-'.repeat(100_000)}a; }\n`
    expect((await emit(worker, deep)).kind).toBe('crashed')
    expect(await emit(worker, 'int a;\n')).toEqual(ok('@a = '))
  })
})

describe('a process killed from outside', () => {
  it('costs nothing: its job is done by the next one', async () => {
    const worker = await open()
    process.kill(worker.pid!, 'SIGSTOP')
    const results = Promise.all(['a', 'b', 'c', 'd', 'e'].map((name) => emit(worker, `int ${name};\n`)))
    process.kill(worker.pid!, 'SIGKILL')
    expect(await results).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => ok(`@${name} = `)))
    expect(worker.counts).toMatchObject({ jobs: 5, processes: 2 })
  })

  it('may be killed once for a job, not twice', async () => {
    const worker = await open()
    process.kill(worker.pid!, 'SIGSTOP')
    const result = emit(worker, ENDLESS)
    for (let processes = 1; processes <= 2; processes++) {
      await expect.poll(() => worker.counts.processes, PATIENCE).toBe(processes)
      process.kill(worker.pid!, 'SIGKILL')
    }
    expect((await result).kind).toBe('crashed')
    expect(await emit(worker, 'int a;\n')).toEqual(ok('@a = '))
  })

  it('is replaced even if it was idle', async () => {
    const worker = await open()
    const { pid } = worker
    process.kill(pid!, 'SIGKILL')
    await expect.poll(() => worker.pid, PATIENCE).toBeUndefined()
    expect(await emit(worker, 'int a;\n')).toEqual(ok('@a = '))
  })
})

describe('a process that replaces itself', () => {
  it('answers all, and has nothing of what the one before had', async () => {
    const worker = await open({ jobsPerProcess: 2 })
    const { pid } = worker
    const text = '#include <stdio.h>\nint a;\n'
    const results = await Promise.all(Array.from({ length: 9 }, () => emit(worker, text)))
    expect(results).toEqual(results.map(() => ok('@a = ')))
    expect(worker.counts).toEqual({ jobs: 9, precompiled: 9, processes: 1 })
    expect(worker.pid).toBe(pid)
  })
})

describe('files', () => {
  it.each([
    '/etc/passwd',
    '/dev/stdin',
    '/proc/self/fd/10',
    '/proc/self/environ',
    '/usr/include/../../etc/passwd',
  ])('include of %s finds nothing', async (path) => {
    const worker = await open()
    for (const text of [`#include "${path}"\n`, `#include <${path}>\n`]) {
      const result = await emit(worker, text)
      expect(result).toEqual({ kind: 'rejected', stderr: expect.stringContaining('file not found') })
    }
  })
})

describe('opening and closing', () => {
  it('outputs of many megabytes arrive whole', async () => {
    const worker = await open()
    const text = `char a[] = "${'x'.repeat(6_000_000)}";\n`
    const result = await emit(worker, text)
    expect(result.kind === 'ok' && result.stdout.includes('x'.repeat(6_000_000))).toBe(true)
  })

  it('jobs that are open when it is closed fail, and later ones are a bug', async () => {
    const worker = await openTestWorker()
    const results = [emit(worker, ENDLESS), emit(worker, 'int a;\n')]
    await Promise.all([...results.map((result) => expect(result).rejects.toThrow('closed')), worker.close()])
    await expect(emit(worker, 'int a;\n')).rejects.toThrow('closed')
  })

  it('arguments that it cannot serve are a bug of the caller', async () => {
    const worker = await open()
    await expect(worker.run(['-S', '-x', 'c', '-', '-o', '-'], 'int a;')).rejects.toThrow('cannot do this')
    await expect(worker.run(['-no-such-flag', '-x', 'c', '-'], 'int a;')).rejects.toThrow('no-such-flag')
  })

  it.each([
    ['a worker that is not there', { worker: '/nowhere/compile-worker' }],
    ['a clang that is not there', { clang: '/nowhere/clang' }],
    ['a program that is no worker', { worker: '/bin/false' }],
  ])('%s is an error for the user', async (_, options) => {
    await expect(openTestWorker(options)).rejects.toThrow(UserError)
  })

  it.each([
    ['once is started again', 1],
    ['again and again is an error for the user', 2],
  ])('what is killed while it starts: %s', async (_, kills) => {
    const folder = await mkdtemp(join(tmpdir(), 'gepo-killed-'))
    try {
      const worker = join(folder, 'worker')
      const real = findCompileWorker(process.env)
      const script = `#!/bin/sh
started=$(cat '${folder}/started' 2>/dev/null || echo 0)
echo $((started + 1)) > '${folder}/started'
[ "$started" -lt ${kills} ] && kill -KILL $$
exec '${real}' "$@"
`
      await writeFile(worker, script, { mode: 0o755 })
      if (kills === 1) expect(await emit(await open({ worker }), 'int a;\n')).toEqual(ok('@a = '))
      else await expect(openTestWorker({ worker })).rejects.toThrow(UserError)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('an idle worker does not keep its host, and ends with it', async () => {
    const host = fileURLToPath(new URL('idle-host.ts', import.meta.url))
    const { stdout, exitCode } = await execa(process.execPath, [host], { timeout: 60_000 })
    expect(exitCode).toBe(0)
    await expect.poll(() => isRunning(Number(stdout)), PATIENCE).toBe(false)
  })
})

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
