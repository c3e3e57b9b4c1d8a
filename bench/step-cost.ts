/**
 * What a training step of a model costs, before a GPU has seen it: operations, kernels, bytes and floating-point
 * operations by part, memory at most, and for GPUs of the data sheets the time that they allow and that is expected.
 * `node bench/step-cost.ts [train.yaml ...] [--model folder] [--groups 1] [--prompt 512] [--tokens 1536,8192]
 * [--packed-tokens n] [--activation-gib n] [--kernels fused|torch] [--shared-prompts yes|no] [--products 0.7] [--attention 0.35] [--memory 0.85]
 * [--save <name>]`
 *
 * Of ranks that share state, and of state in the host's memory, memory counts what the device holds by the plan; what goes
 * over links is not counted.
 *
 * The engine's own code goes through the step on libtorch's meta device, which computes nothing. Without --model it is
 * Qwen3-8B, whose shape is known here; of a folder config.json is enough. Groups are of 4 + 4 responses, each as long
 * as its prompt and `--tokens` make it. An option of the engine takes the place of that of every configuration, and what
 * products, attention and copies reach of the data sheet, as check:gpu measures them, that of every device.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../src/base/user-error.ts'
import { loadTrainConfig } from '../src/train/config/load-train-config.ts'
import type { GroupConfig } from '../src/train/config/train-config.ts'
import type { DecoderShape } from '../src/train/model/decoder-tensors.ts'
import { planMemory } from '../src/train/model/plan-memory.ts'
import { plannedRanks } from '../src/train/run/count-ranks.ts'
import { readModelConfig } from '../src/train/tensor-engine/model-config.ts'
import { openTensorEngine } from '../src/train/tensor-engine/open-tensor-engine.ts'
import type { Kernels } from '../src/train/tensor-engine/tensor-engine.ts'
import { gib, round } from './check-gpu/context.ts'
import { makeGroup } from './check-gpu/make-group.ts'
import { writeLargeModel } from './check-gpu/models.ts'
import { GEPO_CONFIG } from './check-gpu/shipped-configs.ts'
import { groupLengths, stepFlops } from './check-gpu/step-flops.ts'
import { saveReport } from './save-report.ts'
import { countStep } from './step-cost/count-step.ts'
import { GPU_DEVICES } from './step-cost/devices.ts'
import { secondsOf, sumUp } from './step-cost/roofline.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: 'string' },
    groups: { type: 'string', default: '1' },
    prompt: { type: 'string', default: '512' },
    tokens: { type: 'string', default: '1536,8192' },
    'packed-tokens': { type: 'string' },
    'activation-gib': { type: 'string' },
    kernels: { type: 'string' },
    'shared-prompts': { type: 'string' },
    products: { type: 'string' },
    attention: { type: 'string' },
    memory: { type: 'string' },
    save: { type: 'string' },
  },
})
const configurations = positionals.length === 0 ? [GEPO_CONFIG] : positionals
const groupCount = Number(values.groups)
const promptTokens = Number(values.prompt)
const lengths = values.tokens.split(',').map(Number)
if (!lengths.every((tokens) => tokens > promptTokens)) {
  throw new UserError(
    `--tokens ${values.tokens} leaves no response after a prompt of ${promptTokens}; name more.`,
  )
}
const kernels = values.kernels === undefined ? undefined : kernelsOf(values.kernels)
const sharedPrompts = values['shared-prompts'] === undefined ? undefined : yesOrNo(values['shared-prompts'])
const gpus = GPU_DEVICES.map((device) => {
  const share = (name: 'products' | 'attention' | 'memory') =>
    values[name] === undefined ? {} : { [name]: Number(values[name]) }
  return {
    ...device,
    reached: { ...device.reached, ...share('products'), ...share('attention'), ...share('memory') },
  }
})

const scratch = mkdtempSync(join(tmpdir(), 'gepo-step-cost-'))
const engine = openTensorEngine({ threads: 1 })
const reports: object[] = []
try {
  const model = values.model === undefined ? writeLargeModel(scratch, false) : readShape(values.model)
  for (const path of configurations) {
    for (const tokens of lengths) {
      reports.push(
        await report(path, withOptions(readConfig(path, model.folder, tokens)), model.shape, tokens),
      )
    }
  }
} finally {
  await engine.close()
  rmSync(scratch, { recursive: true, force: true })
}
saveReport(values.save, {
  command: `node bench/step-cost.ts ${process.argv.slice(2).join(' ')}`,
  steps: reports,
})

function kernelsOf(name: string): Kernels {
  if (name === 'auto' || name === 'fused' || name === 'torch') return name
  throw new UserError(`--kernels ${name} is none; name auto, fused or torch.`)
}

function yesOrNo(word: string): boolean {
  if (word === 'yes' || word === 'no') return word === 'yes'
  throw new UserError(`--shared-prompts ${word} says nothing; name yes or no.`)
}

function readShape(folder: string): { readonly folder: string; readonly shape: DecoderShape } {
  const file = join(folder, 'config.json')
  return {
    folder,
    shape: readModelConfig(JSON.parse(readFileSync(file, 'utf8')), file, { isTrained: true }),
  }
}

function readConfig(path: string, folder: string, tokens: number): GroupConfig {
  const { config } = loadTrainConfig(path)
  if (!('data' in config)) throw new UserError(`${path} trains on no groups; name a configuration that does.`)
  return { ...config, model: folder, length: { ...config.length, maxTokens: tokens } }
}

/** As one device that holds all of its state computes it. */
function alone(config: GroupConfig): GroupConfig {
  return {
    ...config,
    engine: { ...config.engine, zero: { ...config.engine.zero, stage: 0, offload: false } },
  }
}

function withOptions(config: GroupConfig): GroupConfig {
  const packedTokens = values['packed-tokens']
  const activationGib = values['activation-gib']
  return {
    ...config,
    engine: {
      ...config.engine,
      ...(packedTokens !== undefined && { packedTokens: Number(packedTokens) }),
      ...(activationGib !== undefined && { activationBytes: Number(activationGib) * 2 ** 30 }),
      ...(kernels !== undefined && { kernels }),
      ...(sharedPrompts !== undefined && { sharedPrompts }),
    },
  }
}

async function report(path: string, config: GroupConfig, shape: DecoderShape, length: number) {
  const size = { promptTokens, responseTokens: length - promptTokens }
  const groups = Array.from({ length: groupCount }, () => makeGroup(shape.vocabulary, size))
  const counted = await countStep(engine, alone(config), groups)
  const { operations } = counted
  const plan = planMemory(config, shape, await plannedRanks(config, process.env))
  const stateBytes = plan.weights + plan.gradients + plan.optimizer
  const peakBytes = counted.peakBytes - counted.stateBytes + stateBytes
  const sequences = groups.flatMap(({ responses }) =>
    groupLengths(promptTokens, responses, config.engine.sharedPrompts),
  )
  const tokens = sequences.reduce((sum, { prompt, response }) => sum + prompt + response, 0)
  const asked = stepFlops(shape, sequences)
  const { packedTokens, activationBytes } = config.engine
  const of = (field: 'part' | 'phase') =>
    Object.fromEntries(
      [...new Set(operations.map((operation) => operation[field]))].map((name) => {
        const its = operations.filter((operation) => operation[field] === name)
        const { flops, readBytes, writtenBytes, ...counts } = sumUp(its)
        return [
          name,
          {
            ...counts,
            kibPerToken: round((readBytes + writtenBytes) / tokens / 2 ** 10, 4),
            gflopPerToken: round(flops / tokens / 1e9, 4),
            ...Object.fromEntries(
              gpus.map((device) => [device.name, round(secondsOf(its, device).expected)]),
            ),
          },
        ]
      }),
    )
  const sums = sumUp(operations)
  const result = {
    configuration: path,
    groups: groupCount,
    tokensPerResponse: length,
    tokens,
    packedTokens,
    activationGib: activationBytes === null ? null : gib(activationBytes),
    kernels: config.engine.kernels,
    sharedPrompts: config.engine.sharedPrompts,
    askedGflopPerToken: round(asked / tokens / 1e9, 4),
    doneGflopPerToken: round(sums.flops / tokens / 1e9, 4),
    startedKernels: sums.kernels,
    kibPerToken: round((sums.readBytes + sums.writtenBytes) / tokens / 2 ** 10, 4),
    peakGib: gib(peakBytes),
    plannedGib: gib(plan.total),
    parts: of('part'),
    phases: of('phase'),
    devices: Object.fromEntries(
      gpus.map((device) => {
        const { least, expected } = secondsOf(operations, device)
        return [
          device.name,
          {
            fits: peakBytes < 0.9 * device.memoryGib * 2 ** 30,
            leastSeconds: round(least),
            expectedSeconds: round(expected),
            mostMfu: round(asked / least / device.peakFlops),
            expectedMfu: round(asked / expected / device.peakFlops),
            expectedTokensPerSecond: round(tokens / expected, 4),
          },
        ]
      }),
    ),
  }
  const { parts, phases, devices, ...rest } = result
  process.stdout.write(`${JSON.stringify(rest)}\n`)
  for (const table of [parts, phases, devices]) console.table(table)
  return result
}
