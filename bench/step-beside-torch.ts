/**
 * A training step on the CPU, by the engine and by transformers on PyTorch: the same shape of model, as many sequences,
 * all as long; forward, backward, clipping, AdamW. With `--answers` that many have a prompt in common, else none.
 * `node bench/step-beside-torch.ts [--size medium] [--sequences 4] [--answers 1] [--tokens 512] [--prompt 128]
 * [--rounds 7] [--threads 1] [--number-type float32] [--save <name>]`
 *
 * The two take turns, so that what else the machine does meets both. Counted are processor seconds of each process;
 * least and median are told. transformers runs in `.tools/oracle` (scripts/oracle-environment.mjs). Nothing here
 * decides whether a test passes.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { MODEL_SIZES, type ModelSize } from '../src/train/model/model-sizes.ts'
import { openTensorEngine } from '../src/train/tensor-engine/open-tensor-engine.ts'
import type { NumberType } from '../src/train/tensor-engine/tensor-engine.ts'
import { uniformNumbers } from '../test/train/tensor-engine/random-checkpoint.ts'
import { hardware, saveReport } from './save-report.ts'

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: 'medium' },
    sequences: { type: 'string', default: '4' },
    answers: { type: 'string', default: '1' },
    tokens: { type: 'string', default: '512' },
    prompt: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '7' },
    threads: { type: 'string', default: '1' },
    'number-type': { type: 'string', default: 'float32' },
    save: { type: 'string' },
  },
})
const [count, answersPerPrompt, tokens, promptTokens, rounds, threads] = [
  values.sequences,
  values.answers,
  values.tokens,
  values.prompt,
  values.rounds,
  values.threads,
].map(Number) as [number, number, number, number, number, number]
const numberType = values['number-type'] as NumberType
const LEARNING_RATE = 1e-5
const size = MODEL_SIZES[values.size as ModelSize]

const scratch = mkdtempSync(join(tmpdir(), 'gepo-beside-torch-'))
writeFileSync(
  join(scratch, 'config.json'),
  JSON.stringify({
    architectures: ['Qwen3ForCausalLM'],
    model_type: 'qwen3',
    attention_bias: false,
    attention_dropout: 0,
    hidden_act: 'silu',
    hidden_size: size.hidden,
    intermediate_size: size.intermediate,
    num_hidden_layers: size.layers,
    num_attention_heads: size.heads,
    num_key_value_heads: size.keyHeads,
    head_dim: size.headSize,
    vocab_size: size.vocabulary,
    max_position_embeddings: tokens,
    rms_norm_eps: 1e-6,
    rope_theta: 1_000_000,
    tie_word_embeddings: true,
  }),
)
const uniform = uniformNumbers(5)
const draw = (length: number) => Array.from({ length }, () => Math.floor(uniform() * size.vocabulary))
const prompts = Array.from({ length: Math.ceil(count / answersPerPrompt) }, () => draw(promptTokens))
const sequences = Array.from({ length: count }, (_, index) => [
  ...prompts[Math.floor(index / answersPerPrompt)]!,
  ...draw(tokens - promptTokens),
])

interface Step {
  readonly seconds: number
  readonly logProb: number
}

const engine = openTensorEngine({ threads })
const python = spawn(
  join(import.meta.dirname, '../.tools/oracle/bin/python'),
  [join(import.meta.dirname, 'step-beside-torch.py')],
  {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '', OMP_NUM_THREADS: String(threads) },
  },
)
const answers = createInterface({ input: python.stdout })[Symbol.asyncIterator]()

async function stepByTorch(): Promise<Step> {
  python.stdin.write('step\n')
  for (;;) {
    const { value, done } = await answers.next()
    if (done) throw new Error('transformers ended before its time.')
    // Libraries print on standard output too.
    if (value.startsWith('{')) return JSON.parse(value)
  }
}

try {
  const model = await engine.openModel({
    folder: scratch,
    device: 'cpu',
    numberType,
    training: { kind: 'full' },
    randomWeights: 1,
  })
  const batch = {
    ids: Int32Array.from(sequences.flat()),
    offsets: Int32Array.from({ length: count + 1 }, (_, i) => i * tokens),
    promptLengths: Int32Array.from({ length: count }, () => promptTokens),
  }
  const predicted = count * (tokens - promptTokens)
  const perSequence = Float64Array.from({ length: count }, () => -1 / predicted)
  const stepByEngine = async (): Promise<Step> => {
    const start = process.cpuUsage()
    const { sums } = await model.backward(batch, { perSequence })
    await model.step({ learningRate: LEARNING_RATE, clipNorm: 1 })
    const { user, system } = process.cpuUsage(start)
    return { seconds: (user + system) / 1e6, logProb: sums.reduce((sum, one) => sum + one, 0) / predicted }
  }
  python.stdin.write(
    `${JSON.stringify({ folder: scratch, numberType, threads, sequences, promptTokens, learningRate: LEARNING_RATE })}\n`,
  )
  const steps: { readonly ours: Step; readonly theirs: Step }[] = []
  for (let round = 0; round <= rounds; round++) {
    steps.push({ ours: await stepByEngine(), theirs: await stepByTorch() })
  }
  // The first makes room for gradients and moments.
  const measured = steps.slice(1)
  const figures = (side: 'ours' | 'theirs') => {
    const seconds = measured.map((step) => step[side].seconds).sort((a, b) => a - b)
    return {
      leastSeconds: seconds[0]!,
      medianSeconds: seconds[Math.floor(seconds.length / 2)]!,
      tokensPerSecond: Math.round((count * tokens) / seconds[0]!),
      logProbs: [steps[0]![side].logProb, steps.at(-1)![side].logProb],
    }
  }
  const [gepo, transformers] = [figures('ours'), figures('theirs')]
  const report = {
    date: new Date().toISOString().slice(0, 10),
    hardware: hardware(),
    command: `node bench/step-beside-torch.ts ${process.argv.slice(2).join(' ')}`,
    software: `libtorch ${engine.torchVersion}`,
    gepo,
    transformers,
    speedOfOurs: {
      byLeast: Number((transformers.leastSeconds / gepo.leastSeconds).toFixed(3)),
      byMedian: Number((transformers.medianSeconds / gepo.medianSeconds).toFixed(3)),
    },
  }
  console.log(JSON.stringify(report, null, 2))
  saveReport(values.save, report)
} finally {
  python.stdin.end()
  await engine.close()
  rmSync(scratch, { recursive: true, force: true })
}
