/**
 * Databases in, one database of what they hold out, by content: the same whatever their order, however often they are
 * merged, and the same as one build of all their sources. Groups and translation problems are told apart by the files.
 *
 * It grows beside `out` and takes its name when it is whole; a merge that was killed goes on. Memory for a page of records
 * and for what settling takes (settle.ts).
 */
import { setImmediate } from 'node:timers/promises'
import { UserError } from '../base/user-error.ts'
import type { BuildLock } from '../store/build-lock.ts'
import type { Connection } from '../store/connection.ts'
import { refuseMixedContent } from '../store/content-differences.ts'
import { databaseKind } from '../store/database-kind.ts'
import { openOutcomeChoice } from '../store/merge/choose-outcomes.ts'
import { copyGroups } from '../store/merge/copy-groups.ts'
import { copyProblems } from '../store/merge/copy-problems.ts'
import { explainedCopy } from '../store/merge/explained-copy.ts'
import { type InputFile, lockInput } from '../store/merge/input-files.ts'
import { inspectGroups, openSnapshot } from '../store/merge/input-groups.ts'
import { inspectProblems, openProblemsSnapshot, saveProblemsRuns } from '../store/merge/input-problems.ts'
import { type MergeFile, openMergeFile } from '../store/merge/merge-file.ts'
import { missingShards, saveRuns } from '../store/merge/read-runs.ts'
import { openForWriting } from '../store/open-database.ts'
import { openProblemsDatabase, openProblemsStore } from '../store/problems/problems-store.ts'
import { openStore } from '../store/store.ts'
import type { MergeEvent, Reporter } from './events.ts'
import { settle } from './settle.ts'

export interface MergeOptions {
  /** Take databases of other options, seeds and versions together. */
  readonly allowMixed: boolean
  /** Take what there is of databases that are not done, or being written. */
  readonly allowUnfinished: boolean
}

export interface MergeSummary {
  readonly kind: 'finished' | 'interrupted'
  readonly holds: 'groups' | 'problems'
  /** What was there under the name of `out` counts. */
  readonly files: number
  /** Shards that no file is of, `3/8`. */
  readonly missingShards: readonly string[]
  /** Units that several files have different groups of; the group with the least id was kept. */
  readonly conflicts: number
  readonly seconds: number
}

export type MergeDatabases = typeof mergeDatabases

export async function mergeDatabases(
  paths: readonly string[],
  out: string,
  options: MergeOptions,
  reporter: Reporter<MergeEvent>,
  signal: AbortSignal,
): Promise<MergeSummary> {
  const start = performance.now()
  const file = openMergeFile(out, paths)
  const locks: (BuildLock | undefined)[] = []
  try {
    const { inputs } = file
    if (!options.allowUnfinished)
      for (const input of inputs) if (!input.isOut) locks.push(lockInput(input.path))
    const holds = kindOfAll(inputs)
    const merge = holds === 'groups' ? mergeGroups : mergeProblems
    const merged = await merge(file, options, reporter, signal)
    if (!signal.aborted) file.finish()
    return {
      kind: signal.aborted ? 'interrupted' : 'finished',
      holds,
      files: inputs.length,
      ...merged,
      seconds: (performance.now() - start) / 1000,
    }
  } finally {
    for (const lock of locks) lock?.release()
    file.close()
  }
}

function kindOfAll(inputs: readonly InputFile[]): 'groups' | 'problems' {
  const [first, ...others] = inputs.map(({ path }) => ({ path, kind: databaseKind(path) }))
  for (const { path, kind } of others)
    if (kind !== first!.kind)
      throw new UserError(
        `${first!.path} holds ${first!.kind} and ${path} holds ${kind}; merge each kind into a file of its own.`,
      )
  return first!.kind
}

type Merged = Pick<MergeSummary, 'missingShards' | 'conflicts'>

async function mergeGroups(
  file: MergeFile,
  { allowMixed, allowUnfinished }: MergeOptions,
  reporter: Reporter<MergeEvent>,
  signal: AbortSignal,
): Promise<Merged> {
  const inputs = file.inputs.map(({ path }) => inspectGroups(path, { allowUnfinished }))
  if (!allowMixed)
    refuseMixedContent(
      inputs.map(({ path, runs }) => ({
        path,
        contents: runs.map((run) => JSON.parse(String(run.content_config))),
      })),
    )
  const runs = inputs.flatMap((input) => input.runs)
  reporter.report({ kind: 'merge-started', records: sum(inputs.map(({ units }) => units)) })
  const { connection, close } = openForWriting(file.path)
  let conflicts = 0
  try {
    file.begin(connection)
    saveRuns(connection, runs)
    const choice = openOutcomeChoice(connection)
    for (const [index, { path }] of inputs.entries()) {
      await withSnapshot(openSnapshot(path), async (from) => choice.add(from, index))
      await setImmediate()
      if (signal.aborted) break
    }
    for (const [index, { path }] of inputs.entries()) {
      if (signal.aborted) break
      await withSnapshot(openSnapshot(path), (from) =>
        inSteps(
          explainedCopy(
            path,
            copyGroups(from, connection, (unitId) => choice.isFrom(unitId, index)),
          ),
          reporter,
          signal,
        ),
      )
    }
    conflicts = choice.conflicts()
  } finally {
    close()
  }
  if (!signal.aborted) {
    const store = openStore(file.path)
    try {
      settle(store)
    } finally {
      store.close()
    }
  }
  return { missingShards: missingShards(runs), conflicts }
}

async function mergeProblems(
  file: MergeFile,
  { allowMixed, allowUnfinished }: MergeOptions,
  reporter: Reporter<MergeEvent>,
  signal: AbortSignal,
): Promise<Merged> {
  const inputs = file.inputs.map(({ path }) => inspectProblems(path, { allowUnfinished }))
  if (!allowMixed)
    refuseMixedContent(
      inputs.map(({ path, runs }) => ({ path, contents: runs.map(({ content }) => JSON.parse(content)) })),
    )
  reporter.report({ kind: 'merge-started', records: sum(inputs.map(({ rows }) => rows)) })
  const { connection, close } = openProblemsDatabase(file.path, { readonly: false })
  try {
    file.begin(connection)
    saveProblemsRuns(
      connection,
      inputs.flatMap((input) => input.runs),
    )
    for (const { path } of inputs) {
      if (signal.aborted) break
      await withSnapshot(openProblemsSnapshot(path), (from) =>
        inSteps(explainedCopy(path, copyProblems(from, connection)), reporter, signal),
      )
    }
  } finally {
    close()
  }
  if (!signal.aborted) {
    const store = openProblemsStore(file.path, { readonly: false })
    try {
      store.settle()
    } finally {
      store.close()
    }
  }
  return { missingShards: [], conflicts: 0 }
}

async function withSnapshot(
  { connection, close }: { readonly connection: Connection; close(): void },
  work: (from: Connection) => Promise<void>,
): Promise<void> {
  try {
    await work(connection)
  } finally {
    close()
  }
}

/** A page at a time, so that an interruption is heard between them. */
async function inSteps(
  pages: Generator<number>,
  reporter: Reporter<MergeEvent>,
  signal: AbortSignal,
): Promise<void> {
  for (const records of pages) {
    reporter.report({ kind: 'records-merged', records })
    await setImmediate()
    if (signal.aborted) return
  }
  reporter.report({ kind: 'file-merged' })
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)
