import { describe, expect, it } from 'vitest'
import { faultOf } from '../../fuzz/answers-kind.ts'
import { editAnswer } from '../../fuzz/edit-answer.ts'
import { createRandom } from '../../src/base/random.ts'
import type { Verdict } from '../../src/records/verdict.ts'

const passed: Verdict = { kind: 'passed' }
const wrong = (test: number, got = '1'): Verdict => ({ kind: 'wrong-answer', test, expected: '2', got })
const timeout = (test: number): Verdict => ({ kind: 'timeout', test })

describe('verdicts on one answer', () => {
  it('may differ in what was printed', () => {
    expect(faultOf({ alone: [passed], loaded: [passed, passed] })).toBeUndefined()
    expect(faultOf({ alone: [wrong(1)], loaded: [wrong(1, '7'), wrong(1)] })).toBeUndefined()
  })

  it('may not depend on the load', () => {
    const fault = 'its verdict depends on the load'
    expect(faultOf({ alone: [passed, passed], loaded: [passed, timeout(0)] })).toBe(fault)
    expect(faultOf({ alone: [wrong(0)], loaded: [wrong(1), wrong(1)] })).toBe(fault)
  })

  it('may not differ from themselves', () => {
    expect(faultOf({ alone: [passed, wrong(0)], loaded: [passed] })).toBe('its verdict is not the same twice')
  })

  it('must be given', () => {
    const unjudged: Verdict = { kind: 'unjudged', reason: 'the sandbox failed' }
    expect(faultOf({ alone: [unjudged], loaded: [unjudged] })).toBe('it is unjudged')
  })
})

describe('a small edit', () => {
  const program = 'n = int(input())\nfor i in range(n):\n    print("a", i * 2 + 1)\n'
  const edited = (seed: number) => editAnswer(program, createRandom(seed))

  it('is the same for the same seed, and mostly a change', () => {
    const all = Array.from({ length: 200 }, (_, seed) => edited(seed))
    expect(all).toEqual(Array.from({ length: 200 }, (_, seed) => edited(seed)))
    expect(all.filter(({ code }) => code !== program).length).toBeGreaterThan(160)
    expect(new Set(all.map(({ how }) => how)).size).toBeGreaterThan(9)
  })

  it('of nothing is nothing, or fails for no program', () => {
    for (let seed = 0; seed < 50; seed++)
      expect(typeof editAnswer('', createRandom(seed)).code).toBe('string')
  })
})
