/** One of the engine's smaller computations on tensors of a test: by kernels of ours or by libtorch's operations. */
import { loadAddon } from '../../../src/train/tensor-engine/addon.ts'
import type { Device, NumberType } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { uniformNumbers } from './random-checkpoint.ts'

export interface TestTensor {
  readonly values: Float64Array
  readonly shape: Float64Array
  /** Absent: the type of the trial. */
  readonly numberType?: NumberType | 'int64'
}

export interface Trial {
  readonly name: string
  readonly tensors: readonly TestTensor[]
  readonly numbers?: readonly number[]
}

export interface Way {
  readonly numberType: NumberType
  /** Of the weights; float32 unless it is said. */
  readonly gradients?: NumberType
  readonly fused: boolean
  readonly device?: Device
  /** Threads of a team, on the CPU: more than one show that a team shares its work rightly. */
  readonly teamSize?: number
}

/** What native/trainer/bindings/kernel-trials.cpp says of the trial's name, each tensor row by row. */
export function tryKernel(trial: Trial, way: Way): Promise<Float64Array[]> {
  const addon = loadAddon(process.env)
  addon.start(1)
  return addon.call('tryKernel', {
    name: trial.name,
    tensors: trial.tensors.map((tensor) => ({ numberType: way.numberType, ...tensor })),
    numbers: Float64Array.from(trial.numbers ?? []),
    gradients: way.gradients ?? (way.numberType === 'float64' ? 'float64' : 'float32'),
    fused: way.fused,
    device: way.device ?? 'cpu',
    teamSize: way.teamSize ?? 1,
  })
}

const uniform = uniformNumbers(11)

/** Numbers within +-`size`, near zero more often than far from it. */
export function random(shape: readonly number[], size = 2): TestTensor {
  const length = shape.reduce((product, n) => product * n, 1)
  return tensor(
    shape,
    Float64Array.from({ length }, () => size * (2 * uniform() - 1) * uniform()),
  )
}

export function integers(length: number, below: number): TestTensor {
  const values = Float64Array.from({ length }, () => Math.floor(uniform() * below))
  return { ...tensor([length], values), numberType: 'int64' }
}

export function tensor(shape: readonly number[], values: Float64Array): TestTensor {
  return { values, shape: Float64Array.from(shape) }
}
