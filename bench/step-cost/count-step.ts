/**
 * A configuration, a model's folder and groups in, what one step over them takes out, counted by the engine itself on
 * the device that computes nothing: the same calls that training makes, at the model's full size.
 */
import type { GroupConfig } from '../../src/train/config/train-config.ts'
import { accumulateGradient } from '../../src/train/preference/accumulate-gradient.ts'
import { methodOf } from '../../src/train/preference/method.ts'
import type { PreparedGroup } from '../../src/train/preference/prepared-group.ts'
import { openPolicyOptions } from '../../src/train/run/open-options.ts'
import type { CountedOperation, NativeModel } from '../../src/train/tensor-engine/native-model.ts'
import type { Device, TensorEngine } from '../../src/train/tensor-engine/tensor-engine.ts'

export interface CountedStep {
  readonly operations: readonly CountedOperation[]
  /** What tensors hold at most in a step that is not the first, {@link CountedStep.stateBytes} with them. */
  readonly peakBytes: number
  /** Weights, gradients and the optimiser's state. */
  readonly stateBytes: number
}

/** @param device `meta`, but in tests of what is counted there */
export async function countStep(
  engine: TensorEngine,
  config: GroupConfig,
  groups: readonly PreparedGroup[],
  device: Device = 'meta',
): Promise<CountedStep> {
  // Counting looks at what the interface does not show.
  const model = (await engine.openModel({
    ...openPolicyOptions(config, device),
    ...(device !== 'meta' && { randomWeights: 1 }),
  })) as NativeModel
  const { learningRate, clipNorm } = config.optimizer
  const { packedTokens } = config.engine
  const step = async () => {
    await accumulateGradient(model, groups, methodOf(config), { packedTokens })
    await model.step({ learningRate, ...(clipNorm !== null && { clipNorm }) })
  }
  try {
    // The first step makes room for gradients and moments.
    await step()
    const { weights, gradients, optimizer } = await model.memory()
    const { operations, peakBytes } = await model.count(step)
    const stateBytes = weights + gradients + optimizer
    return { operations, peakBytes: stateBytes + peakBytes, stateBytes }
  } finally {
    await model.close()
  }
}
