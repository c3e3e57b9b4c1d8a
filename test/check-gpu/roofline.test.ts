import { describe, expect, it } from 'vitest'
import { findDevice, type GpuDevice } from '../../bench/step-cost/devices.ts'
import { secondsOf, sumUp } from '../../bench/step-cost/roofline.ts'
import type { CountedOperation } from '../../src/train/tensor-engine/native-model.ts'

const DEVICE: GpuDevice = {
  name: 'a',
  pattern: /a/,
  peakFlops: 1000,
  memoryGib: 1,
  bandwidth: 100,
  link: 10,
  source: '',
  reached: { products: 0.5, attention: 0.25, memory: 0.8 },
}
const operation = (given: Partial<CountedOperation>): CountedOperation => ({
  phase: 'forward',
  part: 'mlp',
  name: 'aten::mm',
  calls: 1,
  kernels: 1,
  flops: 0,
  readBytes: 0,
  writtenBytes: 0,
  ...given,
})

describe('the time of counted operations', () => {
  it.each([
    ['products', { flops: 2000, readBytes: 10 }, 2, 4],
    ['bytes', { flops: 200, readBytes: 60, writtenBytes: 40 }, 1, 1.25],
    ['attention', { name: 'aten::_flash_attention_backward', flops: 500 }, 0.5, 2],
    ['several calls', { flops: 1000, calls: 3 }, 3, 6],
  ])('is that of %s, at the peak and at what is reached of it', (_, given, least, expected) => {
    expect(secondsOf([operation(given)], DEVICE)).toEqual({ least, expected })
  })

  it('adds up over operations, as their counts do', () => {
    const both = [operation({ flops: 1000, calls: 2 }), operation({ readBytes: 100, kernels: 5 })]
    expect(secondsOf(both, DEVICE).least).toBe(3)
    expect(sumUp(both)).toEqual({ operations: 3, kernels: 7, flops: 2000, readBytes: 100, writtenBytes: 0 })
  })
})

describe('a GPU', () => {
  it.each([
    ['NVIDIA H200', 989e12],
    ['NVIDIA H100 80GB HBM3', 989e12],
    ['NVIDIA A100-SXM4-80GB', 312e12],
    ['NVIDIA B200', 2250e12],
  ])("is found by the driver's name: %s", (name, peakFlops) => {
    expect(findDevice(name)?.peakFlops).toBe(peakFlops)
  })

  it('is not guessed', () => {
    expect(findDevice('NVIDIA GeForce RTX 4090')).toBeUndefined()
  })
})
