import { describe, expect, it } from 'vitest'
import type { EntryPoint } from '../../../src/call/entry-point.ts'
import type { Explored } from '../../../src/execute/code-engine.ts'
import type { NumberComparison } from '../../../src/execute/harness/comparisons.ts'
import type { CallInput, Input } from '../../../src/records/input.ts'
import type { Traces } from '../../../src/search/frontier.ts'
import { slotsOf } from '../../../src/search/input-slots.ts'
import type { Probe } from '../../../src/search/solve/gap.ts'
import { solveComparisons } from '../../../src/search/solve/solve-comparisons.ts'
import { alongDirection, keepingDirections } from '../../../src/search/solve/solve-directions.ts'

/** A function of three ints that compares as given, without a compiler. */
const INT = { kind: 'integer', size: 4, signed: true, character: false, name: 'int' } as const
const entryPoint: EntryPoint = {
  kind: 'function',
  driver: '',
  plan: {
    kind: 'plan',
    function: 'f',
    prototyped: true,
    parameters: ['x', 'y', 'z'].map((name) => ({ name, type: 0 })),
    returns: null,
    globals: [],
    types: [INT],
  },
}
type Compare = (x: bigint, y: bigint, z: bigint) => (readonly [bigint, bigint])[]

const inputOf = (...values: bigint[]): CallInput => ({
  kind: 'call',
  args: values.map((value) => ({ i: String(value) })),
  blocks: [],
  globals: {},
  stdin: '',
})
const argumentsOf = (input: Input) =>
  (input as CallInput).args.map((value) => BigInt('i' in value ? value.i : 0)) as [bigint, bigint, bigint]

function tracesOf(compare: Compare, input: Input): Traces {
  const numbers = compare(...argumentsOf(input)).map(([a, b], place): NumberComparison => {
    const pair = [BigInt.asUintN(32, a), BigInt.asUintN(32, b)] as const
    return { place, kind: 'integer', size: 4, equal: a === b ? 1 : 0, pairs: [pair, pair, pair] }
  })
  const outcome = { kind: 'ok', stdout: '', exit: 0, effects: '', cpuMs: 0 } as const
  const explored: Explored = { outcome, input, coverage: undefined, comparisons: { numbers, texts: [] } }
  return [explored, { ...explored, comparisons: { numbers: [], texts: [] } }]
}

function probesOf(compare: Compare, input: Input): Probe[] {
  const { numbers } = slotsOf(entryPoint, input)
  const steps = numbers.map((slot): Probe => {
    const traces = tracesOf(compare, slot.with(slot.value + 1n))
    return { kind: 'number', slot, step: 1n, traces }
  })
  const bits = numbers.flatMap((slot) =>
    Array.from({ length: 32 }, (_, bit): Probe => {
      const traces = tracesOf(compare, slot.with(slot.value ^ (1n << BigInt(bit))))
      return { kind: 'bit', slot, bit, traces }
    }),
  )
  return [...steps, ...bits]
}

/** Whether one of the inputs that follow meets all comparisons. */
function meetsAll(
  compare: Compare,
  start: CallInput,
  probes = probesOf(compare, start),
  met = compare,
): boolean {
  return [...solveComparisons(entryPoint, start, tracesOf(compare, start), probes)].some((input) =>
    met(...argumentsOf(input)).every(([a, b]) => BigInt.asIntN(32, a) === BigInt.asIntN(32, b)),
  )
}

describe('solveComparisons', () => {
  const wrap = (value: bigint) => BigInt.asIntN(32, value)
  const rotated = (value: bigint) => {
    const bits = BigInt.asUintN(32, value)
    return wrap((bits << 7n) | (bits >> 25n))
  }
  it.each<[string, Compare, CallInput]>([
    ['x == C', (x) => [[x, 123456789n]], inputOf(3n, 0n, 0n)],
    ['7 x + 13 == C', (x) => [[wrap(7n * x + 13n), 700013n]], inputOf(1n, 0n, 0n)],
    ['x * odd == C, wrapping', (x) => [[wrap(x * 2654435761n), 99n]], inputOf(1n, 0n, 0n)],
    ['x - y == C', (x, y) => [[wrap(x - y), 777777n]], inputOf(5n, 6n, 0n)],
    ['x * y == C', (x, y) => [[wrap(x * y), 1022117n]], inputOf(5n, 6n, 0n)],
    ['x * y * z == C', (x, y, z) => [[wrap(x * y * z), 7n * 101n * 103n]], inputOf(5n, 6n, 7n)],
    ['x ^ K == C', (x) => [[wrap(x ^ 0x5a5a5a5an), 12345n]], inputOf(9n, 0n, 0n)],
    ['rotate(x) == C', (x) => [[rotated(x), 0x1234567n]], inputOf(9n, 0n, 0n)],
  ])('meets %s in one step', (_, compare, start) => {
    expect(meetsAll(compare, start)).toBe(true)
  })

  it('meets what lies behind comparisons that no place alone leaves met', () => {
    // The second comparison is only reached where the first is met, the third where both are.
    const compare: Compare = (x, y, z) => {
      const chain = [
        [x - y, 100n],
        [y + z, 5000n],
        [z, 77777n],
      ] as const
      const broken = chain.findIndex(([a, b]) => a !== b)
      return chain.slice(0, broken < 0 ? 3 : broken + 1).map(([a, b]) => [a, b])
    }
    const start = inputOf(5100n, 5000n, 0n)
    const probes = probesOf(compare, start).filter(({ kind }) => kind === 'number')
    expect(
      meetsAll(compare, start, probes, (...xyz) =>
        compare(...xyz).length < 3 ? [[0n, 1n]] : compare(...xyz),
      ),
    ).toBe(false)
    for (let round = 0; round < 3; round++)
      for (const direction of keepingDirections(tracesOf(compare, start), probes)) {
        const traces = tracesOf(compare, alongDirection(entryPoint, start, direction, 1n))
        probes.push({ kind: 'direction', direction, traces })
      }
    expect(
      meetsAll(compare, start, probes, (...xyz) =>
        compare(...xyz).length < 3 ? [[0n, 1n]] : compare(...xyz),
      ),
    ).toBe(true)
  })
})
