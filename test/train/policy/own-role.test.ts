import { describe, expect, it } from 'vitest'
import type { IrVerdict } from '../../../src/records/ir-verdict.ts'
import { ownRole } from '../../../src/train/policy/own-role.ts'

const result = { stdout: '', exit: 0, effects: '' }
const differs = (isClear: boolean): IrVerdict => ({
  kind: 'differs',
  witness: { input: { kind: 'stdin', stdin: '' }, original: result, answer: result, isClear },
})
const VERDICTS: Readonly<Record<string, IrVerdict>> = {
  equal: { kind: 'equal', inputs: 1, searched: 0 },
  differs: differs(true),
  rounded: differs(false),
  malformed: { kind: 'malformed', message: '' },
  undefined: { kind: 'undefined', report: '', inputIndex: 0 },
  timeout: { kind: 'timeout', inputIndex: 0 },
  crash: { kind: 'crash', detail: '', inputIndex: 0 },
  mismatch: { kind: 'mismatch', detail: '' },
  refused: { kind: 'refused', detail: '' },
  unjudged: { kind: 'unjudged', reason: '' },
}
const roles = (options: Parameters<typeof ownRole>[1]) =>
  Object.fromEntries(Object.entries(VERDICTS).map(([name, verdict]) => [name, ownRole(verdict, options)]))
const NONE = Object.fromEntries(Object.keys(VERDICTS).map((name) => [name, 'none']))

describe("what an answer of the model's own is in its group", () => {
  it('is a winner where it is equal, and a loser where it differs clearly or is malformed', () => {
    expect(roles({ classes: ['ast', 'ir', 'malformed'], losers: [] })).toEqual({
      ...NONE,
      equal: 'winner',
      differs: 'loser',
      malformed: 'loser',
    })
  })

  it('is nothing where it is malformed and groups have no such losers', () => {
    expect(roles({ classes: ['ast'], losers: [] }).malformed).toBe('none')
  })

  it('is a loser of the other kinds where they are asked for, but never for what nobody judged', () => {
    const losers = ['undefined', 'timeout', 'crash', 'mismatch', 'refused']
    expect(roles({ classes: ['ast'], losers })).toEqual({
      ...NONE,
      equal: 'winner',
      differs: 'loser',
      ...Object.fromEntries(losers.map((kind) => [kind, 'loser'])),
    })
  })
})
