/** The flags of `gepo eval --compile` in, checked against each other; what is asked of the model out. */
import { UserError } from '../../base/user-error.ts'
import type { CompileDrawing } from '../../evaluate/evaluate-compile.ts'
import { LEVELS, type Level } from '../../records/level.ts'
import type { CompileSettings } from '../../train/run/open-compile.ts'
import { wholeNumberList } from './parse-number.ts'

export interface CompileFlags {
  readonly database?: string
  readonly levels?: string
  readonly search?: number
  readonly out?: string
  readonly samples?: number
  readonly k?: string
  readonly temperature?: number
  readonly topP?: number
  readonly seed?: number
  readonly maxTokens?: number
  readonly batchSize?: number
  readonly jobs?: number
}

export interface CompileRequest {
  /** What the flags say; evaluation.compile of the configuration says the rest. */
  readonly settings: Partial<CompileSettings>
  /** Answers that are judged at a time; null for as many as cores. */
  readonly jobs: number | null
  readonly drawing: CompileDrawing | undefined
  /** File for the answers. */
  readonly out: string | undefined
}

/** @throws UserError that names the flag that is wrong */
export function parseCompileFlags(flags: CompileFlags): CompileRequest {
  const { database, levels, search, maxTokens, batchSize, jobs, out } = flags
  return {
    settings: {
      ...(database !== undefined && { groups: database }),
      ...(levels !== undefined && { levels: levelsOf(levels) }),
      ...(search !== undefined && { searchInputs: search }),
      ...(maxTokens !== undefined && { maxNewTokens: maxTokens }),
      ...(batchSize !== undefined && { batchSize }),
    },
    jobs: jobs ?? null,
    drawing: drawingOf(flags),
    out,
  }
}

function levelsOf(text: string): Level[] {
  const asked = text.split(',').map((word) => {
    const found = LEVELS.find((level) => level === word.trim())
    if (found === undefined)
      throw new UserError(`--levels ${text} must be of ${LEVELS.join(', ')}, as O0,O2.`)
    return found
  })
  return LEVELS.filter((level) => asked.includes(level))
}

/** What says how answers are drawn, and nothing where none are. */
const DRAWING = { k: '--k', temperature: '--temperature', topP: '--top-p', seed: '--seed' } as const

function drawingOf(flags: CompileFlags): CompileDrawing | undefined {
  const { samples, temperature = 1, topP = 1, seed = 0, k } = flags
  if (samples === undefined) {
    const [, given] =
      Object.entries(DRAWING).find(([name]) => flags[name as keyof typeof DRAWING] !== undefined) ?? []
    if (given === undefined) return undefined
    throw new UserError(`${given} is for answers that are drawn; give --samples, such as 4, or leave it out.`)
  }
  if (temperature === 0)
    throw new UserError(
      'The likeliest answer is always asked for, and --samples draws others besides; give --temperature above 0.',
    )
  const ks = k === undefined ? [...new Set([1, samples])] : wholeNumberList(k, '--k')
  if (ks.some((one) => one > samples))
    throw new UserError(`--k ${k} asks for more answers than --samples ${samples} draws; raise that.`)
  return { samples, temperature, topP, seed, ks }
}
