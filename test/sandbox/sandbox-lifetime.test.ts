import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'
import { isRunning, processesWith } from '../processes.ts'
import { compileC } from './compile-c.ts'
import { workingRungs } from './working-rungs.ts'

const limits = { cpuMs: 5000, outputBytes: 1 << 20 }
const ENDLESS = 'if (argc > 1) puts("up"); fflush(stdout); for (;;);'

/** Waits as long as the test's time limit allows. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10)
}

let count = 0
const freshToken = () => `gepo-test-token-${process.pid}-${count++}`

describe.each(workingRungs)('on rung %s', (rung) => {
  let temporaryFolder: string
  const open = () => openSandbox({ rungs: [rung], temporaryFolder })

  beforeAll(() => {
    temporaryFolder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
  })
  afterAll(() => rmSync(temporaryFolder, { recursive: true }))

  test('runs asked for at once follow each other, each with its own answer', async () => {
    const sandbox = await open()
    const path = compileC(sandbox, 'int x; scanf("%d", &x); printf("%d", x * x);')
    const reports = await Promise.all(
      Array.from({ length: 50 }, (_, i) => sandbox.run({ path, stdin: `${i}`, limits })),
    )
    const outputs = reports.map((report) =>
      report.kind === 'exited' ? report.stdout.toString() : report.kind,
    )
    expect(outputs).toEqual(Array.from({ length: 50 }, (_, i) => `${i * i}`))
    await sandbox.close()
  })

  test('200 runs of every sort leave no process, no descriptor and no file', async () => {
    const sandbox = await open()
    const token = freshToken()
    const sources = ['return 3;', 'abort();', 'for (;;) puts("flood");', 'fork();', ENDLESS]
    const paths = [...sources.map((source) => compileC(sandbox, source)), 'missing']
    const descriptors = () => readdirSync('/proc/self/fd').length
    const before = { files: readdirSync(sandbox.boxPath), descriptors: descriptors() }
    const kinds = new Set<string>()
    for (let i = 0; i < 200; i++) {
      const path = paths[i % paths.length]!
      kinds.add((await sandbox.run({ path, argv: [token], limits: { ...limits, cpuMs: 20 } })).kind)
    }
    expect([...kinds].sort()).toEqual([
      'exited',
      'forbidden-syscall',
      'output-limit',
      'sandbox-error',
      'signaled',
      'timeout',
    ])
    expect(processesWith(token)).toEqual([])
    expect({ files: readdirSync(sandbox.boxPath), descriptors: descriptors() }).toEqual(before)
    // A supervisor that lost descriptors would have none left for this.
    const path = compileC(sandbox, 'printf("%d", dup(0));')
    const last = await sandbox.run({ path, limits })
    expect(last.kind === 'exited' && last.stdout.toString()).toBe('3')
    await sandbox.close()
  })

  test('a run cannot leave anything for the next', async () => {
    const sandbox = await open()
    const source = `char *p = calloc(1, 1 << 20); for (int i = 0; i < 1 << 20; i++) if (p[i]) return 1;
      memset(p, 7, 1 << 20); lseek(0, 1, SEEK_SET); putchar(getchar());`
    const path = compileC(sandbox, source)
    for (let i = 0; i < 5; i++) {
      const report = await sandbox.run({ path, stdin: 'ab', limits })
      expect(report).toMatchObject({ kind: 'exited', code: 0, stdout: Buffer.from('b') })
    }
    await sandbox.close()
  })

  test('closing ends what runs and removes the box', async () => {
    const sandbox = await open()
    const token = freshToken()
    const running = sandbox.run({
      path: compileC(sandbox, ENDLESS),
      argv: [token],
      limits: { ...limits, cpuMs: 600_000 },
    })
    await until(() => processesWith(token).length > 0)
    const pid = sandbox.supervisorPid!
    await sandbox.close()
    expect(await running).toMatchObject({ kind: 'sandbox-error' })
    expect(existsSync(sandbox.boxPath)).toBe(false)
    expect(isRunning(pid)).toBe(false)
    await until(() => processesWith(token).length === 0)
    expect(await sandbox.run({ path: 'any', limits })).toEqual({
      kind: 'sandbox-error',
      detail: 'the sandbox is closed',
    })
    await sandbox.close()
  })

  test('a sandbox killed from outside fails the run at hand and recovers for the next', async () => {
    const sandbox = await open()
    const token = freshToken()
    const endless = compileC(sandbox, ENDLESS)
    const three = compileC(sandbox, 'return 3;')
    const running = sandbox.run({ path: endless, argv: [token], limits: { ...limits, cpuMs: 600_000 } })
    const next = sandbox.run({ path: three, limits })
    await until(() => processesWith(token).length > 0)
    const pid = sandbox.supervisorPid!
    process.kill(pid, 'SIGKILL')
    expect(await running).toMatchObject({ kind: 'sandbox-error', detail: expect.stringContaining('SIGKILL') })
    expect(await next).toMatchObject({ kind: 'exited', code: 3 })
    expect(sandbox.supervisorPid).not.toBe(pid)
    await until(() => processesWith(token).length === 0)
    await sandbox.close()
  })

  test("Ctrl-C in the host's terminal does not reach it", async () => {
    const sandbox = await open()
    // "pid (name) state parent group ..."
    const group = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')[2]
    expect(group(sandbox.supervisorPid!)).not.toBe(group(process.pid))
    await sandbox.close()
  })

  test('a request that cannot be encoded is refused, and the next is not affected', async () => {
    const sandbox = await open()
    await expect(sandbox.run({ path: 'a\0b', limits })).rejects.toThrow('NUL')
    expect(await sandbox.run({ path: compileC(sandbox, 'return 3;'), limits })).toMatchObject({ code: 3 })
    await sandbox.close()
  })

  test('a sandbox killed while idle recovers too', async () => {
    const sandbox = await open()
    const path = compileC(sandbox, 'return 3;')
    const pid = sandbox.supervisorPid!
    process.kill(pid, 'SIGKILL')
    await until(() => sandbox.supervisorPid === undefined)
    expect(await sandbox.run({ path, limits })).toMatchObject({ kind: 'exited', code: 3 })
    await sandbox.close()
  })

  describe('hosts that end without closing', () => {
    const script = join(import.meta.dirname, 'sandbox-host.ts')
    const start = (token: string, ending: string) =>
      spawn(process.execPath, [script, token, rung, ending], {
        env: { ...process.env, TMPDIR: temporaryFolder },
        stdio: ['ignore', 'pipe', 'inherit'],
      })

    test('killing the host leaves no process, and the next sandbox removes its box', async () => {
      const token = freshToken()
      const host = start(token, 'busy')
      const box = await new Promise<string>((resolve) =>
        host.stdout.once('data', (chunk) => resolve(`${chunk}`.trim())),
      )
      await until(() => processesWith(token).some((pid) => pid !== host.pid))
      const exited = once(host, 'exit')
      host.kill('SIGKILL')
      await exited
      await until(() => processesWith(token).length === 0 && processesWith(box).length === 0)
      expect(existsSync(box)).toBe(true)
      const sandbox = await open()
      expect(existsSync(box)).toBe(false)
      expect(existsSync(sandbox.boxPath)).toBe(true)
      await sandbox.close()
    })

    test('an idle sandbox does not keep its host from ending', async () => {
      const token = freshToken()
      const host = start(token, 'idle')
      const box = (await text(host.stdout)).trim()
      expect(box).toContain('gepo-box-')
      await until(() => processesWith(token).length === 0 && processesWith(box).length === 0)
    })
  })

  test('sandboxes of several worker threads run side by side and end with their threads', async () => {
    const own = await open()
    const ownPid = own.supervisorPid
    const workers = [2, 3, 5].map(async (factor) => {
      const worker = new Worker(join(import.meta.dirname, 'sandbox-worker.ts'), {
        workerData: { source: `int x; scanf("%d", &x); printf("%d", x * ${factor});`, count: 40, rung },
      })
      const exited = new Promise((resolve) => worker.once('exit', resolve))
      const message = await new Promise<{ outputs: string[]; boxPath: string; supervisorPid: number }>(
        (resolve, reject) => worker.once('message', resolve).once('error', reject),
      )
      expect(message.outputs).toEqual(Array.from({ length: 40 }, (_, i) => `${i * factor}`))
      await exited
      await until(() => !isRunning(message.supervisorPid))
      rmSync(message.boxPath, { recursive: true })
    })
    await Promise.all(workers)
    // A sandbox of this thread is not concerned.
    expect(own.supervisorPid).toBe(ownPid)
    const path = compileC(own, 'return 3;')
    expect(await own.run({ path, limits })).toMatchObject({ kind: 'exited', code: 3 })
    await own.close()
  })
})

describe('opening', () => {
  /** The machine's `PATH` without bubblewrap. */
  async function withoutBubblewrap(action: () => Promise<void>): Promise<void> {
    const path = process.env.PATH
    process.env.PATH = '/nonexistent'
    try {
      await action()
    } finally {
      process.env.PATH = path
    }
  }
  let sandbox: Sandbox | undefined
  const folder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test('takes the best fence first', async () => {
    sandbox = await openSandbox()
    expect(sandbox.rung).toBe(workingRungs[0])
    await sandbox.close()
  })

  test.runIf(workingRungs.includes('landlock'))('without bubblewrap the next rung is taken', async () => {
    await withoutBubblewrap(async () => {
      sandbox = await openSandbox({ rungs: ['full', 'proc-bind', 'landlock'] })
      expect(sandbox.rung).toBe('landlock')
      await sandbox.close()
    })
  })

  test('where nothing works the user learns the remedies, and no box is left', async () => {
    await withoutBubblewrap(async () => {
      const opened = openSandbox({ rungs: ['full', 'proc-bind'], temporaryFolder: folder })
      await expect(opened).rejects.toThrow(UserError)
      await expect(opened).rejects.toThrow(
        /install bubblewrap.*GEPO_UNSAFE_NO_SANDBOX=1.*full: cannot start bwrap/,
      )
      expect(readdirSync(folder)).toEqual([])
    })
  })

  test('without any fence programs run only by the explicit override', async () => {
    const { supervise } = locateTools()
    // A supervisor that works without a fence alone.
    const source = `if (argc == 2 && !strcmp(argv[1], "none")) execl("${supervise}", "supervise", "none", NULL); return 2;`
    const supervisePath = join(folder, compileC({ boxPath: folder }, source))
    await expect(openSandbox({ supervisePath, temporaryFolder: folder })).rejects.toThrow(UserError)
    process.env.GEPO_UNSAFE_NO_SANDBOX = '1'
    try {
      sandbox = await openSandbox({ supervisePath, temporaryFolder: folder })
      expect(sandbox.rung).toBe('none')
      const path = compileC(sandbox, 'return 3;')
      expect(await sandbox.run({ path, limits })).toMatchObject({ kind: 'exited', code: 3 })
      await sandbox.close()
    } finally {
      delete process.env.GEPO_UNSAFE_NO_SANDBOX
    }
  })

  test('a folder that cannot be written to', async () => {
    const opened = openSandbox({ temporaryFolder: join(folder, 'missing') })
    await expect(opened).rejects.toThrow(UserError)
    await expect(opened).rejects.toThrow(/TMPDIR/)
  })

  test('a folder that only its owner can look into', async () => {
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    sandbox = await openSandbox({ temporaryFolder: closed })
    const path = compileC(sandbox, 'return 3;')
    expect(await sandbox.run({ path, limits })).toMatchObject({ kind: 'exited', code: 3 })
    await sandbox.close()
  })
})
