/** Where the time of a step and of a stretch of drawing goes, kernel by kernel, by libtorch's own profiler. */
import { accumulateGradient } from '../../../src/train/preference/accumulate-gradient.ts'
import { methodOf } from '../../../src/train/preference/method.ts'
import { openPolicyOptions } from '../../../src/train/run/open-options.ts'
import type { ProfiledKernel } from '../../../src/train/tensor-engine/native-model.ts'
import { openTensorEngine } from '../../../src/train/tensor-engine/open-tensor-engine.ts'
import { readContext, round, tell } from '../context.ts'
import { makeGroup } from '../make-group.ts'
import { openLargeModel, writeLargeModel } from '../models.ts'
import { gepoConfig } from '../shipped-configs.ts'

const TOP = 20
const NAME_CHARACTERS = 160

const { device, tiny, scratch } = readContext()
const config = gepoConfig()
const { packedTokens } = config.engine
const large = writeLargeModel(scratch, tiny)
const engine = openTensorEngine()
const { folder: _, device: _device, ...options } = openPolicyOptions(config, device)
const model = await openLargeModel(engine, large, device, options)

function report(kernels: readonly ProfiledKernel[]) {
  const total = kernels.reduce((sum, { nanoseconds }) => sum + nanoseconds, 0)
  return {
    kernels: kernels.length,
    calls: kernels.reduce((sum, { calls }) => sum + calls, 0),
    milliseconds: round(total / 1e6, 4),
    top: kernels.slice(0, TOP).map(({ name, calls, nanoseconds }) => ({
      name: name.slice(0, NAME_CHARACTERS),
      calls,
      milliseconds: round(nanoseconds / 1e6),
      share: round(nanoseconds / total),
    })),
  }
}

const group = makeGroup(large.shape.vocabulary, {
  promptTokens: tiny ? 8 : 512,
  responseTokens: tiny ? 24 : 1024,
})
const settle = { ids: Int32Array.of(1, 2), offsets: Int32Array.of(0, 2), promptLengths: Int32Array.of(1) }
const passes = async () => {
  await accumulateGradient(model, [group], methodOf(config), { packedTokens })
  await model.logProbs(settle)
}
const step = async () => {
  await model.step({ learningRate: 1e-7, clipNorm: 1 })
  await model.logProbs(settle)
}
await passes()
await step()
tell({ passes: report(await model.profile(passes)) })
tell({ optimizer: report(await model.profile(step)) })

const length = tiny ? 8 : 512
const prompts = Array.from({ length: 64 }, (_, i) => group.responses[i % 8]!.subarray(0, length))
const draw = (maxNewTokens: number) => async () => {
  await model.generate({
    ids: Int32Array.from(prompts.flatMap((ids) => [...ids])),
    offsets: Int32Array.from({ length: 65 }, (_, i) => i * length),
    maxNewTokens,
    stopTokens: new Int32Array(),
    temperature: 1,
  })
}
await draw(2)()
tell({ drawing: report(await model.profile(draw(16))) })
await engine.close()
