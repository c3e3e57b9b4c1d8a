/** An input and what its run compared in, the same input with a compared text where the other one was out. */
import type { EntryPoint } from '../call/entry-point.ts'
import type { Input } from '../records/input.ts'
import type { Traces } from './frontier.ts'
import { slotsOf } from './input-slots.ts'

export function* targetTexts(entryPoint: EntryPoint, input: Input, traces: Traces): Generator<Input> {
  const pairs = traces.flatMap(({ comparisons }) => (comparisons?.texts ?? []).map(({ texts }) => texts))
  for (const [a, b] of pairs) {
    if (a === b) continue
    for (const slot of slotsOf(entryPoint, input).texts)
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        if (slot.text === from) yield slot.with(to)
        if (from === '') continue
        const at = slot.text.indexOf(from)
        if (at < 0) continue
        yield slot.with(slot.text.slice(0, at) + to + slot.text.slice(at + from.length))
        yield slot.with(slot.text.slice(0, at) + to)
      }
    // Bytes that are no text where they come from: written over, character by character.
    for (const slot of slotsOf(entryPoint, input).texts) {
      yield slot.with(b + slot.text.slice(b.length))
      yield slot.with(a + slot.text.slice(a.length))
    }
  }
}
