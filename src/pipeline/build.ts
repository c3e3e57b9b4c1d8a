/**
 * Sources in, stored groups out: the whole way, on all jobs, resumable. This thread alone reads sources and writes
 * the database; the pool's threads compile and run, one unit at a time each.
 *
 * What depends on all sources together is settled last (settle.ts): clusters of near-copies are known only then.
 *
 * Every source and every unit is stored as soon as it is known, so a killed build loses what its threads were
 * at, and the same command goes on from there. What comes out does not depend on the number of jobs: units are
 * independent of each other, and sources are stored in the order in which they are read.
 */
import { sourceShingles } from '../audit/source-shingles.ts'
import { splitOfSource } from '../audit/source-splits.ts'
import { forEachBounded, tasksAtATime } from '../base/for-each-bounded.ts'
import { inOrder } from '../base/in-order.ts'
import { UserError } from '../base/user-error.ts'
import { SOURCE_ENDINGS } from '../languages/languages.ts'
import type { Source } from '../records/source.ts'
import type { Split } from '../records/split.ts'
import type { Unit } from '../records/unit.ts'
import { countSources, readSources } from '../sources/read-sources.ts'
import type { PackedOutcome } from '../store/pack-outcome.ts'
import type { Store } from '../store/store.ts'
import type { BuildConfig } from './build-config.ts'
import { contentConfig, storedContent } from './build-config.ts'
import { countUnits, type UnitCounter } from './count-units.ts'
import { describeVersions } from './describe-versions.ts'
import type { BuildEvent, BuildSummary, Reporter } from './events.ts'
import { openPool, type Pool, type SplitExtraction } from './open-pool.ts'
import { settle } from './settle.ts'

interface UnitTask {
  readonly unit: Unit
  /** Of its source; undefined where an earlier run extracted it. */
  readonly split: Split | undefined
}

/** What building asks of the pool. */
export type BuildThreads = Pick<Pool, 'extract' | 'group' | 'close'>

/** @param open the threads that extract and build; others only to measure this one */
export async function build(
  config: BuildConfig,
  specs: readonly string[],
  store: Store,
  reporter: Reporter<BuildEvent>,
  signal: AbortSignal,
  open: (config: BuildConfig, signal: AbortSignal) => Promise<BuildThreads> = openPool,
): Promise<BuildSummary> {
  const counter = countUnits(store, reporter)
  store.beginRun({
    config,
    contentConfig: storedContent(config),
    ...describeVersions(),
    sources: specs,
    seed: config.seed,
    jobs: config.jobs,
  })
  reporter.report({ kind: 'build-started', unitsFinished: store.finishedUnitCount() })
  const selection = sourceSelection(config)
  const sources = await countSources(specs, selection)
  if (sources !== undefined) reporter.report({ kind: 'sources-counted', sources })
  const pool = await open(config, signal)
  try {
    await forEachBounded(
      units(config, specs, store, reporter, signal, pool, counter),
      tasksAtATime(config.jobs),
      async (task) => {
        const outcome = await groupOf(pool, store, config, task)
        // What ends after the interruption may have ended because of it: the unit stays pending.
        if (!signal.aborted) counter.finish(outcome)
      },
    )
  } finally {
    await pool.close()
  }
  if (!signal.aborted) {
    settle(store)
    store.finishRun()
  }
  return counter.summary(signal)
}

/** Units left over by an earlier run first, then those of the sources, each source's units as soon as they are stored. */
async function* units(
  config: BuildConfig,
  specs: readonly string[],
  store: Store,
  reporter: Reporter<BuildEvent>,
  signal: AbortSignal,
  pool: BuildThreads,
  counter: UnitCounter,
): AsyncGenerator<UnitTask> {
  // Collected first: the generator would also give the units that are stored, and yielded, below.
  for (const unit of [...store.pendingUnits()]) {
    if (signal.aborted) return
    yield { unit, split: undefined }
  }
  const kinds: readonly Unit['kind'][] = config.unit === 'both' ? ['program', 'function'] : [config.unit]
  for await (const { source, extracted } of inOrder(newSources(), tasksAtATime(config.jobs), (source) =>
    extractOf(pool, source, kinds),
  )) {
    if (signal.aborted) return
    const fresh = store.saveExtraction(
      source.id,
      extracted.units,
      extracted.drops.map(({ unitName, ...drop }) =>
        unitName === null ? drop : { ...drop, part: unitName },
      ),
    )
    reporter.report({ kind: 'source-extracted', units: fresh.length, drops: extracted.drops.length })
    for (const unit of fresh) {
      if (signal.aborted) return
      yield { unit, split: extracted.split }
    }
  }
  reporter.report({ kind: 'sources-finished' })

  async function* newSources(): AsyncGenerator<Source> {
    for await (const item of readSources(specs, sourceSelection(config))) {
      if (signal.aborted) return
      counter.sourceRead()
      if (item.kind === 'dropped') {
        store.saveReadDrop(item)
        reporter.report({ kind: 'source-extracted', units: 0, drops: 1 })
      } else if (store.saveSource(item.source) === 'extract') yield item.source
      else reporter.report({ kind: 'source-extracted', units: 0, drops: 0 })
    }
  }
}

const sourceSelection = ({ limit, shard, column, dataset, license }: BuildConfig) => ({
  endings: SOURCE_ENDINGS,
  column,
  dataset,
  license,
  // The store keeps every place of a text.
  duplicates: 'give' as const,
  limit,
  shard: shard && { index: shard.index - 1, count: shard.count },
})

async function extractOf(
  pool: BuildThreads,
  source: Source,
  kinds: readonly Unit['kind'][],
): Promise<{ readonly source: Source; readonly extracted: SplitExtraction }> {
  try {
    return { source, extracted: await pool.extract({ source, kinds }) }
  } catch (error) {
    if (error instanceof UserError) throw error
    const drop = {
      stage: 'extract',
      unitName: null,
      reason: 'internal-error',
      detail: describe(error),
    } as const
    return { source, extracted: { units: [], drops: [drop] } }
  }
}

/** A bug that one unit of thousands meets is recorded with that unit, and must not end a long build. */
async function groupOf(
  pool: BuildThreads,
  store: Store,
  config: BuildConfig,
  { unit, split: known }: UnitTask,
): Promise<PackedOutcome> {
  try {
    const split = known ?? splitOfSource(sourceShingles(store.source(unit.sourceId)!.text))
    return await pool.group({ unit, split, settings: contentConfig(config) })
  } catch (error) {
    if (error instanceof UserError) throw error
    return {
      unitId: unit.id,
      result: { kind: 'dropped', stage: 'group', reason: 'internal-error', detail: describe(error) },
      timings: {},
    }
  }
}

const describe = (error: unknown) =>
  (error instanceof Error ? (error.stack ?? error.message) : String(error)).slice(0, 2000)
