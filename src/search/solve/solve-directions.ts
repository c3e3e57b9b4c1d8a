/**
 * What a run and its probes compared in, directions out: places that are moved together so that comparisons that are met
 * stay met. What lies behind those comparisons can be probed only along such directions.
 */
import type { EntryPoint } from '../../call/entry-point.ts'
import type { Input } from '../../records/input.ts'
import type { Traces } from '../frontier.ts'
import type { NumberSlot } from '../input-slots.ts'
import { changeOf, type Direction, gapsOf, type Probe } from './gap.ts'
import { withNumbers } from './number-values.ts'
import { solveLinear } from './solve-linear.ts'

/** Places and comparisons that one system of equations is about, and directions that follow from it. */
const MOST_UNKNOWNS = 12
const MOST_EQUATIONS = 8
const MOST_DIRECTIONS = 8

/** A probe that moves places by whole numbers, and how it moves each gap that is closed. */
interface Column {
  readonly probe: Probe
  readonly direction: Direction
}

/**
 * They hold as far as the probes tell; probes along them tell more directions.
 *
 * @returns those that are not among the probes yet
 */
export function keepingDirections(traces: Traces, probes: readonly Probe[]): Direction[] {
  const columns = probes.flatMap((probe): Column[] => {
    const direction = directionOf(probe)
    return direction === undefined ? [] : [{ probe, direction }]
  })
  const rows = equationsOf(traces, columns)
  const moved = [...columns.keys()].filter((at) => rows.some((row) => row[at] !== 0n)).slice(-MOST_UNKNOWNS)
  const known = new Set(columns.map(({ direction }) => directionKey(direction)))
  const found: Direction[] = []
  for (const one of moved) {
    const others = moved.filter((at) => at !== one)
    const deltas = solveLinear(
      rows.map((row) => others.map((at) => row[at]!)),
      rows.map((row) => -row[one]!),
    )
    if (deltas === undefined || found.length === MOST_DIRECTIONS) continue
    const parts = others.map((at, index) => [columns[at]!.direction, deltas[index]!] as const)
    const direction = combined([[columns[one]!.direction, 1n], ...parts])
    const key = directionKey(direction)
    if (direction.length > 0 && !known.has(key)) found.push(direction)
    known.add(key)
  }
  return found
}

/** A row for each closed gap that some probe moves: by how much each column moves it. */
function equationsOf(traces: Traces, columns: readonly Column[]): bigint[][] {
  const rows: bigint[][] = []
  for (const gap of gapsOf(traces)) {
    if (gap.comparison.kind === 'float' || gap.a !== gap.b || rows.length === MOST_EQUATIONS) continue
    const row = columns.map(({ probe }) => changeOf(gap, probe) ?? 0n)
    const isNew = !rows.some((other) => other.every((change, at) => change === row[at]))
    if (isNew && row.some((change) => change !== 0n)) rows.push(row)
  }
  return rows
}

/** Inputs along a direction that should close a gap. */
export function* solveDirection(
  entryPoint: EntryPoint,
  input: Input,
  direction: Direction,
  { before, change }: { readonly before: bigint; readonly change: bigint },
): Generator<Input> {
  if (change === 0n) return
  for (const target of [0n, 1n, -1n])
    yield alongDirection(entryPoint, input, direction, (target - before) / change)
}

/** The input moved `times` times in a direction. */
export const alongDirection = (
  entryPoint: EntryPoint,
  input: Input,
  direction: Direction,
  times: bigint,
): Input =>
  withNumbers(
    entryPoint,
    input,
    direction.map(([slot, by]) => [slot, slot.value + times * by]),
  )

function directionOf(probe: Probe): Direction | undefined {
  if (probe.kind === 'direction') return probe.direction
  return probe.kind === 'number' && probe.step === 1n ? [[probe.slot, 1n]] : undefined
}

function combined(parts: readonly (readonly [Direction, bigint])[]): Direction {
  const sums = new Map<string, readonly [NumberSlot, bigint]>()
  for (const [direction, times] of parts)
    for (const [slot, by] of direction) sums.set(slot.id, [slot, (sums.get(slot.id)?.[1] ?? 0n) + by * times])
  return [...sums.values()].filter(([, by]) => by !== 0n)
}

const directionKey = (direction: Direction) =>
  direction
    .map(([{ id }, by]) => `${id} ${by}`)
    .sort()
    .join()
