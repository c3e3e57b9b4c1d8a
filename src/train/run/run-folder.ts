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
import { flattenOptions } from '../../base/flatten-options.ts'
import { readRegularText } from '../../base/regular-file.ts'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import { takeBuildLock } from '../../store/build-lock.ts'
import type { TrainConfig } from '../config/train-config.ts'

export interface RunFolder {
  readonly path: string
  /**
   * Remembers what the run depends on, or compares with what it was begun with.
   * @throws UserError naming what differs
   */
  pin(identity: RunIdentity): void
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
  'evaluation',
  'checkpoints',
  'engine.device',
  'engine.threads',
  'engine.packedTokens',
  'engine.activationBytes',
  'engine.logitRows',
  'engine.kernels',
  'judge',
  'rollout.batchSize',
  'rollout.cudaGraphs',
]

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
    pin(identity) {
      const now = { ...identity, config: pinnedOptions(identity.config) }
      if (existsSync(runFile)) {
        const difference = firstDifference(readPinned(runFile), now)
        if (difference !== undefined) {
          throw new UserError(
            `${path} was begun with ${difference}; go on with that, or name another folder as out.`,
          )
        }
      }
      writeFileAtomically(join(path, 'config.yaml'), stringify(identity.config))
      writeFileAtomically(runFile, `${JSON.stringify(now, undefined, 2)}\n`)
    },
    close: () => lock.release(),
  }
}

/** By dotted name, without those that may change. */
function pinnedOptions(config: TrainConfig): Record<string, unknown> {
  const isFree = (name: string) => FREE.some((free) => name === free || name.startsWith(`${free}.`))
  return Object.fromEntries(flattenOptions(config).filter(([name]) => !isFree(name)))
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

function firstDifference(before: Pinned, now: Pinned): string | undefined {
  for (const name of new Set([...Object.keys(before.config), ...Object.keys(now.config)])) {
    const [old, current] = [before.config[name], now.config[name]]
    // An option that is newer than the run: until then its default was how things were.
    if (old === undefined) continue
    if (!isDeepStrictEqual(old, current))
      return `${name} ${JSON.stringify(old)}, not ${JSON.stringify(current)}`
  }
  if (before.data !== now.data) return 'other groups, tasks or another tokenizer'
  if (before.model !== now.model) return 'other weights of the model or its reference'
  return undefined
}
