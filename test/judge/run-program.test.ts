/** Programs that are run and not judged: what comes back is how each run ended. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BoxJudge } from '../../src/judge/open-judge.ts'
import type { RunPlan } from '../../src/judge/run-program.ts'
import { DEFAULT_SUITE_LIMITS } from '../../src/records/suite.ts'
import { openTestJudge } from './open-test-judge.ts'

let judge: BoxJudge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

const plan = (inputs: readonly string[], rest: Partial<RunPlan> = {}): RunPlan => ({
  inputs,
  limits: DEFAULT_SUITE_LIMITS,
  ...rest,
})
const python = (code: string) => ({ language: 'python', code }) as const

describe('a program that is run', () => {
  it('is built once, and says of each input what it printed and how it ended', async () => {
    const code = 'import sys\nword = input()\nprint(word)\nprint("why", file=sys.stderr)\nsys.exit(len(word))'
    const ran = await judge.run(python(code), plan(['', 'four']))
    expect(ran).toMatchObject({ kind: 'ran', runs: [{ kind: 'exited' }, { kind: 'exited', code: 4 }] })
    if (ran.kind !== 'ran') return
    expect(ran.runs.map(({ stdout }) => String(stdout))).toEqual(['', 'four\n'])
    expect(String(ran.runs[1]!.stderr)).toBe('why\n')
    expect(ran.buildMs).toBeGreaterThan(0)
  })

  it('goes on only while the caller wants it to', async () => {
    const ran = await judge.run(
      python('print(input())'),
      plan(['a', 'b', 'c'], { goesOn: ({ stdout }) => String(stdout) !== 'b\n' }),
    )
    expect(ran.kind === 'ran' && ran.runs.map(({ stdout }) => String(stdout))).toEqual(['a\n', 'b\n'])
  })

  it('waits no longer than it may run', async () => {
    const limits = { ...DEFAULT_SUITE_LIMITS, testMs: 200 }
    const ran = await judge.run(python('import time\ntime.sleep(60)'), plan([''], { limits }))
    expect(ran).toMatchObject({ kind: 'ran', runs: [{ kind: 'timeout', clock: 'wall' }] })
  })

  it('has the compiler’s words where it does not compile', async () => {
    const ran = await judge.run({ language: 'c', code: 'int main(void) { return lost; }' }, plan(['']))
    expect(ran).toMatchObject({ kind: 'compile-error', message: expect.stringContaining('lost') })
  })

  it('is given up by a signal', async () => {
    const controller = new AbortController()
    const endless = judge.run(python('while True: pass'), plan(['']), { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(endless).rejects.toThrow('enough')
    expect(await judge.run(python('print(1)'), plan(['']))).toMatchObject({ kind: 'ran' })
  })
})
