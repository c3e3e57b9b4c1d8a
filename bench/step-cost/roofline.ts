/**
 * Counted operations and a device in, the time that they take out: the least that the device's data sheet allows, and
 * what is expected of it. Each operation takes as long as its products or its bytes, whichever is longer; operations
 * run one after another, and the host keeps ahead of the device.
 */
import type { CountedOperation } from '../../src/train/tensor-engine/native-model.ts'
import type { GpuDevice } from './devices.ts'

export interface StepSeconds {
  readonly least: number
  readonly expected: number
}

export function secondsOf(operations: readonly CountedOperation[], device: GpuDevice): StepSeconds {
  let [least, expected] = [0, 0]
  for (const operation of operations) {
    const { calls, flops, readBytes, writtenBytes } = operation
    const products = flops / device.peakFlops
    const memory = (readBytes + writtenBytes) / device.bandwidth
    const { reached } = device
    least += calls * Math.max(products, memory)
    const share = isAttention(operation) ? reached.attention : reached.products
    expected += calls * Math.max(products / share, memory / reached.memory)
  }
  return { least, expected }
}

export function isAttention({ name }: CountedOperation): boolean {
  return name.includes('attention')
}

export interface Sums {
  readonly operations: number
  readonly kernels: number
  readonly flops: number
  readonly readBytes: number
  readonly writtenBytes: number
}

export function sumUp(operations: readonly CountedOperation[]): Sums {
  const total = (of: (operation: CountedOperation) => number) =>
    operations.reduce((sum, operation) => sum + operation.calls * of(operation), 0)
  return {
    operations: total(() => 1),
    kernels: total(({ kernels }) => kernels),
    flops: total(({ flops }) => flops),
    readBytes: total(({ readBytes }) => readBytes),
    writtenBytes: total(({ writtenBytes }) => writtenBytes),
  }
}
