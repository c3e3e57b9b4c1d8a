/** Losses of preferences, with all that is against displacement, beside a second implementation in PyTorch. */
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { type DpoOptions, dpoLoss } from '../../../src/train/losses/dpo-loss.ts'
import { type GepoOptions, gepoLoss } from '../../../src/train/losses/gepo-loss.ts'
import type { GroupLogProbs } from '../../../src/train/losses/group-scores.ts'
import { NO_ORACLE, ORACLE_PYTHON, ORACLE_TIMEOUT_MS } from '../tensor-engine/ask-oracle.ts'
import { normalNumbers, uniformNumbers } from '../tensor-engine/random-checkpoint.ts'
import { PLAIN } from './plain-options.ts'

type Options = ({ readonly method: 'gepo' } & GepoOptions) | ({ readonly method: 'dpo' } & DpoOptions)
interface Answer {
  readonly loss: number
  readonly dLogProbs: number[]
}

const GEPO = {
  ...PLAIN,
  method: 'gepo',
  beta: 0.1,
  lambda: 0.3,
  variance: 'population',
  length: 'sum',
} as const
const DPO = { ...PLAIN, method: 'dpo', beta: 0.1, loss: 'sigmoid', pairs: 'all', length: 'sum' } as const
const SIMPO = { beta: 2, targetMargin: 1.6, length: 'mean' } as const

const CASES: Readonly<Record<string, Options>> = {
  'GEPO alone': GEPO,
  'GEPO with the likelihood of RPO': { ...GEPO, winnerLikelihood: 0.7 },
  'GEPO with the floor of DPOP': { ...GEPO, winnerFloor: 5 },
  'GEPO with the margin of SimPO': { ...GEPO, ...SIMPO },
  'GEPO with smoothed labels': { ...GEPO, labelSmoothing: 0.1 },
  'GEPO with all of it': {
    ...GEPO,
    winnerLikelihood: 1,
    winnerFloor: 50,
    targetMargin: 0.4,
    labelSmoothing: 0.2,
    length: 'mean',
  },
  'DPO alone': DPO,
  'DPO with the likelihood of RPO': { ...DPO, winnerLikelihood: 0.7 },
  'DPO with the floor of DPOP': { ...DPO, winnerFloor: 5, pairs: 'matched' },
  'DPO with the margin of SimPO': { ...DPO, ...SIMPO },
  'DPO with smoothed labels': { ...DPO, labelSmoothing: 0.1 },
  'IPO with the likelihood of RPO': { ...DPO, loss: 'ipo', winnerLikelihood: 2 },
}

describe.skipIf(NO_ORACLE)(`losses of preferences beside PyTorch ${NO_ORACLE ?? ''}`, () => {
  const groups = randomGroups()
  let answers: Answer[][]
  beforeAll(async () => {
    const plain = groups.map(({ winners, policy, reference, tokens }) => {
      return { winners, policy: [...policy], reference: [...reference], tokens: [...tokens] }
    })
    const input = JSON.stringify({ options: Object.values(CASES), groups: plain })
    const script = join(import.meta.dirname, 'preference_reference.py')
    const { stdout } = await execa(ORACLE_PYTHON, [script], { input })
    answers = JSON.parse(stdout)
  }, ORACLE_TIMEOUT_MS)

  it.each(Object.keys(CASES).map((name, i) => [name, i] as const))(
    '%s: the same loss and derivatives',
    (name, i) => {
      const options = CASES[name]!
      groups.forEach((group, g) => {
        const { loss, dLogProbs } =
          options.method === 'gepo' ? gepoLoss(group, options) : dpoLoss(group, options)
        const expected = answers[i]![g]!
        expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-9)
        dLogProbs.forEach((slope, at) => {
          expect(Math.abs(slope - expected.dLogProbs[at]!), `at ${at}`).toBeLessThan(1e-9)
        })
      })
    },
  )
})

/** Of several sizes, winners on both sides of the reference; two without one. */
function randomGroups(): GroupLogProbs[] {
  const normal = normalNumbers(21)
  const uniform = uniformNumbers(22)
  return Array.from({ length: 8 }, (_, g) => {
    const winners = 1 + Math.floor(uniform() * 4)
    const length = winners + 1 + Math.floor(uniform() * 4)
    const reference = Float64Array.from({ length }, () => (g < 2 ? 0 : -20 + 5 * normal()))
    return {
      winners,
      reference,
      policy: reference.map((value) => (g < 2 ? -20 : value) + 3 * normal()),
      tokens: Int32Array.from({ length }, () => 1 + Math.floor(uniform() * 30)),
    }
  })
}
