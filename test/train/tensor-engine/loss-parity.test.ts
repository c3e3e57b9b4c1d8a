/** The losses on top of the native engine, against TRL's DPO trainer and PyTorch: value and every gradient. */
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { dpoLoss } from '../../../src/train/losses/dpo-loss.ts'
import { gepoLoss } from '../../../src/train/losses/gepo-loss.ts'
import type { GroupLoss } from '../../../src/train/losses/group-loss.ts'
import type { GroupLogProbs } from '../../../src/train/losses/group-scores.ts'
import { sftLoss } from '../../../src/train/losses/sft-loss.ts'
import type { NativeModel } from '../../../src/train/tensor-engine/native-model.ts'
import type { TokenBatch } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { PLAIN } from '../losses/plain-options.ts'
import { askOracle, NO_ORACLE, ORACLE_TIMEOUT_MS, plainBatch } from './ask-oracle.ts'
import { randomBatch, relativeError, splitBatch } from './batches.ts'
import { NO_ENGINE, openTiny, SCRATCH } from './open-tiny.ts'
import { TINY, writeRandomCheckpoint } from './random-checkpoint.ts'

const BETA = 0.1
const LAMBDA = 0.5
const MATCHED = { ...PLAIN, beta: BETA, loss: 'sigmoid', pairs: 'matched', length: 'sum' } as const
const WINNERS = 2
/** Ends every response for TRL, which appends it. */
const END_TOKEN = 1

interface LossAnswer {
  readonly loss: number
  readonly gradients: Record<string, number[]>
}

describe.skipIf(NO_ENGINE ?? NO_ORACLE)(`losses ${NO_ENGINE ?? NO_ORACLE ?? ''}`, () => {
  const policy = join(SCRATCH, 'policy')
  const reference = join(SCRATCH, 'reference')
  const group = groupBatch([18, 30, 25, 9])
  let sft: LossAnswer
  let gepo: LossAnswer
  let dpo: LossAnswer
  let perToken: LossAnswer

  beforeAll(async () => {
    await writeRandomCheckpoint(policy, TINY.qwen3, 1)
    await writeRandomCheckpoint(reference, TINY.qwen3, 2)
    const of = { folder: policy, reference, batch: plainBatch(group), winners: WINNERS }
    const [prompt, ...responses] = partsOf(group)
    // The i-th winner against the i-th loser.
    const pairs = [0, 1].map((i) => ({ prompt, chosen: responses[i], rejected: responses[WINNERS + i] }))
    const ofPairs = {
      kind: 'dpo',
      folder: policy,
      reference,
      beta: BETA,
      vocabulary: TINY.qwen3.vocab_size,
      pairs,
    }
    ;[sft, gepo, dpo, perToken] = await askOracle<[LossAnswer, LossAnswer, LossAnswer, LossAnswer]>([
      { kind: 'groupLoss', method: 'sft', ...of },
      { kind: 'groupLoss', method: 'gepo', beta: BETA, lambda: LAMBDA, ...of },
      { ...ofPairs, lossType: 'sigmoid' },
      { ...ofPairs, lossType: 'sigmoid_norm' },
    ])
  }, ORACLE_TIMEOUT_MS)

  it('SFT on winners is the mean over their tokens', async () => {
    const tokens = 18 + 30
    await expectLoss(sft, (logProbs) => sftLoss(logProbs, { length: 'mean' }, tokens))
  })

  it('GEPO is equation (9)', async () => {
    const options = { ...PLAIN, beta: BETA, lambda: LAMBDA, variance: 'population', length: 'sum' } as const
    await expectLoss(gepo, (logProbs) => gepoLoss(logProbs, options))
  })

  it('DPO on pairs is what TRL computes', async () => {
    await expectLoss(dpo, (logProbs) => dpoLoss(logProbs, MATCHED))
  })

  it('DPO per token is what TRL computes, which calls it sigmoid_norm', async () => {
    const options = { ...MATCHED, length: 'mean' } as const
    await expectLoss(perToken, (logProbs) => dpoLoss(logProbs, options))
  })

  async function expectLoss(expected: LossAnswer, lossOf: (group: GroupLogProbs) => GroupLoss) {
    const model = await openTiny(policy)
    const frozen = await openTiny(reference, { training: { kind: 'none' } })
    const known = (await frozen.logProbs(group)).sums
    await runPacked(model, expected, known, lossOf)
    await model.clearGradients()
    await runSerially(model, expected, known, lossOf)
  }

  async function runPacked(
    model: NativeModel,
    expected: LossAnswer,
    known: Float64Array,
    lossOf: (group: GroupLogProbs) => GroupLoss,
  ) {
    const pass = await model.beginPacked(group)
    const { loss, dLogProbs } = lossOf(groupLogProbs(pass.logProbs.sums, known))
    await pass.finish({ perSequence: dLogProbs })
    await expectGradients(model, loss, expected)
  }

  async function runSerially(
    model: NativeModel,
    expected: LossAnswer,
    known: Float64Array,
    lossOf: (group: GroupLogProbs) => GroupLoss,
  ) {
    const { sums } = await model.logProbs(group)
    const { loss, dLogProbs } = lossOf(groupLogProbs(sums, known))
    for (const [i, one] of splitBatch(group).entries()) {
      await model.backward(one, { perSequence: dLogProbs.slice(i, i + 1) })
    }
    await expectGradients(model, loss, expected)
  }

  async function expectGradients(model: NativeModel, loss: number, expected: LossAnswer) {
    expect(relativeError([loss], [expected.loss])).toBeLessThan(1e-5)
    const found = await model.gradients()
    for (const [name, values] of Object.entries(expected.gradients)) {
      expect(relativeError(found[name]!, values), name).toBeLessThan(2e-5)
    }
  }

  function groupLogProbs(sums: Float64Array, known: Float64Array): GroupLogProbs {
    const tokens = Int32Array.from(
      splitBatch(group),
      ({ ids, promptLengths }) => ids.length - promptLengths[0]!,
    )
    return { winners: WINNERS, policy: sums, reference: known, tokens }
  }
})

/** Responses of the given lengths to one prompt, each closed by the end token. */
function groupBatch(lengths: readonly number[]): TokenBatch {
  const batch = randomBatch(
    lengths.map((length) => [6, length]),
    TINY.qwen3.vocab_size,
  )
  for (let i = 0; i < lengths.length; i++) {
    batch.ids.set(batch.ids.subarray(0, 6), batch.offsets[i]!)
    batch.ids[batch.offsets[i + 1]! - 1] = END_TOKEN
  }
  // No other end tokens, nor TRL's padding, which would be taken for what they are not.
  const isLast = new Set([...batch.offsets].map((offset) => offset - 1))
  return { ...batch, ids: batch.ids.map((id, i) => (isLast.has(i) ? id : Math.max(id, END_TOKEN + 1))) }
}

/** The prompt, then each response. */
function partsOf(batch: TokenBatch): number[][] {
  const whole = splitBatch(batch).map(({ ids }) => [...ids])
  return [whole[0]!.slice(0, 6), ...whole.map((ids) => ids.slice(6))]
}
