/**
 * A gap and probes that flip single bits in, the input with the bits flipped that close the gap out. It holds where the
 * operands' bits are exclusive-or's of the places' bits: masks, rotations, other orders of bytes.
 */
import type { EntryPoint } from '../../call/entry-point.ts'
import type { Input } from '../../records/input.ts'
import type { NumberSlot } from '../input-slots.ts'
import { type Gap, type Probe, pairIn } from './gap.ts'
import { withNumbers } from './number-values.ts'
import { solveBits } from './solve-bits.ts'

export function* solveFlips(
  entryPoint: EntryPoint,
  input: Input,
  gap: Gap,
  probes: readonly Probe[],
): Generator<Input> {
  const bits = probes.filter((probe) => probe.kind === 'bit')
  const changes = bits.map((probe) => {
    const moved = pairIn(gap, probe.traces)
    return moved === undefined ? 0n : moved[0] ^ moved[1] ^ gap.a ^ gap.b
  })
  const flips = solveBits(changes, gap.a ^ gap.b)
  if (flips === undefined) return
  const values = new Map<NumberSlot, bigint>()
  for (const at of flips) {
    const { slot, bit } = bits[at]!
    values.set(slot, (values.get(slot) ?? slot.value) ^ (1n << BigInt(bit)))
  }
  yield withNumbers(entryPoint, input, [...values])
}
