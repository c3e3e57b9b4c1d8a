import { describe, expect, it } from 'vitest'
import { KnownRuns, MOST_KEPT_CHARACTERS } from '../../../src/group/screen/known-runs.ts'
import type { Input } from '../../../src/records/input.ts'
import type { RunOutcome } from '../../../src/records/run-outcome.ts'

const input: Input = { kind: 'stdin', stdin: '1\n' }
const result = { stdout: '1\n', exit: 0, effects: '' }
const other = { ...result, exit: 1 }
const ok: RunOutcome = { kind: 'ok', ...result, cpuMs: 1, edgesTaken: 80 }
const timeout: RunOutcome = { kind: 'timeout', limitMs: 0 }
const crash: RunOutcome = { kind: 'signal', signal: 'SIGSEGV', stderr: '' }

function known(outcome: RunOutcome): KnownRuns {
  const runs = new KnownRuns()
  runs.keepRun(input, 100, outcome)
  return runs
}

describe('a run is known again under another budget', () => {
  it.each([
    ['a run that ended, where the budget is enough', ok, [80, 100, 120], [79]],
    ['one that did not end, where there is no more', timeout, [99, 100], [101]],
    ['one that broke off somewhere, where there is no less', crash, [100, 101], [99]],
  ])('%s', (_, outcome, same, open) => {
    const shown = outcome.kind === 'ok' ? { kind: 'ok', ...result } : { kind: outcome.kind }
    for (const fuel of same) expect(known(outcome).run(input, fuel, other)).toEqual(shown)
    for (const fuel of open) expect(known(outcome).run(input, fuel, other)).toBeUndefined()
  })

  it('and not on another input', () => {
    expect(known(ok).run({ ...input }, 100, result)).toBeUndefined()
  })
})

it('knows of a long result only whether it is the expected one', () => {
  const long = { ...result, stdout: '1'.repeat(MOST_KEPT_CHARACTERS + 1) }
  const runs = known({ ...ok, ...long })
  expect(runs.run(input, 100, long)).toEqual({ kind: 'ok', ...long })
  for (const expected of [result, { ...long, exit: 1 }])
    expect(runs.run(input, 100, expected)).toBeUndefined()
})

it('keeps what the sanitizers said of one result, and says nothing of another', () => {
  const runs = new KnownRuns()
  runs.keepProof(input, result, 'undefined-behaviour')
  expect(runs.proof(input, { ...result })).toBe('undefined-behaviour')
  expect(runs.proof(input, { ...result, exit: 1 })).toBeUndefined()
})
