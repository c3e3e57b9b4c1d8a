/** What a check runs, in which order and for how long each: correctness first, so that the time that is left goes to speed. */
import { UserError } from '../../src/base/user-error.ts'
import type { Context } from './context.ts'

export interface Part {
  readonly name: string
  /** What it shows, for the report. */
  readonly shows: string
  /** At most; what it has told until then is kept. */
  readonly seconds: number
  /** Needs no GPU and runs beside the next parts, until the first that is timed. */
  readonly beside?: boolean
  /** Measures time: nothing runs beside it. */
  readonly timed?: boolean
}

export const PARTS: readonly Part[] = [
  { name: 'build', shows: 'the engine compiles against the libtorch that is there', seconds: 240 },
  {
    name: 'machine',
    shows: 'the GPU, its driver, PyTorch, and the two ceilings: products and copies',
    seconds: 60,
  },
  { name: 'tests', shows: 'the tests of the engine on a GPU', seconds: 120 },
  { name: 'parity', shows: 'the same numbers as transformers, float32 and bfloat16', seconds: 90 },
  {
    name: 'generation',
    shows: 'Qwen3-8B draws: tokens a second with and without CUDA graphs',
    seconds: 70,
    timed: true,
  },
  {
    name: 'training',
    shows: 'GEPO steps on all of Qwen3-8B: tokens a second, MFU, memory',
    seconds: 120,
    timed: true,
  },
  { name: 'profile', shows: 'the twenty kernels that a step takes longest for', seconds: 60, timed: true },
  {
    name: 'attention',
    shows: 'which of the kernels for attention is fastest here',
    seconds: 60,
    timed: true,
  },
  {
    name: 'oorl',
    shows: 'two OORL steps on Qwen3-8B, with the time of their phases',
    seconds: 90,
    timed: true,
  },
  {
    name: 'beside',
    shows: 'transformers draws the same answers from the same weights',
    seconds: 90,
    timed: true,
  },
]

interface Wanted {
  /** Default: all parts. */
  readonly names?: readonly string[] | undefined
  /** Whether a built engine came along: then compiling one is only a test, which keeps nobody waiting. */
  readonly isBuilt: boolean
  readonly device: Context['device']
  /** Seconds of parts by name, in place of their own. */
  readonly limits?: Readonly<Record<string, number>>
}

/** A GPU's machine compiles and computes so much faster than any other. */
const CPU_PATIENCE = 4

/** @throws UserError naming a part that there is not */
export function planParts({ names, isBuilt, device, limits = {} }: Wanted): Part[] {
  const asked = [...(names ?? []), ...Object.keys(limits)]
  const unknown = asked.find((name) => !PARTS.some((part) => part.name === name))
  if (unknown !== undefined) {
    throw new UserError(
      `There is no part ${unknown}: choose among ${PARTS.map(({ name }) => name).join(', ')}.`,
    )
  }
  return PARTS.filter(({ name }) => names?.includes(name) ?? true).map((part) => ({
    ...part,
    seconds: limits[part.name] ?? (device === 'cpu' ? CPU_PATIENCE * part.seconds : part.seconds),
    ...(part.name === 'build' && isBuilt && { beside: true }),
  }))
}

/**
 * @param text `build=900,tests=300`
 * @throws UserError
 */
export function readLimits(text: string): Record<string, number> {
  const limits = text.split(',').map((entry): [string, number] => {
    const [name, seconds] = entry.split('=')
    return [name!, Number(seconds)]
  })
  if (limits.every(([, seconds]) => seconds > 0)) return Object.fromEntries(limits)
  throw new UserError(`--limits names parts and seconds above 0, such as build=900,tests=300, not ${text}.`)
}

/** A part that has not even this long left is not begun. */
const LEAST_SECONDS = 5

/** How long a part may take of what is left; undefined: it is left out. */
export function secondsFor(part: Part, left: number): number | undefined {
  return left < LEAST_SECONDS ? undefined : Math.min(part.seconds, left)
}
