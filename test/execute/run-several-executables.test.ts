/** Jobs of several executables in one call of the engine: outcomes in the order of the jobs, whoever has to run them. */
import { expect, it } from 'vitest'
import type { Executable } from '../../src/execute/code-engine.ts'
import { FILLS } from '../../src/execute/original/ask-sanitizers.ts'
import { cCode } from '../fixtures/c-code.ts'
import { openDefaultTestEngine } from './open-test-engine.ts'

const PROGRAM = { kind: 'program', exitDefined: true } as const
const CODES = [
  '#include <stdio.h>\nint main(void) { int x; scanf("%d", &x); printf("%d", x + 1); return 0; }',
  '#include <stdio.h>\n_Thread_local int t;\nint main(void) { int x; scanf("%d", &x); printf("%d", t + x); return 0; }',
  'int main(void) { volatile int *p = 0; return *p; }',
  '#include <stdio.h>\nint main(void) { int x; scanf("%d", &x); printf("%d", x * 2); return 0; }',
]

it('each job has the outcomes of its own executable', async () => {
  const engine = await openDefaultTestEngine()
  try {
    const executables: Executable[] = []
    for (const code of CODES) {
      const built = await engine.build(cCode(code), 'plain', PROGRAM)
      if (built.kind === 'rejected') throw new Error(built.detail)
      executables.push(built.executable)
    }
    const job = (executable: number, x: number) => ({
      executable: executables[executable]!,
      runs: FILLS.map((fill) => ({ input: { kind: 'stdin', stdin: `${x}` } as const, fill, fuel: 0 })),
    })
    const outcomes = await engine.run([job(3, 5), job(0, 5), job(1, 5), job(3, 6), job(2, 0), job(0, 7)])
    expect(outcomes.map((ofJob) => ofJob.map((one) => (one.kind === 'ok' ? one.stdout : one.kind)))).toEqual([
      ['10', '10'],
      ['6', '6'],
      ['5', '5'],
      ['12', '12'],
      ['signal', 'signal'],
      ['8', '8'],
    ])
  } finally {
    await engine.close()
  }
})
