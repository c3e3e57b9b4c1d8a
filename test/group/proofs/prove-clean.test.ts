/** In what order claims are proven, and what each costs at most: an engine that says what it is told to, and notes it. */
import { expect, it } from 'vitest'
import type { CodeEngine, Job } from '../../../src/execute/code-engine.ts'
import { proveClean } from '../../../src/group/proofs/prove-losers.ts'
import type { Input } from '../../../src/records/input.ts'
import type { RunOutcome } from '../../../src/records/run-outcome.ts'
import type { Unit } from '../../../src/records/unit.ts'

const result = { stdout: '1', exit: 0, effects: '' }
const ok: RunOutcome = { kind: 'ok', ...result, cpuMs: 1 }
const timeout: RunOutcome = { kind: 'timeout', limitMs: 1 }
const unwritten: RunOutcome = { kind: 'sanitizer', report: 'use-of-uninitialized-value', stderr: '' }

/** Outcomes by build, those of ASan first with little time and then with all of it. */
interface Script {
  readonly hasty: RunOutcome
  readonly msan: RunOutcome
  readonly asan: RunOutcome
}

async function prove(scripts: readonly Script[]) {
  const asked: string[] = []
  const entryPoint = { kind: 'program', exitDefined: true } as const
  const say = ({ executable, runs, cpuMs }: Job): RunOutcome[] => {
    const script = scripts[Number(executable.file)]!
    const name = executable.build === 'asan' && cpuMs !== undefined ? 'hasty' : executable.build
    asked.push(`${executable.file} ${name}`)
    return runs.map(() => script[name as keyof Script])
  }
  const engine = { run: async (jobs: readonly Job[]) => jobs.map(say) } as unknown as CodeEngine
  const input: Input = { kind: 'stdin', stdin: '' }
  const inputs = [{ input, expected: { ...result, stdout: '2' }, edgesTaken: 1 }]
  const claims = scripts.map((_, index) => ({
    inputIndex: 0,
    result,
    build: async (build: 'asan' | 'msan') =>
      ({ kind: 'ok', executable: { file: `${index}`, build, entryPoint } }) as const,
  }))
  const verdicts = await proveClean(engine, { unit: {} as Unit, entryPoint, inputs }, claims as never)
  return { verdicts, asked }
}

it('asks MSan about what is slow under ASan before it is given all its time', async () => {
  const { verdicts, asked } = await prove([
    { hasty: ok, msan: ok, asan: timeout },
    { hasty: timeout, msan: unwritten, asan: timeout },
    { hasty: timeout, msan: ok, asan: timeout },
    { hasty: timeout, msan: ok, asan: ok },
    { hasty: unwritten, msan: ok, asan: ok },
    { hasty: ok, msan: timeout, asan: ok },
  ])
  expect(verdicts).toEqual([
    'different',
    'uninitialised-read',
    'timeout',
    'different',
    'undefined-behaviour',
    'timeout',
  ])
  expect(asked).toEqual([
    ...[0, 1, 2, 3, 4, 5].map((index) => `${index} hasty`),
    ...[0, 1, 2, 3, 5].map((index) => `${index} msan`),
    '2 asan',
    '3 asan',
  ])
})
