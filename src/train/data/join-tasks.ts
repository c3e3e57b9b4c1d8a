/** Tasks of several files in, one source of them out; and which of them make up which batch, by the weights of the files. */
import { createHash } from 'node:crypto'
import { sampleIds } from '../../base/sample-ids.ts'
import { type BatchOrder, createBatchOrder } from './batch-order.ts'
import type { TaskSource } from './task-source.ts'

/** @param sources at least one; of one alone it is that */
export function joinTasks<Task>(sources: readonly TaskSource<Task>[]): TaskSource<Task> {
  const [only, ...others] = sources
  if (others.length === 0) return only!
  const home = new Map(sources.flatMap((source) => source.ids.map((id) => [id, source] as const)))
  const dropped: Record<string, number> = {}
  for (const { survey } of sources)
    for (const [reason, count] of Object.entries(survey.dropped))
      dropped[reason] = (dropped[reason] ?? 0) + count
  return {
    scope: createHash('sha256')
      .update(sources.map(({ scope }) => scope).join('\n'))
      .digest('hex'),
    ids: [...home.keys()].sort(),
    survey: {
      tasks: home.size,
      longestPrompt: Math.max(...sources.map(({ survey }) => survey.longestPrompt)),
      dropped,
    },
    load: (ids) =>
      ids.flatMap((id) => {
        const source = home.get(id)
        if (source === undefined) throw new Error(`there is no task ${id}`)
        return source.load([id])
      }),
  }
}

export interface WeightedSource<Task> {
  readonly source: TaskSource<Task>
  /** A file's share of the tasks is this over the weights of all files. */
  readonly weight: number
}

/**
 * As many tasks of all files together, or fewer where there are fewer, drawn by the seed: of each its share, and what one
 * file lacks of the others.
 */
export function limitTasks<Task>(
  files: readonly WeightedSource<Task>[],
  limit: number,
  seed: number,
): TaskSource<Task>[] {
  const counts = files.map(() => 0)
  const rooms = files.map(({ source }) => source.ids.length)
  const all = Math.min(
    limit,
    rooms.reduce((sum, room) => sum + room, 0),
  )
  for (let place = 1; place <= all; place++) {
    const weights = files.map(({ weight }, file) => (counts[file]! < rooms[file]! ? weight : 0))
    counts[lackingMost(weights, counts)]!++
  }
  return files.map(({ source }, file) => onlyThose(source, sampleIds(source.ids, counts[file]!, seed)))
}

/** The file that lacks most of its share when one more task is placed, of those that have a weight here. */
function lackingMost(weights: readonly number[], counts: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const placed = weights.reduce((sum, weight, file) => sum + (weight > 0 ? counts[file]! : 0), 0)
  const lacks = weights.map((weight, file) =>
    weight > 0 ? ((placed + 1) * weight) / total - counts[file]! : Number.NEGATIVE_INFINITY,
  )
  return lacks.indexOf(Math.max(...lacks))
}

/** @param ids some of the source's */
function onlyThose<Task>(source: TaskSource<Task>, ids: readonly string[]): TaskSource<Task> {
  if (ids.length === source.ids.length) return source
  const { dropped } = source.survey
  return {
    ...source,
    scope: createHash('sha256')
      .update([source.scope, ...ids].join('\n'))
      .digest('hex'),
    ids,
    survey: {
      tasks: ids.length,
      longestPrompt: Math.max(0, ...source.load(ids).map(({ prompt }) => prompt.length)),
      dropped,
    },
  }
}

export interface WeightedTasks {
  readonly ids: readonly string[]
  /** A file's share of the tasks of all batches is this over the weights of all files. */
  readonly weight: number
}

/**
 * Of one file as {@link createBatchOrder}. Of several each batch has its share of each; a file's tasks come in an order of
 * their own, and again when all of them were there. An epoch is over when as many were taken as there are. A task is in a
 * batch once, so that one of a file with few tasks may be smaller.
 */
export function createTaskOrder(
  files: readonly WeightedTasks[],
  { seed, tasks, epochs }: { readonly seed: number; readonly tasks: number; readonly epochs: number },
): BatchOrder {
  const used = files.filter(({ ids, weight }) => ids.length > 0 && weight > 0)
  const [only, ...others] = used
  if (only === undefined || others.length === 0)
    return createBatchOrder(only?.ids ?? [], { seed, groups: tasks, epochs, maxSteps: null })
  const all = used.reduce((sum, { ids }) => sum + ids.length, 0)
  const weights = used.map(({ weight }) => weight)
  const orders = used.map(({ ids }) => createBatchOrder(ids, { seed, groups: 1, epochs: 1, maxSteps: null }))
  const stepsPerEpoch = Math.ceil(all / tasks)
  /** How many tasks of each file come before each batch, as far as they were asked for. */
  const before: number[][] = [used.map(() => 0)]
  /** Each place goes to the file that lacks most of its share. */
  const after = (counts: readonly number[]): number[] => {
    const next = [...counts]
    for (let place = 0; place < tasks; place++) next[lackingMost(weights, next)]!++
    return next
  }
  return {
    stepsPerEpoch,
    steps: stepsPerEpoch * epochs,
    batch(step) {
      while (before.length <= step + 1) before.push(after(before.at(-1)!))
      const [from, to] = [before[step]!, before[step + 1]!]
      const ids = orders.flatMap((order, file) =>
        Array.from({ length: to[file]! - from[file]! }, (_, n) => order.batch(from[file]! + n)),
      )
      return [...new Set(ids.flat())]
    },
  }
}
