/** A gap between floats and a probe in, inputs with the probe's place changed so that the gap should close out. */
import type { Input } from '../../records/input.ts'
import { nextFloat } from '../next-float.ts'
import { type Gap, type Probe, pairIn } from './gap.ts'
import { clamped } from './number-values.ts'

export function* solveFloats(gap: Gap, probe: Probe): Generator<Input> {
  const moved = pairIn(gap, probe.traces)
  if (moved === undefined) return
  const { size } = gap.comparison
  const [a, b] = [floatOf(gap.a, size), floatOf(gap.b, size)]
  const change = floatOf(moved[0], size) - floatOf(moved[1], size) - (a - b)
  if (change === 0 || !Number.isFinite(change)) return
  if (probe.kind === 'direction' || probe.kind === 'bit') return
  const value = Number(probe.slot.value)
  const wanted = value === a ? b : value === b ? a : value - ((a - b) * Number(probe.step)) / change
  if (!Number.isFinite(wanted)) return
  if (probe.kind === 'number') {
    for (const offset of [0, 1, -1])
      yield probe.slot.with(clamped(probe.slot, BigInt(Math.round(wanted) + offset)))
    return
  }
  const { slot } = probe
  for (const near of [
    wanted,
    nextFloat(wanted, slot.format, 1),
    nextFloat(wanted, slot.format, -1),
    Math.round(wanted),
  ])
    yield slot.with(near)
}

/** @param size bytes: 4 or 8 */
function floatOf(bits: bigint, size: number): number {
  const view = new DataView(new ArrayBuffer(8))
  if (size === 4) {
    view.setUint32(0, Number(bits))
    return view.getFloat32(0)
  }
  view.setBigUint64(0, bits)
  return view.getFloat64(0)
}
