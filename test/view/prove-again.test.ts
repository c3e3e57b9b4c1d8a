/** What a proof is told as: proven is said of what was tried and held, and of nothing else. */
import { describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import type { LabelFinding } from '../../src/group/verify-group.ts'
import type { Pool } from '../../src/pipeline/open-pool.ts'
import { openProver } from '../../src/view/prove-again.ts'
import { syntheticGroup, syntheticSource, syntheticUnit } from '../store/synthetic-records.ts'

const stored = { group: syntheticGroup(1), unit: syntheticUnit(1), source: syntheticSource(1) }

function proverOf(verify: () => Promise<LabelFinding[]>) {
  let closed = 0
  const pool = { verify, close: async () => void closed++ } as unknown as Pool
  const prover = openProver(async () => pool)
  return { prover, closed: () => closed }
}

async function told(findings: readonly LabelFinding[]) {
  const { told } = await proverOf(async () => [...findings]).prover.prove(stored)
  return Object.fromEntries(Object.entries(told).map(([place, { state }]) => [place, state]))
}

describe('a group without findings', () => {
  it('is proven, with each of its members', async () => {
    expect(await told([])).toEqual({
      group: 'good',
      'winner 0': 'good',
      'winner 1': 'good',
      'winner 2': 'good',
      'loser 0': 'good',
      'loser 1': 'good',
    })
  })
})

describe('a finding', () => {
  it('of one member leaves the others proven', async () => {
    const finding = {
      member: 'loser 1',
      verdict: 'failed',
      reason: 'no-difference',
      detail: 'input 3',
    } as const
    expect(await told([finding])).toMatchObject({ group: 'bad', 'loser 0': 'good', 'loser 1': 'bad' })
  })

  it('that is unknown makes nothing proven or wrong', async () => {
    const finding = { member: 'loser 0', verdict: 'unknown', reason: 'assembler-failed', detail: '' } as const
    expect(await told([finding])).toMatchObject({ group: 'warn', 'loser 0': 'warn', 'loser 1': 'good' })
  })

  it('of the whole says nothing of its members: they may not have been tried', async () => {
    const finding = { member: 'original', verdict: 'failed', reason: 'compile', detail: 'no' } as const
    expect(await told([finding])).toEqual({ group: 'bad' })
    expect(await told([{ ...finding, member: 'all', verdict: 'unknown' }])).toEqual({ group: 'warn' })
  })
})

describe('a prover', () => {
  it('says what is missing on this machine, and tries again when it is asked again', async () => {
    let tries = 0
    const prover = openProver(async () => {
      tries++
      throw new UserError('clang 19 is missing; install it.')
    })
    for (let n = 0; n < 2; n++)
      expect(await prover.prove(stored)).toEqual({
        told: { group: { text: 'clang 19 is missing; install it.', state: 'warn' } },
      })
    expect(tries).toBe(2)
    await prover.close()
  })

  it('takes no more than a few at a time, and closes what it opened', async () => {
    let release = () => {}
    const waiting = new Promise<void>((resolve) => {
      release = resolve
    })
    const { prover, closed } = proverOf(async () => {
      await waiting
      return []
    })
    const asked = Array.from({ length: 12 }, () => prover.prove(stored))
    const refused = await asked.at(-1)
    expect(refused?.told.group?.text).toContain('try again later')
    release()
    await Promise.all(asked)
    await prover.close()
    expect(closed()).toBe(1)
  })
})
