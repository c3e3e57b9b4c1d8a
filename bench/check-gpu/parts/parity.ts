/**
 * The engine and transformers on the device, both against transformers in float64 on the CPU: logits, summed
 * log-probabilities, and the gradients of a GEPO loss of 4 + 4 responses; and greedy answers beside each other.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../../src/base/user-error.ts'
import { gepoLoss } from '../../../src/train/losses/gepo-loss.ts'
import type { NativeModel } from '../../../src/train/tensor-engine/native-model.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import { EngineError } from '../../../src/train/tensor-engine/tensor-engine.ts'
import {
  largestDifference,
  randomBatch,
  relativeError,
  sharePrompts,
} from '../../../test/train/tensor-engine/batches.ts'
import { writeRandomCheckpoint } from '../../../test/train/tensor-engine/random-checkpoint.ts'
import { readContext, round, tell } from '../context.ts'
import { runPython } from '../run-python.ts'

const CONFIG = {
  model_type: 'qwen3',
  vocab_size: 1000,
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 4,
  num_attention_heads: 8,
  num_key_value_heads: 2,
  head_dim: 64,
  max_position_embeddings: 2048,
  tie_word_embeddings: false,
  rope_parameters: { rope_type: 'default', rope_theta: 1e6 },
} as const
const TYPES = ['float32', 'bfloat16'] as const
const GEPO = {
  beta: 0.1,
  lambda: 1,
  variance: 'population',
  length: 'sum',
  winnerFloor: 0,
  targetMargin: 0,
  labelSmoothing: 0,
  winnerLikelihood: 0,
} as const
const WINNERS = 4
/** What the policy's log-probabilities are beyond the reference's: far more than rounding moves them. */
const OFFSETS = [3, -2, 6, -5, 4, -4, 2, -1]
/** How much further than transformers' own rounding the engine's may be, beside what the smallest figures have. */
const FACTOR = 2
const NEW_TOKENS = 64

interface Theirs {
  readonly sums: readonly number[]
  readonly loss: number
  /** Names and sizes, in the order of the file of their numbers. */
  readonly gradients: readonly (readonly [string, number])[]
}
interface Answer {
  readonly reference: readonly number[]
  readonly truth: Theirs
  readonly found: Record<(typeof TYPES)[number], Theirs>
  readonly answers: readonly (readonly number[])[]
}

const { device, python, scratch } = readContext()
const folder = await writeRandomCheckpoint(join(scratch, 'parity'), CONFIG)
const lengths = [40, 300, 7, 150, 40, 299, 1, 90].map((length) => [60, length] as const)
const batch = sharePrompts(randomBatch(lengths, CONFIG.vocab_size), [[0, 1, 2, 3, 4, 5, 6, 7]])
const prompts = [1, 5, 17, 40, 64, 90].map((length, i) => [
  ...randomBatch([[length, 1]], CONFIG.vocab_size, i + 1).ids.subarray(0, length),
])

await runPython(
  python,
  'parity.py',
  [],
  JSON.stringify({
    folder,
    scratch,
    device,
    types: TYPES,
    batch: { ids: [...batch.ids], offsets: [...batch.offsets], promptLengths: [...batch.promptLengths] },
    winners: WINNERS,
    offsets: OFFSETS,
    gepo: GEPO,
    prompts,
    newTokens: NEW_TOKENS,
  }),
)
const theirs: Answer = JSON.parse(readFileSync(join(scratch, 'parity.json'), 'utf8'))

function numbersOf(name: string): Float64Array {
  const bytes = readFileSync(join(scratch, name))
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8)
}

function gradientsOf(name: string, { gradients }: Theirs): Map<string, Float64Array> {
  const all = numbersOf(name)
  let end = 0
  return new Map(
    gradients.map(([key, size]) => {
      end += size
      return [key, all.subarray(end - size, end)]
    }),
  )
}

const truth = {
  ...theirs.truth,
  logits: numbersOf('truth.logits'),
  gradients: gradientsOf('truth.gradients', theirs.truth),
}

interface Found {
  readonly logits: ArrayLike<number>
  readonly sums: ArrayLike<number>
  readonly loss: number
  readonly gradient: (name: string) => ArrayLike<number>
}

/** How far from the truth: relative to the largest entry, sums in nats. */
function errorsOf({ logits, sums, loss, gradient }: Found) {
  const worst = [...truth.gradients].map(
    ([name, values]) => [name, relativeError(gradient(name), values)] as const,
  )
  worst.sort(([, a], [, b]) => b - a)
  return {
    logits: round(relativeError(logits, truth.logits)),
    sums: round(largestDifference(sums, truth.sums)),
    loss: round(Math.abs(loss - truth.loss) / Math.abs(truth.loss)),
    gradient: round(worst[0]![1]),
    gradientOf: worst[0]![0],
  }
}

async function ours(model: NativeModel): Promise<Found> {
  const logits = await model.logits(batch)
  const pass = await model.beginPacked(batch)
  const { sums } = pass.logProbs
  const tokens = Int32Array.from(lengths, ([, response]) => response)
  const reference = Float64Array.from(theirs.reference)
  const { loss, dLogProbs } = gepoLoss({ winners: WINNERS, policy: sums, reference, tokens }, GEPO)
  await pass.finish({ perSequence: dLogProbs })
  const gradients = await model.gradients()
  return { logits, sums, loss, gradient: (name) => gradients[name]! }
}

const engine = openTensorEngine()
const disagreeing: string[] = []
const floor = { logits: 1e-5, sums: 1e-3, loss: 1e-5, gradient: 1e-5 }
for (const type of TYPES) {
  const gradients = gradientsOf(`${type}.gradients`, theirs.found[type])
  const beside = errorsOf({
    ...theirs.found[type],
    logits: numbersOf(`${type}.logits`),
    gradient: (name) => gradients.get(name)!,
  })
  const found: Record<string, unknown> = { transformers: beside }
  for (const kernels of ['torch', 'fused'] as const) {
    try {
      const errors = await runWith(type, kernels)
      found[kernels] = errors
      for (const name of ['logits', 'sums', 'loss', 'gradient'] as const) {
        if (!(errors[name] <= FACTOR * beside[name] + floor[name]))
          disagreeing.push(`${name} in ${type} by ${kernels}`)
      }
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'unavailable')) throw error
      found[kernels] = error.message
    }
    tell({ [type]: found })
  }
}

async function runWith(numberType: (typeof TYPES)[number], kernels: 'torch' | 'fused') {
  const training = { kind: 'full' } as const
  const model = await engine.openModel({ folder, device, numberType, kernels, training })
  try {
    return errorsOf(await ours(model as NativeModel))
  } finally {
    await model.close()
  }
}

const model = await engine.openModel({ folder, device, numberType: 'float32', training: { kind: 'none' } })
for (const graphs of [false, true]) {
  const offsets = [0]
  for (const prompt of prompts) offsets.push(offsets.at(-1)! + prompt.length)
  const drawn = await model.generate({
    ids: Int32Array.from(prompts.flat()),
    offsets: Int32Array.from(offsets),
    maxNewTokens: NEW_TOKENS,
    stopTokens: new Int32Array(),
    batchSize: 4,
    graphs,
  })
  const same = theirs.answers.filter(
    (answer, i) => `${answer}` === `${drawn.ids.subarray(drawn.offsets[i]!, drawn.offsets[i + 1]!)}`,
  ).length
  tell({ [graphs ? 'sameAnswersByGraphs' : 'sameAnswers']: `${same} of ${prompts.length}` })
  if (same < prompts.length) disagreeing.push(`greedy answers${graphs ? ' by CUDA graphs' : ''}`)
}
await engine.close()
if (disagreeing.length > 0)
  throw new UserError(`Further from the truth than transformers: ${disagreeing.join(', ')}.`)
