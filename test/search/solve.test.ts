import { describe, expect, it } from 'vitest'
import type { EntryPoint } from '../../src/call/entry-point.ts'
import type { Explored } from '../../src/execute/code-engine.ts'
import type { NumberComparison } from '../../src/execute/harness/comparisons.ts'
import type { CallInput, Input } from '../../src/records/input.ts'
import type { Traces } from '../../src/search/frontier.ts'
import { slotsOf } from '../../src/search/input-slots.ts'
import { nextFloat } from '../../src/search/next-float.ts'
import { solveBits } from '../../src/search/solve-bits.ts'
import {
  alongDirection,
  keepingDirections,
  type Probe,
  solveComparisons,
} from '../../src/search/solve-comparisons.ts'
import { solveLinear } from '../../src/search/solve-linear.ts'

describe('solveLinear', () => {
  it.each([
    [
      [
        [1n, 1n],
        [1n, -1n],
      ],
      [10n, 4n],
      [7n, 3n],
    ],
    [[[3n, 0n]], [9n], [3n, 0n]],
    [[[2n, 1n]], [7n], undefined],
    [
      [
        [1n, 1n],
        [2n, 2n],
      ],
      [1n, 3n],
      undefined,
    ],
    [
      [
        [1n, 1n],
        [2n, 2n],
      ],
      [1n, 2n],
      [1n, 0n],
    ],
    [
      [
        [0n, 5n, 1n],
        [1n, 0n, 1n],
      ],
      [10n, 4n],
      [4n, 2n, 0n],
    ],
  ])('%s x = %s gives %s', (rows, wanted, solution) => {
    expect(solveLinear(rows, wanted)).toEqual(solution)
  })
})

describe('solveBits', () => {
  it.each([
    [[0b011n, 0b110n, 0b001n], 0b101n, [0, 1]],
    [[0b1n], 0n, []],
    [[0b10n, 0b10n], 0b1n, undefined],
  ])('of %s makes %s by %s', (numbers, wanted, chosen) => {
    expect(solveBits(numbers, wanted)).toEqual(chosen)
  })
})

describe('nextFloat', () => {
  it.each([
    [1, 'f64', 1, 1.0000000000000002],
    [1, 'f64', -1, 0.9999999999999999],
    [-1, 'f64', 1, -0.9999999999999999],
    [0, 'f64', 1, 5e-324],
    [0, 'f32', -1, -(2 ** -149)],
    [1, 'f32', 1, 1 + 2 ** -23],
    [Number.POSITIVE_INFINITY, 'f64', 1, Number.POSITIVE_INFINITY],
  ] as const)('beside %s in %s towards %s lies %s', (value, format, direction, next) => {
    expect(nextFloat(value, format, direction)).toBe(next)
  })
})

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
