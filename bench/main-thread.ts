/**
 * What the main thread of `gepo build` computes a unit, with answers of the threads that were recorded before, and how
 * many groups a second machines of many cores would give by it: one thread feeds all others, so it bounds them.
 * `node bench/main-thread.ts <source> [--limit 60] [--rounds 5] [--recording <file>] [--save <name>]`
 *
 * The first run builds and records, with one job; what it computes outside the main thread is the work of a unit. Each
 * round then builds everything again into a new database, from reading the source to settling splits, with threads that
 * answer at once. Times are processor times. Not in them: the collector's helper threads, and the display of progress.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { Piscina } from 'piscina'
import { threadModule } from '../src/base/thread-module.ts'
import { type BuildThreads, build } from '../src/pipeline/build.ts'
import { type BuildConfig, parseBuildConfig } from '../src/pipeline/build-config.ts'
import { openPool } from '../src/pipeline/open-pool.ts'
import { openStore } from '../src/store/store.ts'
import { mainThreadMs, reportMainThread } from './main-thread-report.ts'
import { ProcessorClock } from './processor-clock.ts'
import type { Recording } from './replay-worker.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: '60' },
    rounds: { type: 'string', default: '5' },
    recording: { type: 'string' },
    save: { type: 'string' },
  },
})
const [source = 'fixtures/programs'] = positionals
const config = parseBuildConfig({ limit: Number(values.limit), winners: 6, losers: 6, seed: 1, jobs: 1 })

interface Recorded {
  readonly extractions: Recording
  readonly outcomes: Recording
  readonly units: number
  readonly groups: number
  /** Of all units together, beside the main thread. */
  readonly workMs: number
}

const folder = mkdtempSync(join(tmpdir(), 'gepo-main-thread-'))
const file = resolve(values.recording ?? join(folder, 'recording'))
if (!existsSync(file)) writeFileSync(file, serialize(await record()))
const recorded: Recorded = deserialize(readFileSync(file))
const rounds: number[] = []
for (let round = 0; round < Number(values.rounds); round++) rounds.push(await replay())
rmSync(folder, { recursive: true })

async function buildInto(
  name: string,
  open: (config: BuildConfig, signal: AbortSignal) => Promise<BuildThreads>,
): Promise<{ mainMs: number; groups: number }> {
  const store = openStore(join(folder, name))
  const start = mainThreadMs()
  const { groups } = await build(
    config,
    [source],
    store,
    { report: () => {} },
    new AbortController().signal,
    open,
  )
  const spent = mainThreadMs() - start
  store.close()
  return { mainMs: spent, groups }
}

async function record(): Promise<Recorded> {
  const extractions: Recording = new Map()
  const outcomes: Recording = new Map()
  const clock = new ProcessorClock()
  let workMs = 0
  const { mainMs: ofMain, groups } = await buildInto('recorded.db', async (options, signal) => {
    const pool = await openPool(options, signal)
    clock.refresh()
    const start = clock.ms()
    return {
      async extract(task) {
        const extracted = await pool.extract(task)
        extractions.set(task.source.id, serialize(extracted))
        return extracted
      },
      async group(task) {
        const outcome = await pool.group(task)
        outcomes.set(task.unit.id, serialize(outcome))
        return outcome
      },
      async close() {
        clock.refresh()
        workMs = clock.ms() - start
        await pool.close()
      },
    }
  })
  return { extractions, outcomes, units: outcomes.size, groups, workMs: workMs - ofMain }
}

async function replay(): Promise<number> {
  const { mainMs: spent } = await buildInto(`round-${rounds.length}.db`, async ({ jobs }, signal) => {
    const piscina = new Piscina({
      filename: threadModule('replay-worker', import.meta.url),
      minThreads: jobs,
      maxThreads: jobs,
      concurrentTasksPerWorker: 1,
      atomics: 'disabled',
      workerData: { file },
    })
    return {
      extract: (task) => piscina.run(task, { name: 'extractSource', signal }),
      group: (task) => piscina.run(task, { name: 'buildUnit', signal }),
      close: () => piscina.destroy(),
    }
  })
  return spent
}

reportMainThread(
  {
    one: 'unit',
    count: recorded.units,
    made: 'groups',
    madeCount: recorded.groups,
    workMs: recorded.workMs,
    mainMs: rounds,
  },
  values.save,
)
