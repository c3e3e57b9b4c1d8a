/**
 * The folder of a run: one process at a time, one configuration and one set of data for its whole life.
 *
 *     config.yaml    every option as resolved        checkpoints/   last and best, to go on from
 *     run.json       what the run must not change    tensorboard/   the figures for TensorBoard
 *     metrics.jsonl  the figures, a line each        model/, best/  the trained models, at the end
 */
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import { z } from 'zod'
import { flattenOptions, nestOptions } from '../../base/flatten-options.ts'
import { readRegularText } from '../../base/regular-file.ts'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import { takeBuildLock } from '../../store/build-lock.ts'
import { parseTrainConfig } from '../config/load-train-config.ts'
import type { TrainConfig } from '../config/train-config.ts'

export interface RunFolder {
  readonly path: string
  /**
   * Remembers what the run depends on, or compares with what it was begun with.
   * @param allowChange whether those may differ that a run can go on with otherwise
   * @returns what differs and may, such as `epochs 1, not 2`
   * @throws UserError naming what differs
   */
  pin(identity: RunIdentity, allowChange: boolean): readonly string[]
  close(): void
}

/** What must stay the same for a resumed run to be the same run. */
export interface RunIdentity {
  readonly config: TrainConfig
  /** Hashes of the groups with their encoding, of the model and of its reference. */
  readonly data: string
  readonly model: string
}

/** Options that change nothing of what is learned; a resumed run may have others. */
const FREE: readonly string[] = [
  'out',
  'data.cache',
  'optimizer.skipNonFinite',
  'evaluation',
  'checkpoints',
  'engine.device',
  'engine.devices',
  'engine.zero',
  'engine.threads',
  'engine.packedTokens',
  'engine.activationBytes',
  'engine.logitRows',
  'engine.kernels',
  'engine.sharedPrompts',
  'judge',
  'rollout.batchSize',
  'rollout.cudaGraphs',
  'onPolicy.batchSize',
  'onPolicy.cudaGraphs',
]

/** Options that a run may go on with otherwise where the user says so; {@link GROWING} ones with more. */
const CHANGEABLE: readonly string[] = ['epochs', 'maxSteps', 'optimizer.learningRate', 'schedule']
const GROWING: readonly string[] = ['epochs', 'maxSteps']

/** @throws UserError where another process trains there, or the folder holds something else */
export function openRunFolder(path: string): RunFolder {
  const runFile = join(path, 'run.json')
  if (existsSync(path) && !statSync(path).isDirectory()) {
    throw new UserError(`${path} is a file; name a folder as out.`)
  }
  if (
    existsSync(path) &&
    !existsSync(runFile) &&
    readdirSync(path).some((name) => !name.startsWith('run.json'))
  ) {
    throw new UserError(`${path} holds something that is no run; name a new folder as out.`)
  }
  mkdirSync(path, { recursive: true })
  const lock = takeBuildLock(runFile)
  return {
    path,
    pin(identity, allowChange) {
      const now = { ...identity, config: pinnedOptions(identity.config) }
      const before = existsSync(runFile) ? readPinned(runFile) : undefined
      const differences =
        before === undefined
          ? []
          : differencesOf({ ...before, config: withNewerOptions(before.config, path) }, now)
      const refused = differences.find(({ mayChange }) => !(mayChange && allowChange))
      if (refused !== undefined) {
        const remedy = refused.mayChange ? 'add --allow-change' : 'go on with that'
        throw new UserError(
          `${path} was begun with ${refused.text}; ${remedy}, or name another folder as out.`,
        )
      }
      writeFileAtomically(join(path, 'config.yaml'), stringify(identity.config))
      writeFileAtomically(runFile, `${JSON.stringify(now, undefined, 2)}\n`)
      return differences.map(({ text }) => text)
    },
    close: () => lock.release(),
  }
}

/** By dotted name, without those that may change. */
function pinnedOptions(config: TrainConfig): Record<string, unknown> {
  return Object.fromEntries(flattenOptions(config).filter(([name]) => !isAmong(FREE, name)))
}

/**
 * Options that are newer than the run have their defaults: until then that was how things were. Where the run's own are no
 * configuration any more, nothing is known of newer ones.
 */
function withNewerOptions(before: Pinned['config'], out: string): Pinned['config'] {
  try {
    return pinnedOptions(parseTrainConfig(nestOptions(Object.entries({ ...before, out }))))
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return before
  }
}

/** Whether an option or the section that it is in is on the list. */
function isAmong(list: readonly string[], name: string): boolean {
  return list.some((entry) => name === entry || name.startsWith(`${entry}.`))
}

const pinnedSchema = z.object({
  config: z.record(z.string(), z.unknown()),
  data: z.string(),
  model: z.string(),
})
type Pinned = Readonly<z.output<typeof pinnedSchema>>

function readPinned(file: string): Pinned {
  try {
    return pinnedSchema.parse(JSON.parse(readRegularText(file)))
  } catch (error) {
    throw new UserError(`${file} is damaged; restore it, or begin anew with another folder as out.`, {
      cause: error,
    })
  }
}

interface Difference {
  readonly text: string
  readonly mayChange: boolean
}

function differencesOf(before: Pinned, now: Pinned): Difference[] {
  const names = [...new Set([...Object.keys(before.config), ...Object.keys(now.config)])]
  const differences = names.flatMap((name): Difference[] => {
    const [old, current] = [before.config[name], now.config[name]]
    if (old === undefined || isDeepStrictEqual(old, current)) return []
    const mayChange = isAmong(CHANGEABLE, name) && (!GROWING.includes(name) || hasGrown(old, current))
    // A section that was null has no value where it has options.
    const found = current === undefined ? 'options of its own' : JSON.stringify(current)
    return [{ text: `${name} ${JSON.stringify(old)}, not ${found}`, mayChange }]
  })
  if (before.data !== now.data)
    differences.push({ text: 'other groups, tasks or another tokenizer', mayChange: false })
  if (before.model !== now.model)
    differences.push({ text: 'other weights of the model or its reference', mayChange: false })
  return differences
}

/** Null is no limit. */
function hasGrown(old: unknown, current: unknown): boolean {
  return old !== null && (current === null || Number(current) > Number(old))
}
