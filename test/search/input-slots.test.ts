import { describe, expect, it } from 'vitest'
import type { CallPlan, PlanType } from '../../src/call/call-plan.ts'
import { encodeCall } from '../../src/call/encode-call.ts'
import type { EntryPoint } from '../../src/call/entry-point.ts'
import type { CallInput, Input } from '../../src/records/input.ts'
import { slotsOf } from '../../src/search/input-slots.ts'

const INT: PlanType = { kind: 'integer', size: 4, signed: true, character: false, name: 'int' }
const CHAR: PlanType = { kind: 'integer', size: 1, signed: true, character: true, name: 'char' }
const pointer = (to: number): PlanType => ({ kind: 'pointer', size: 8, to, constant: false, flat: false })
const program: EntryPoint = { kind: 'program', exitDefined: true }

function entryPointOf(
  types: readonly PlanType[],
  parameters: CallPlan['parameters'],
): EntryPoint & { kind: 'function' } {
  const plan: CallPlan = {
    kind: 'plan',
    function: 'f',
    prototyped: true,
    parameters,
    returns: null,
    globals: [],
    types,
  }
  return { kind: 'function', plan, driver: '' }
}

/** int f(int *a, int n) */
const array = entryPointOf(
  [INT, pointer(0)],
  [
    { name: 'a', type: 1 },
    { name: 'n', type: 0 },
  ],
)
const threeElements: CallInput = {
  kind: 'call',
  args: [{ p: { block: 0, offset: 0 } }, { i: '3' }],
  blocks: [{ type: 0, count: 3, value: { a: [{ i: '7' }, { i: '8' }, { i: '9' }] } }],
  globals: {},
  stdin: '',
}

describe('slotsOf', () => {
  it('finds the numbers of a call where they lie and puts others there', () => {
    const { numbers } = slotsOf(array, threeElements)
    expect(numbers.map(({ id, value }) => [id, value])).toEqual([
      ['args.1', 3n],
      ['blocks.0.value.a.0', 7n],
      ['blocks.0.value.a.1', 8n],
      ['blocks.0.value.a.2', 9n],
    ])
    expect(numbers[2]!.with(-5n)).toEqual({
      ...threeElements,
      blocks: [{ type: 0, count: 3, value: { a: [{ i: '7' }, { i: '-5' }, { i: '9' }] } }],
    })
  })

  it('wraps what a type cannot hold, and leaves the input that it came from alone', () => {
    const before = structuredClone(threeElements)
    const [length] = slotsOf(array, threeElements).numbers
    expect((length!.with(2n ** 31n) as CallInput).args[1]).toEqual({ i: String(-(2 ** 31)) })
    expect(threeElements).toEqual(before)
  })

  it('makes an array as long as its length says, by repeating its elements', () => {
    const [length] = slotsOf(array, threeElements).numbers
    const longer = length!.with(5n) as CallInput
    expect(longer.blocks[0]).toEqual({
      type: 0,
      count: 5,
      value: { a: ['7', '8', '9', '7', '8'].map((i) => ({ i })) },
    })
    expect(() => encodeCall(array.plan, longer)).not.toThrow()
    const none = length!.with(0n) as CallInput
    expect(none.blocks[0]!.value).toEqual({ a: [] })
  })

  it('gives a text as a whole, by its characters, by its length and by the numbers written in it', () => {
    const text = entryPointOf([CHAR, pointer(0)], [{ name: 's', type: 1 }])
    const input: CallInput = {
      kind: 'call',
      args: [{ p: { block: 0, offset: 0 } }],
      blocks: [{ type: 0, count: 4, value: { s: 'a12' } }],
      globals: {},
      stdin: '',
    }
    const { numbers, texts } = slotsOf(text, input)
    const contentOf = (changed: Input) => (changed as CallInput).blocks[0]!
    expect(contentOf(texts[0]!.with('longer'))).toEqual({ type: 0, count: 7, value: { s: 'longer' } })
    const by = (id: RegExp) => numbers.find((slot) => id.test(slot.id))!
    expect(contentOf(by(/\[1\]$/).with(0x7an)).value).toEqual({ s: 'az2' })
    expect(contentOf(by(/length$/).with(5n)).value).toEqual({ s: 'a12a1' })
    expect(contentOf(by(/token 1$/).with(-345n)).value).toEqual({ s: 'a-345' })
  })

  it('keeps a text within an array that cannot grow', () => {
    const field: PlanType = { kind: 'array', size: 4, element: 0, count: 4 }
    const struct: PlanType = {
      kind: 'struct',
      size: 4,
      name: 'struct s',
      members: [{ name: 'name', type: 1, bitOffset: 0, bits: null }],
    }
    const entryPoint = entryPointOf([CHAR, field, struct, pointer(2)], [{ name: 'p', type: 3 }])
    const input: CallInput = {
      kind: 'call',
      args: [{ p: { block: 0, offset: 0 } }],
      blocks: [{ type: 2, count: 1, value: { a: [{ a: [{ s: 'ab' }] }] } }],
      globals: {},
      stdin: '',
    }
    const changed = slotsOf(entryPoint, input).texts[0]!.with('much too long') as CallInput
    expect(changed.blocks[0]!.value).toEqual({ a: [{ a: [{ s: 'muc' }] }] })
    expect(() => encodeCall(entryPoint.plan, changed)).not.toThrow()
  })

  it('finds the numbers of a standard input, whole and with fractions', () => {
    const input: Input = { kind: 'stdin', stdin: '10 x -2.5\n' }
    const { numbers, floats } = slotsOf(program, input)
    expect(numbers[0]).toMatchObject({ value: 10n, bits: 64 })
    expect(numbers[0]!.with(-3n)).toEqual({ kind: 'stdin', stdin: '-3 x -2.5\n' })
    expect(floats.map(({ value }) => value)).toEqual([10, -2.5])
    expect(floats[1]!.with(Number.NaN)).toEqual({ kind: 'stdin', stdin: '10 x nan\n' })
  })
})
