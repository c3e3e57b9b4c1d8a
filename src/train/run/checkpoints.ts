/**
 * Checkpoints of a run: folders `step-00000100`, each with the engine's state, the run's own progress and rollouts that
 * are not used up, and `index.json`, which names the last and the best. A checkpoint counts only once the index names
 * it, so that a process that dies at any moment leaves a run that goes on from one of them.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readRegularText } from '../../base/regular-file.ts'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically, writeFolderAtomically } from '../../base/write-atomically.ts'
import { decodeRollout, encodeRollout, type Rollout } from '../policy/rollout.ts'

/**
 * Where a run stands. The order of the data and every random choice follow from the seed and `step`; what the engine
 * rounds by chance has its state in the engine's own files.
 */
const progressSchema = z.strictObject({
  form: z.literal(1),
  /** Optimiser steps done. */
  step: z.int(),
  /** Tokens and seconds of training until here, over all starts of the run. */
  tokens: z.int(),
  seconds: z.number(),
  /** Steps among them that were left out because their gradient was not finite; none in what older releases saved. */
  skippedSteps: z.int().default(0),
  /** The step of the last evaluation, and what the best one gave. */
  evaluatedAt: z.int().nullable(),
  best: z
    .strictObject({
      step: z.int(),
      /** Of a run that learns from groups. */
      accuracy: z.number().optional(),
      loss: z.number().optional(),
      margin: z.number().optional(),
      winnerVariance: z.number().optional(),
      /** Of a run that translates. */
      passRate: z.number().optional(),
      /** Where units are compiled: the share of IR that is equal. */
      equalRate: z.number().optional(),
    })
    .nullable(),
})
export type RunProgress = Readonly<z.output<typeof progressSchema>>

const indexSchema = z.strictObject({ last: z.string(), best: z.string().nullable() })

export interface Checkpoints {
  /** The newest checkpoint, if there is one. */
  last(): Checkpoint | undefined
  best(): Checkpoint | undefined
  /**
   * @param isBest whether it is the best so far; it is kept until a better one comes
   */
  save(progress: RunProgress, isBest: boolean, state: SavedState): Promise<Checkpoint>
}

export interface SavedState {
  /** Writes the engine's state into the folder that it is given. */
  readonly saveEngine: (folder: string) => Promise<void>
  /** Rollouts that the next step goes on with. */
  readonly rollout: Rollout | undefined
}

export interface Checkpoint {
  readonly folder: string
  /** Of the engine, for `loadState`. */
  readonly stateFolder: string
  readonly progress: RunProgress
  /** Rollouts that the next step goes on with. */
  readonly rollout: Rollout | undefined
}

export function openCheckpoints(folder: string): Checkpoints {
  const indexFile = join(folder, 'index.json')

  const readIndex = () => (existsSync(indexFile) ? readJson(indexFile, indexSchema) : undefined)
  const open = (name: string): Checkpoint => {
    const path = join(folder, name)
    const progress = readJson(join(path, 'progress.json'), progressSchema)
    const rolloutFile = join(path, ROLLOUT_FILE)
    return {
      folder: path,
      stateFolder: join(path, 'engine'),
      progress,
      rollout: existsSync(rolloutFile) ? readFile(rolloutFile, decodeRollout) : undefined,
    }
  }
  const removeAllBut = (names: readonly (string | null)[]) => {
    for (const name of readdirSync(folder)) {
      if (name.startsWith('step-') && !names.includes(name))
        rmSync(join(folder, name), { recursive: true, force: true })
    }
  }

  return {
    last() {
      const index = readIndex()
      return index && open(index.last)
    },
    best() {
      const name = readIndex()?.best
      return name ? open(name) : undefined
    },
    async save(progress, isBest, { saveEngine, rollout }) {
      mkdirSync(folder, { recursive: true })
      const name = `step-${String(progress.step).padStart(8, '0')}`
      const before = readIndex()
      const kept = [before?.last ?? null, before?.best ?? null]
      removeAllBut(kept)
      // A step may be saved again, when only its evaluation came after it: the newer one has a name of its own.
      let unique = name
      for (let n = 2; kept.includes(unique); n++) unique = `${name}-${n}`
      await writeFolderAtomically(join(folder, unique), async (partial) => {
        await saveEngine(join(partial, 'engine'))
        if (rollout !== undefined) writeFileSync(join(partial, ROLLOUT_FILE), encodeRollout(rollout))
        writeFileSync(join(partial, 'progress.json'), `${JSON.stringify(progress, undefined, 2)}\n`)
      })
      const index = { last: unique, best: isBest ? unique : (before?.best ?? null) }
      writeFileAtomically(indexFile, `${JSON.stringify(index)}\n`)
      removeAllBut([index.last, index.best])
      return open(unique)
    },
  }
}

const ROLLOUT_FILE = 'rollout.json'

function readJson<Value>(file: string, schema: z.ZodType<Value>): Value {
  return readFile(file, (text) => schema.parse(JSON.parse(text)))
}

function readFile<Value>(file: string, parse: (text: string) => Value): Value {
  try {
    return parse(readRegularText(file))
  } catch (error) {
    throw new UserError(
      `${file} is missing or damaged; restore it, or begin anew with another folder as out.`,
      { cause: error },
    )
  }
}
