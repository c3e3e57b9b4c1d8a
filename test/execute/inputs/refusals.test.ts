import { expect, it } from 'vitest'
import { Refusals } from '../../../src/execute/inputs/refusals.ts'

const because = (reason: string, detail = '') => ({ reason, detail })

it('names the reason that the most refusals share, with the first detail of it', () => {
  const refusals = new Refusals()
  refusals.add('input', because('crash', 'SIGSEGV'))
  refusals.add('input', because('timeout', 'first'))
  refusals.add('input', because('timeout', 'second'))
  expect(refusals.mostFrequent(3)).toEqual({ stage: 'input', reason: 'timeout', detail: 'first' })
})

it('believes the screen before any number of plain runs', () => {
  const refusals = new Refusals()
  for (let n = 0; n < 5; n++) refusals.add('input', because('crash'))
  refusals.add('screen-original', because('undefined-behaviour', 'shift'))
  expect(refusals.mostFrequent(6)).toEqual({
    stage: 'screen-original',
    reason: 'undefined-behaviour',
    detail: 'shift',
  })
})

it('says how many were tried where no detail is known, or no reason', () => {
  const refusals = new Refusals()
  expect(refusals.mostFrequent(8)).toEqual({ stage: 'input', reason: 'no-input', detail: '8 inputs tried' })
  refusals.add('input', because('timeout'))
  expect(refusals.mostFrequent(9)).toEqual({ stage: 'input', reason: 'timeout', detail: '9 inputs tried' })
})
