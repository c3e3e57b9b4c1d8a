/**
 * GEPO steps on all parameters as configs/qwen3-8b/gepo.yaml has them, a group of 4 + 4 responses each: forward and
 * backward pass, the optimiser's step, tokens a second, the share of the GPU's peak, memory beside the plan's.
 */
import { planMemory } from '../../../src/train/model/plan-memory.ts'
import { accumulateGradient } from '../../../src/train/preference/accumulate-gradient.ts'
import { methodOf } from '../../../src/train/preference/method.ts'
import { openPolicyOptions } from '../../../src/train/run/open-options.ts'
import type { NativeModel } from '../../../src/train/tensor-engine/native-model.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import { EngineError } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { countStep } from '../../step-cost/count-step.ts'
import { findDevice } from '../../step-cost/devices.ts'
import { secondsOf } from '../../step-cost/roofline.ts'
import { gib, gpuName, readContext, round, tell, timed, usedGpuBytes } from '../context.ts'
import { makeGroup } from '../make-group.ts'
import { openLargeModel, writeLargeModel } from '../models.ts'
import { gepoConfig } from '../shipped-configs.ts'
import { groupLengths, stepFlops } from '../step-flops.ts'

const { device, tiny, scratch } = readContext()
const config = gepoConfig()
const large = writeLargeModel(scratch, tiny)
const method = methodOf(config)
const sheet = findDevice(gpuName() ?? '')
const peak = sheet?.peakFlops
const LENGTHS = tiny ? [32, 64] : [1536, 8192]
const PROMPT = tiny ? 8 : 512
interface Setting extends Pick<typeof config.engine, 'packedTokens' | 'activationBytes' | 'kernels'> {
  /** Steps after the first. */
  readonly steps: number
}
const { packedTokens, activationBytes, kernels } = config.engine
const SHIPPED: Setting = { packedTokens, activationBytes, kernels, steps: 2 }
/** libtorch's operations in place of kernels of our own. */
const PLAIN: Setting = { ...SHIPPED, kernels: 'torch', steps: 1 }
/** Nothing is run a second time, but for one forward pass of the whole group. */
const SERIAL: Setting = {
  ...SHIPPED,
  packedTokens: tiny ? 128 : 16_384,
  activationBytes: 40 * 2 ** 30,
  steps: 1,
}

const engine = openTensorEngine()

async function open({ activationBytes, kernels }: Setting): Promise<NativeModel> {
  const engineConfig = { ...config.engine, activationBytes, kernels }
  const {
    folder: _,
    device: _device,
    ...options
  } = openPolicyOptions({ ...config, engine: engineConfig }, device)
  return openLargeModel(engine, large, device, options)
}

/** Returns when the device has done all that was asked of it. */
async function settle(model: NativeModel): Promise<void> {
  await model.logProbs({
    ids: Int32Array.of(1, 2),
    offsets: Int32Array.of(0, 2),
    promptLengths: Int32Array.of(1),
  })
}

async function measure(model: NativeModel, length: number, setting: Setting) {
  const { packedTokens, activationBytes } = setting
  const group = makeGroup(large.shape.vocabulary, { promptTokens: PROMPT, responseTokens: length - PROMPT })
  const lengths = groupLengths(PROMPT, group.responses, config.engine.sharedPrompts)
  const flops = stepFlops(large.shape, lengths)
  const tokens = 8 * length
  const steps: Record<'loss' | 'gradientNorm' | 'passesSeconds' | 'optimizerSeconds', number>[] = []
  let reference = group.reference
  for (let i = 0; i <= setting.steps; i++) {
    const passes = await timed(async () => {
      const [result] = await accumulateGradient(model, [{ ...group, reference }], method, { packedTokens })
      await settle(model)
      return result!
    })
    const step = await timed(async () => {
      const { learningRate, clipNorm } = config.optimizer
      const result = await model.step({ learningRate, ...(clipNorm !== null && { clipNorm }) })
      await settle(model)
      return result
    })
    // The first step is against no reference, and its own log-probabilities are that of the others.
    if (i === 0) reference = passes.result.logProbs.policy
    steps.push({
      loss: round(passes.result.loss, 5),
      gradientNorm: round(step.result.gradientNorm, 5),
      passesSeconds: round(passes.seconds),
      optimizerSeconds: round(step.seconds),
    })
  }
  const mean = (name: 'passesSeconds' | 'optimizerSeconds') =>
    steps.slice(1).reduce((sum, step) => sum + step[name], 0) / setting.steps
  const seconds = mean('passesSeconds') + mean('optimizerSeconds')
  const plan = planMemory(
    {
      ...config,
      engine: { ...config.engine, packedTokens, activationBytes },
      length: { ...config.length, maxTokens: length },
    },
    large.shape,
    1,
  )
  const { devicePeak } = await model.memory()
  const counted = await countStep(
    engine,
    {
      ...config,
      model: large.folder,
      engine: { ...config.engine, packedTokens, activationBytes, kernels: model.info.kernels },
    },
    [group],
  )
  const predicted = sheet === undefined ? undefined : secondsOf(counted.operations, sheet).expected
  const share = (within: number) => (peak === undefined ? {} : { share: round(flops / within / peak) })
  return {
    tokens,
    kernels: model.info.kernels,
    packedTokens,
    activationGib: activationBytes === null ? null : gib(activationBytes),
    tokensPerSecond: round(tokens / seconds, 4),
    tflop: round(flops / 1e12, 4),
    mfu: share(seconds).share ?? null,
    /** Without the optimiser's step, which a batch of several groups takes once. */
    passesMfu: share(mean('passesSeconds')).share ?? null,
    /** By the ledger of cost. */
    expectedMfu: predicted === undefined ? null : (share(predicted).share ?? null),
    countedGib: gib(counted.peakBytes),
    plannedGib: gib(plan.total),
    peakGib: devicePeak === null ? null : gib(devicePeak),
    usedGib: gib(usedGpuBytes() ?? 0),
    steps,
  }
}

/** With half the activations as often as memory does not suffice. */
async function measureAt(name: string, length: number, setting: Setting): Promise<void> {
  const { seconds, result: model } = await timed(() => open(setting))
  try {
    tell({ [name]: { openSeconds: round(seconds), ...(await measure(model, length, setting)) } })
  } catch (error) {
    const fewer = Math.floor((setting.activationBytes ?? 0) / 2)
    if (!(error instanceof EngineError && error.code === 'out-of-memory') || fewer < 2 ** 30) throw error
    tell({ [`${name}With${gib(setting.activationBytes!)}Gib`]: error.message })
    await model.close()
    return measureAt(name, length, { ...setting, activationBytes: fewer })
  } finally {
    await model.close().catch(() => {})
  }
}

for (const length of LENGTHS) await measureAt(`at${length}`, length, SHIPPED)
for (const length of LENGTHS) await measureAt(`at${length}ByLibtorch`, length, PLAIN)
const longest = LENGTHS.at(-1)!
await measureAt(`at${longest}Serially`, longest, SERIAL)
await engine.close()
