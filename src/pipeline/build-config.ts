/**
 * Options of `gepo build`: flags over a config file over defaults in, one frozen, checked record out.
 * Parsed at the edge only; stages take the record as it is.
 */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { z } from 'zod'
import { UserError } from '../base/user-error.ts'
import { COMPILERS, defaultCompiler } from '../execute/choose-compiler.ts'
import { DEFAULT_UNIT_LIMITS } from '../execute/unit-limits.ts'
import { LOSER_SELECTIONS } from '../group/losers/select-losers.ts'
import { LEVELS } from '../records/level.ts'

const shardPattern = /^([0-9]+)\/([0-9]+)$/

const wholeNumber = (least: number, most: number = Number.MAX_SAFE_INTEGER) =>
  z
    .int({ error: `must be a whole number` })
    .min(least, { error: `must be at least ${least}` })
    .max(most, { error: `must be at most ${most}` })

const share = () => wholeNumber(0, 1000).default(0)
const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b))

const limitsSchema = z.strictObject({
  /** CPU time of one run, ms. */
  cpuMs: wholeNumber(10, 600_000).default(DEFAULT_UNIT_LIMITS.cpuMs),
  /** Memory of one run, bytes. */
  memoryBytes: wholeNumber(16 * 1024 * 1024).default(DEFAULT_UNIT_LIMITS.memoryBytes),
  /** Bytes of stdout that one run may write. */
  outputBytes: wholeNumber(1024).default(DEFAULT_UNIT_LIMITS.outputBytes),
})

/** Divided by what they have in common, so that equal proportions are equal. */
const classesSchema = z
  .strictObject(
    { ast: share(), ir: share(), malformed: share() },
    { error: 'must be shares of ast, ir and malformed, such as ast=3,ir=1' },
  )
  .refine(({ ast, ir, malformed }) => ast + ir + malformed > 0, { error: 'must give some class a share' })
  .transform(({ ast, ir, malformed }) => {
    const divisor = [ast, ir, malformed].reduce(commonDivisor)
    return { ast: ast / divisor, ir: ir / divisor, malformed: malformed / divisor }
  })

const buildConfigSchema = z.strictObject({
  levels: z
    .array(z.enum(LEVELS, { error: `must be levels out of ${LEVELS.join(', ')}` }))
    .min(1, { error: 'must name at least one level' })
    .transform((levels) => LEVELS.filter((level) => levels.includes(level)))
    .default([...LEVELS]),
  /** Winners and losers that a group has at most, and at least. */
  winners: wholeNumber(1, 64).default(4),
  losers: wholeNumber(1, 64).default(4),
  classes: classesSchema.default(() => classesSchema.parse({ ast: 1 })),
  /** Of a group: any of a unit and its mutants, or the unit alone. */
  subject: z.enum(['any', 'unit'], { error: 'must be any or unit' }).default('any'),
  select: z
    .enum(LOSER_SELECTIONS, { error: `must be one of ${LOSER_SELECTIONS.join(', ')}` })
    .default('mixed'),
  minWinners: wholeNumber(1, 64).default(2),
  minLosers: wholeNumber(1, 64).default(2),
  unit: z
    .enum(['program', 'function', 'both'], { error: 'must be program, function or both' })
    .default('both'),
  /** Inputs stored per unit, at most. */
  inputs: wholeNumber(1, 10_000).default(16),
  seed: wholeNumber(0, 2 ** 32 - 1).default(0),
  jobs: wholeNumber(1, 4096).default(() => availableParallelism()),
  /** How C is compiled and run; what comes out is the same. */
  compiler: z
    .enum(COMPILERS, { error: `must be ${COMPILERS.join(' or ')}` })
    .default(() => defaultCompiler()),
  /** Column of the C text in Parquet and JSONL files. */
  column: z.string().min(1).optional(),
  /** Name of the data set and its licence in the provenance, where the source itself does not say. */
  dataset: z.string().min(1).optional(),
  license: z.string().min(1).optional(),
  /** Read at most this many sources. */
  limit: wholeNumber(1).optional(),
  /** Every count-th source, beginning with the index-th (1-based). */
  shard: z
    .string({ error: 'must look like 1/4' })
    .regex(shardPattern, { error: 'must look like 1/4' })
    .transform((text) => {
      const [, index, count] = shardPattern.exec(text)!
      return { index: Number(index), count: Number(count) }
    })
    .refine(({ index, count }) => index >= 1 && index <= count, {
      error: 'must look like 1/4, with the first number from 1 to the second',
    })
    .optional(),
  limits: limitsSchema.default(() => limitsSchema.parse({})),
})

export type BuildConfig = DeepReadonly<z.output<typeof buildConfigSchema>>
type DeepReadonly<T> = { readonly [K in keyof T]: T[K] extends object ? DeepReadonly<T[K]> : T[K] }

/** What the config file may hold, and flags after their text was taken apart. */
export type BuildConfigInput = z.input<typeof buildConfigSchema>

/** The options that the contents of a group depend on. */
const CONTENT_OPTIONS = [
  'levels',
  'winners',
  'losers',
  'classes',
  'select',
  'subject',
  'minWinners',
  'minLosers',
  'unit',
  'inputs',
  'seed',
  'limits',
] as const

export type ContentConfig = Pick<BuildConfig, (typeof CONTENT_OPTIONS)[number]>

/**
 * Flags over file over defaults.
 *
 * @param flags values by option name, as `undefined` where the flag was not given
 * @param file path of a JSON file with the same names, if any
 * @throws UserError naming the flag or the entry of the file that is wrong
 * @example parseBuildConfig({ seed: 1, levels: ['O0', 'O2'] }).winners // 4
 */
export function parseBuildConfig(flags: Record<string, unknown>, file?: string): BuildConfig {
  const fromFile = file === undefined ? {} : withNewNames(readConfigFile(file))
  const given = withNewNames(
    Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)),
  )
  const merged: Record<string, unknown> = { ...fromFile, ...given }
  const limits = mergeLimits(fromFile.limits, given.limits)
  if (limits !== undefined) merged.limits = limits
  const place = (path: readonly PropertyKey[]) => {
    const flagged = path[0] === 'limits' ? has(given.limits, path[1]) : has(given, path[0])
    return flagged || file === undefined ? flagName(path) : `"${path.join('.')}" in ${file}`
  }

  const parsed = buildConfigSchema.safeParse(merged)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    // An unknown class has a message of its own.
    if (issue.code === 'unrecognized_keys' && issue.path[0] !== 'classes') {
      const known = Object.keys(buildConfigSchema.shape).join(', ')
      throw new UserError(`${place([...issue.path, issue.keys[0]!])} is not an option; known are ${known}.`)
    }
    throw new UserError(
      `${place(issue.path)} ${issue.message}${shown(at(merged, issue.path))}; see gepo build --help.`,
    )
  }
  const config = parsed.data
  for (const [least, most] of [
    ['minWinners', 'winners'],
    ['minLosers', 'losers'],
  ] as const) {
    if (config[least] > config[most]) {
      throw new UserError(
        `${place([least])} (${config[least]}) must not exceed ${place([most])} (${config[most]}); lower the first or raise the second.`,
      )
    }
  }
  if (config.minWinners > config.levels.length) {
    throw new UserError(
      `${place(['minWinners'])} asks for ${config.minWinners} distinct winners but ${place(['levels'])} names only ${config.levels.length} level(s); name more levels.`,
    )
  }
  return deepFreeze(config)
}

/** What two runs on one database must have in common, or their groups would not be of one kind. */
export const contentConfig = (config: BuildConfig): ContentConfig =>
  Object.fromEntries(CONTENT_OPTIONS.map((name) => [name, config[name]])) as unknown as ContentConfig

/** The same as a database keeps it, in the words that databases have had from the first. */
export function storedContent(config: BuildConfig): Record<string, unknown> {
  const { subject, ...content } = contentConfig(config)
  return { ...content, centre: subject }
}

/** Options that had another name once: commands and files that were written then go on working. */
function withNewNames({ centre, ...options }: Record<string, unknown>): Record<string, unknown> {
  return centre === undefined ? options : { subject: centre, ...options }
}

function readConfigFile(file: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(
      `The config file ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); check the path given to --config.`,
    )
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new UserError(`The config file ${file} is not JSON: ${(error as Error).message}.`)
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new UserError(`The config file ${file} must hold a JSON object such as {"seed": 1, "winners": 4}.`)
  }
  return value as Record<string, unknown>
}

/** One limit by a flag must not push aside the others of the file. Anything but an object is left to the schema. */
function mergeLimits(file: unknown, flags: unknown): unknown {
  const isObject = (value: unknown) => value !== null && typeof value === 'object' && !Array.isArray(value)
  if (flags === undefined || !isObject(flags)) return file
  return isObject(file) ? { ...(file as object), ...flags } : (file ?? flags)
}

function has(record: unknown, key: PropertyKey | undefined): boolean {
  return record !== null && typeof record === 'object' && key !== undefined && Object.hasOwn(record, key)
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], value)
}

function shown(value: unknown): string {
  return value === undefined
    ? ''
    : `, not ${typeof value === 'string' ? `"${value}"` : JSON.stringify(value)}`
}

/** `['minWinners']` is --min-winners, `['limits', 'cpuMs']` is --cpu-ms, `['levels', 0]` is --levels. */
function flagName(path: readonly PropertyKey[]): string {
  const name = String(path[0] === 'limits' ? (path[1] ?? path[0]) : path[0])
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

function deepFreeze<T>(value: T): T {
  if (value !== null && typeof value === 'object') Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
