/** An input in, simpler ones of the same kind out, simplest first: what a person would rather read as a witness. */
import type { EntryPoint } from '../call/entry-point.ts'
import type { Input } from '../records/input.ts'
import { slotsOf } from './input-slots.ts'

const MOST_EACH = 24

/** @example shrinkInput(entryPoint, { kind: 'stdin', stdin: '12 abc\n' }) // stdin '', '12 ', 'abc\n', '0 abc\n', ... */
export function shrinkInput(entryPoint: EntryPoint, input: Input): Input[] {
  const { numbers, floats, texts } = slotsOf(entryPoint, input)
  const simpler: Input[] = []
  for (const { text, with: put } of texts.slice(0, MOST_EACH)) {
    const half = Math.ceil(text.length / 2)
    for (const part of ['', text.slice(0, half), text.slice(half), text.slice(0, -1), text.slice(1)])
      if (part.length < text.length) simpler.push(put(part))
  }
  for (const { value, with: put } of numbers.slice(0, MOST_EACH))
    for (const less of [0n, value / 2n, value - 1n])
      if (value > 0n ? less < value : value < 0n && less > value) simpler.push(put(less))
  for (const { value, with: put } of floats.slice(0, MOST_EACH))
    for (const less of [0, 1, Math.trunc(value)])
      if (String(less).length < String(value).length || Number.isNaN(value)) simpler.push(put(less))
  const size = sizeOf(input)
  return simpler.filter((one) => sizeOf(one) < size).sort((a, b) => sizeOf(a) - sizeOf(b))
}

/** What is shorter to write down is simpler. */
export const sizeOf = (input: Input): number => JSON.stringify(input).length
