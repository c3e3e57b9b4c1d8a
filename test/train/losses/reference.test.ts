/** Advantages and loss against a second, slow implementation in Python. */
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, describe, expect, it } from 'vitest'
import { type AdvantageOptions, tokenAdvantages } from '../../../src/train/losses/advantages.ts'
import { type ClippedLossOptions, clippedLoss } from '../../../src/train/losses/clipped-loss.ts'
import { NO_ORACLE, ORACLE_PYTHON, ORACLE_TIMEOUT_MS } from '../tensor-engine/ask-oracle.ts'
import { normalNumbers, uniformNumbers } from '../tensor-engine/random-checkpoint.ts'

type Options = AdvantageOptions & Pick<ClippedLossOptions, 'clip' | 'dualClip'>
interface Answer {
  readonly advantages: number[][]
  readonly loss: number
  readonly dLogProbs: number[][]
}

const BASE = { rewardClip: 10, klClip: 10, klCoefficient: 0.05, clip: 0.2, dualClip: null } as const
const OPTIONS: readonly Options[] = [
  { ...BASE, kind: 'global', rewardShape: 'binary' },
  { ...BASE, kind: 'global', rewardShape: 'symmetric', klClip: 0.3, dualClip: 1.2 },
  { ...BASE, kind: 'baseline', rewardShape: 'binary' },
  { ...BASE, kind: 'baseline', rewardShape: 'symmetric', rewardClip: 0.5, dualClip: 3 },
]

describe.skipIf(NO_ORACLE)(`REINFORCE++ beside its reference in Python ${NO_ORACLE ?? ''}`, () => {
  const responses = randomResponses()
  let answers: Answer[]
  beforeAll(async () => {
    const plain = responses.map(({ prompt, reward, policy, old, reference }) => {
      return { prompt, reward, policy: [...policy], old: [...old], reference: [...reference] }
    })
    const input = JSON.stringify({ options: OPTIONS, responses: plain })
    const { stdout } = await execa(ORACLE_PYTHON, [join(import.meta.dirname, 'reference.py')], { input })
    answers = JSON.parse(stdout)
  }, ORACLE_TIMEOUT_MS)

  it.each(OPTIONS.map((options, i) => [`${options.kind}, ${options.rewardShape}`, i] as const))(
    '%s: the same advantages, loss and derivatives',
    (_, i) => {
      const options = OPTIONS[i]!
      const advantages = tokenAdvantages(responses, options)
      expectClose(
        advantages.flatMap((one) => [...one]),
        answers[i]!.advantages.flat(),
        1e-9,
      )

      const tokens = responses.reduce((sum, { policy }) => sum + policy.length, 0)
      const klCoefficient = options.kind === 'baseline' ? options.klCoefficient : 0
      const parts = responses.map((response, r) =>
        clippedLoss({ ...response, advantages: advantages[r]! }, { ...options, klCoefficient }, tokens),
      )
      const loss = parts.reduce((sum, part) => sum + part.loss, 0)
      expect(Math.abs(loss - answers[i]!.loss)).toBeLessThan(1e-9)
      expectClose(
        parts.flatMap(({ dLogProbs }) => [...dLogProbs]),
        answers[i]!.dLogProbs.flat(),
        1e-7,
      )
      // Ratios are spread so far that the limits count.
      expect(parts.some(({ clipped }) => clipped > 0)).toBe(true)
    },
  )
})

/** Three responses to each of four prompts, of different lengths, their policy some way from the old one. */
function randomResponses() {
  const normal = normalNumbers(11)
  const uniform = uniformNumbers(12)
  return Array.from({ length: 12 }, (_, i) => {
    const length = 1 + Math.floor(uniform() * 9)
    const old = Float32Array.from({ length }, () => -Math.abs(normal()))
    return {
      prompt: `prompt ${Math.floor(i / 3)}`,
      reward: uniform() < 0.4 ? 1 : 0,
      old,
      policy: old.map((value) => value + 0.3 * normal()),
      reference: old.map((value) => value + 0.5 * normal()),
    }
  })
}

function expectClose(found: readonly number[], expected: readonly number[], within: number): void {
  expect(found).toHaveLength(expected.length)
  found.forEach((value, i) => {
    expect(Math.abs(value - expected[i]!), `at ${i}`).toBeLessThan(within)
  })
}
