/** The whole command on the CPU, with parts that get through, fail, take too long or are stopped. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { isRunning } from '../processes.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { NO_ENGINE } from '../train/tensor-engine/open-tiny.ts'

const PROGRAM = join(import.meta.dirname, '../../bench/check-gpu/run.ts')
/** One without PyTorch that starts another in a session of its own, and neither ends. */
function hangingPython() {
  const folder = scratchFolder()
  const [python, pids] = [join(folder, 'python'), join(folder, 'pids')]
  const lines = [
    '#!/bin/sh',
    'case "$*" in *find_spec*) exit 0;; esac',
    'echo It begins.',
    'setsid sleep 1000 &',
    `echo $! $$ > ${pids}`,
    'sleep 1000',
  ]
  writeFileSync(python, `${lines.join('\n')}\n`, { mode: 0o755 })
  const started = () =>
    existsSync(pids) ? readFileSync(pids, 'utf8').trim().split(' ').filter(Boolean).map(Number) : []
  return { folder, python, started }
}

const PROFILE = ['passes', 'optimizer', 'drawing'] as const

describe.skipIf(NO_ENGINE)(`check:gpu ${NO_ENGINE ?? ''}`, () => {
  it('reports what a part found, and the words of one that failed, and ends with 1', async () => {
    const out = join(scratchFolder(), 'report.json')
    // Nobody draws answers here, with which the part `beside` would compare.
    const args = ['--device', 'cpu', '--tiny', '--parts', 'profile,beside', '--out', out]
    const { exitCode, stdout } = await execa(process.execPath, [PROGRAM, ...args], { reject: false })
    const { check, parts } = JSON.parse(readFileSync(out, 'utf8'))
    expect(stdout).toMatch(/^profile: done, [\d.]+ s\nbeside: failed, [\d.]+ s\n/)
    expect([check, exitCode]).toEqual(['gpu', 1])
    expect(Object.keys(parts)).toEqual(['profile', 'beside'])
    expect(parts.beside).toMatchObject({ outcome: 'failed', figures: {} })
    expect(parts.beside.words).toContain('The part generation gave no answers to compare with.')
    for (const name of PROFILE) {
      const { top, calls } = parts.profile.figures[name]
      expect(top.length, name).toBeGreaterThan(0)
      expect(top.length, name).toBeLessThanOrEqual(20)
      expect(calls, name).toBeGreaterThanOrEqual(top[0].calls)
    }
  })

  it('ends a part over its limit with all that it started, and goes on with the next', async () => {
    const { folder, python, started } = hangingPython()
    const out = join(folder, 'report.json')
    const args = [
      '--device',
      'cpu',
      '--tiny',
      '--parts',
      'machine,profile',
      '--limits',
      'machine=4',
      '--out',
      out,
    ]
    const { exitCode } = await execa(process.execPath, [PROGRAM, ...args, '--python', python], {
      reject: false,
    })
    const { parts } = JSON.parse(readFileSync(out, 'utf8'))
    expect(exitCode).toBe(1)
    expect(parts.machine).toMatchObject({
      outcome: 'timed out',
      words: 'It begins.\nover its limit of 4 s, and ended',
      figures: { cores: expect.any(Number) },
    })
    expect(parts.profile.outcome).toBe('done')
    expect(started().map(isRunning)).toEqual([false, false])
  })

  it('is ended by a signal with all that runs, and keeps what it found', async () => {
    const { folder, python, started } = hangingPython()
    const out = join(folder, 'report.json')
    const args = ['--device', 'cpu', '--tiny', '--parts', 'machine,profile', '--out', out, '--python', python]
    const check = execa(process.execPath, [PROGRAM, ...args], { reject: false })
    await expect.poll(() => started().length, { timeout: 60_000 }).toBe(2)
    check.kill('SIGINT')
    expect((await check).exitCode).toBe(130)
    const { parts } = JSON.parse(readFileSync(out, 'utf8'))
    expect(parts.machine).toMatchObject({ outcome: 'stopped', figures: { cores: expect.any(Number) } })
    expect(parts.profile).toMatchObject({ outcome: 'left out', words: 'The check was ended by SIGINT.' })
    expect(started().map(isRunning)).toEqual([false, false])
  })

  it.each([
    [['--parts', 'speed'], /^There is no part speed: choose among build, .*\.$/],
    [['--limits', 'machine'], /^--limits names parts and seconds above 0, .*, not machine\.$/],
    [['--second', '3'], /^Unknown option '--second'/],
    [['--seconds', 'many'], /^--seconds is a number above 0, not many\.$/],
    [['--device', 'tpu'], /^--device is cuda or cpu, not tpu\.$/],
  ])('refuses %j by one sentence', async (args, sentence) => {
    const program = [PROGRAM, '--device', 'cpu', ...args]
    const { exitCode, stderr } = await execa(process.execPath, program, { reject: false })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(sentence)
  })

  it('says at once where a report cannot be written', async () => {
    const out = join(scratchFolder(), 'no such folder', 'report.json')
    const program = [PROGRAM, '--device', 'cpu', '--tiny', '--out', out]
    const { exitCode, stderr } = await execa(process.execPath, program, { reject: false })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/^The report cannot be written \(ENOENT.*\): name another place by --out\.$/)
  })
})
