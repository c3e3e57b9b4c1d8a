/** The whole command on the CPU, with a part that gets through and one that does not. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { scratchFolder } from '../scratch-folder.ts'
import { NO_ENGINE } from '../train/tensor-engine/open-tiny.ts'

const PROGRAM = join(import.meta.dirname, '../../bench/check-gpu/run.ts')
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

  it.each([
    [['--parts', 'speed'], /^There is no part speed: choose among build, .*\.$/],
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
