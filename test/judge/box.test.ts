import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Box, boxProblem, makeBox } from '../../src/judge/box.ts'
import type { BoxRun } from '../../src/judge/box-frames.ts'
import { RUN_ENVIRONMENT } from '../../src/judge/run-environment.ts'
import { NOBODY } from '../../src/sandbox/rung.ts'
import { findJudgeBox } from '../../src/toolchain/find-judge-box.ts'

const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : undefined

let supportFolder: string
let box: Box
beforeEach(() => {
  supportFolder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
  chmodSync(supportFolder, 0o755)
  copyFileSync(findJudgeBox(process.env)!, join(supportFolder, 'judge-box'))
  box = makeBox({ supportFolder, user })
})
afterEach(async () => {
  await box.stop()
  rmSync(supportFolder, { recursive: true })
})

const LIMITS = { cpuMs: 5000, wallMs: 20_000, outputBytes: 1 << 20 }

async function shell(script: string, run: Partial<BoxRun> = {}) {
  const request = { path: '/bin/bash', argv: ['-c', script], env: RUN_ENVIRONMENT, limits: LIMITS, ...run }
  const report = await box.run(request)
  return report.kind === 'sandbox-error' ? report : { ...report, stdout: report.stdout.toString() }
}

describe('a box', () => {
  test('works here', async () => {
    expect(await boxProblem({ supportFolder, user })).toBeUndefined()
  })

  test('says why where it does not', async () => {
    expect(await boxProblem({ supportFolder: '/nowhere', user })).toContain('/nowhere')
  })

  test('holds the files it was given, and after the next filling only those', async () => {
    await box.prepare([
      { path: 'a/b/c', content: 'text' },
      { path: 'd', content: Buffer.from([0x23, 0x21]), executable: true },
    ])
    const list = 'cd /box; find . -type f -printf "%P %m %s\\n" | sort'
    expect(await shell(list)).toMatchObject({ stdout: 'a/b/c 644 4\nd 755 2\n' })
    await box.prepare([{ path: 'e', content: '' }])
    expect(await shell(list)).toMatchObject({ stdout: 'e 644 0\n' })
  })

  test('may be written to by compilers alone, and what they wrote stays', async () => {
    await box.prepare([])
    expect(await shell('pwd; echo made > made', { writableBox: true })).toMatchObject({
      code: 0,
      stdout: '/box\n',
    })
    expect(await shell('pwd; cat /box/made; echo more >> /box/made')).toMatchObject({
      code: 1,
      stdout: '/tmp\nmade\n',
    })
  })

  test('gives each run an empty /tmp and its own input', async () => {
    await box.prepare([])
    const script = 'ls -A /tmp | wc -l; cat; touch /tmp/left; echo no > /input/stdin'
    for (const stdin of ['one\n', 'two\n'])
      expect(await shell(script, { stdin })).toMatchObject({ code: 1, stdout: `0\n${stdin}` })
  })

  test('carries arguments in on descriptor 4 and a record out on descriptor 3', async () => {
    await box.prepare([])
    const report = await shell('cat <&4 >&3', { args: Buffer.from('x'.repeat(100_000)), wantRecord: true })
    expect(report).toMatchObject({ code: 0, record: Buffer.from('x'.repeat(100_000)) })
  })

  test.each([
    ['kill -SEGV $$', { kind: 'signaled', signal: 'SIGSEGV' }],
    ['exit 7', { kind: 'exited', code: 7 }],
    ['yes', { kind: 'output-limit' }],
    ['while :; do :; done', { kind: 'timeout', clock: 'cpu' }],
    ['for i in 1 2 3 4; do while :; do :; done & done; wait', { kind: 'timeout', clock: 'cpu' }],
    ['sleep 60', { kind: 'timeout', clock: 'wall' }],
    ['text=$(yes | head -c 100M)', { kind: 'memory-limit' }],
    ['unshare -U true; exit $?', { kind: 'exited', code: 159 }],
  ])('reports how %s ended', async (script, end) => {
    await box.prepare([])
    const limits = { cpuMs: 400, wallMs: 1500, memoryBytes: 64 << 20, outputBytes: 1 << 16 }
    const report = await shell(script, {
      limits: script === 'sleep 60' ? limits : { ...limits, wallMs: 20_000 },
    })
    expect(report).toMatchObject(end)
  })

  test('takes a program of its own that cannot be run for the run\u2019s fault, and one of the system for its own', async () => {
    await box.prepare([
      { path: 'text', content: 'no program', executable: true },
      { path: 'data', content: '' },
    ])
    for (const path of ['/box/none', '/box/text', '/box/data'])
      expect(await shell('', { path, argv: [] })).toMatchObject({ kind: 'exited', code: 126 })
    expect((await shell('', { path: '/usr/bin/none', argv: [] })).kind).toBe('sandbox-error')
  })

  test('that is given more files than it holds says so', async () => {
    const files = Array.from({ length: 17_000 }, (_, index) => ({ path: `many/${index}`, content: '' }))
    expect((await box.prepare(files)).kind).toBe('output-limit')
    expect((await box.prepare([])).kind).toBe('exited')
  })

  test('does not take a busy machine for a program that waits', async () => {
    // Together they need far more than the wall clock's limit wherever there are fewer cores than they.
    const boxes = Array.from({ length: 6 }, () => makeBox({ supportFolder, user }))
    const limits = { cpuMs: 10_000, wallMs: 600, outputBytes: 4096 }
    const argv = ['-c', 'for ((i = 0; i < 150000; i++)); do :; done']
    try {
      const reports = await Promise.all(
        boxes.map(async (each) => {
          await each.prepare([])
          return each.run({ path: '/bin/bash', argv, env: RUN_ENVIRONMENT, limits })
        }),
      )
      expect(reports.map(({ kind }) => kind)).toEqual(Array(6).fill('exited'))
    } finally {
      await Promise.all(boxes.map((each) => each.stop()))
    }
  })

  test.each([
    // Landlock's rules, and the queues of asynchronous input and output.
    ['landlock_create_ruleset', 444, '0, 0, 1'],
    ['io_setup', process.arch === 'arm64' ? 0 : 206, '1, ctypes.byref(ctypes.c_ulong())'],
  ])('has no %s, which takes memory of the kernel', async (_, call, args) => {
    const script = `import ctypes; print(ctypes.CDLL(None, use_errno=True).syscall(${call}, ${args}), ctypes.get_errno())`
    await box.prepare([])
    const report = await shell(`python3 -c '${script}'`)
    expect(report).toMatchObject({ kind: 'exited', stdout: '-1 1\n' })
  })

  test('that is stopped breaks the run, and is made anew by the next filling', async () => {
    await box.prepare([])
    const running = shell('sleep 60')
    setTimeout(() => box.stop(), 200)
    expect((await running).kind).toBe('sandbox-error')
    expect((await shell('true')).kind).toBe('sandbox-error')
    await box.prepare([])
    expect(await shell('true')).toMatchObject({ kind: 'exited', code: 0 })
  })

  test('refuses a path with a NUL before anything is sent', async () => {
    await expect(box.prepare([{ path: 'a\0b', content: '' }])).rejects.toThrow('a NUL')
  })
})
