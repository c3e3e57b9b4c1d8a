/**
 * What the main thread of `gepo problems` computes a row, with answers of the boxes that were recorded before.
 * `node --import ./bench/fixed-random.ts bench/main-thread-problems.ts [<source>] [--limit 100] [--rounds 5] [--threads 0] [--recording <file>] [--save <name>]`
 *
 * The first run proves and records, in one box; what it computes outside the main thread is the work of a row. Each
 * round then proves everything again into a new database; behind each pipe to a box is a process that answers at once.
 * A language whose compiler stays cannot be recorded. Without a source: the fixtures' programs in Python.
 */
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { openJudgeThreads } from '../src/judge/open-judge-threads.ts'
import { buildProblems } from '../src/problems/build-problems.ts'
import { parseProblemsConfig } from '../src/problems/problems-config.ts'
import { DEFAULT_SUITE_LIMITS } from '../src/records/suite.ts'
import { SupervisorProcess } from '../src/sandbox/supervisor-process.ts'
import { openProblemsStore } from '../src/store/problems/problems-store.ts'
import { type BoxRecording, openFrameKeys, readRecording, saveRecording } from './box-recording.ts'
import { mainThreadMs, reportMainThread } from './main-thread-report.ts'
import { ProcessorClock } from './processor-clock.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    limit: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '5' },
    recording: { type: 'string' },
    threads: { type: 'string', default: '0' },
    save: { type: 'string' },
  },
})
const config = parseProblemsConfig({ limit: Number(values.limit), jobs: 1 })
const WORK_MS = 'work, in ms'

const folder = mkdtempSync(join(tmpdir(), 'gepo-main-thread-'))
const source = positionals[0] ?? copyPythonProblems()
const file = resolve(values.recording ?? join(folder, 'recording'))
if (!existsSync(file)) saveRecording(file, await record())
const workMs = Number(Buffer.from(readRecording(file).get(WORK_MS)!).toString())
writeFileSync(
  join(folder, 'bwrap'),
  `#!/bin/sh\nexec '${process.execPath}' '${join(import.meta.dirname, 'replay-box.ts')}' '${file}'\n`,
  { mode: 0o755 },
)
process.env.PATH = `${folder}:${process.env.PATH}`
const rounds: Proven[] = []
for (let round = 0; round < Number(values.rounds); round++)
  rounds.push(await prove(`round-${round}.db`, Number(values.threads)))
rmSync(folder, { recursive: true })

function copyPythonProblems(): string {
  const copy = join(folder, 'problems')
  const isKept = (path: string) => /\.(?:json|py|in|out)$/.test(path) || statSync(path).isDirectory()
  cpSync('fixtures/problems', copy, { recursive: true, filter: isKept })
  return copy
}

interface Proven {
  readonly mainMs: number
  readonly rows: number
  readonly problems: number
}

async function prove(name: string, threads: number, end: () => void = () => {}): Promise<Proven> {
  const judge = await openJudgeThreads({ slots: 1, threads })
  const store = openProblemsStore(join(folder, name), { readonly: false })
  try {
    store.beginRun(config, {})
    const start = mainThreadMs()
    const { counts } = await buildProblems(
      [source],
      { ...config, limits: DEFAULT_SUITE_LIMITS },
      store,
      judge,
      () => {},
      new AbortController().signal,
    )
    const mainMs = mainThreadMs() - start
    end()
    if (counts.unjudged > 0) throw new Error(`${counts.unjudged} rows could not be judged`)
    return { mainMs, rows: counts.problem + counts.dropped, problems: counts.problem }
  } finally {
    store.close()
    await judge.close()
  }
}

async function record(): Promise<BoxRecording> {
  const recording: BoxRecording = new Map()
  const keys = new WeakMap<SupervisorProcess, ReturnType<typeof openFrameKeys>>()
  const { exchange } = SupervisorProcess.prototype
  SupervisorProcess.prototype.exchange = async function (frame, timeoutMs) {
    const keyOf = keys.get(this) ?? openFrameKeys()
    keys.set(this, keyOf)
    const reply = await exchange.call(this, frame, timeoutMs)
    const key = keyOf(frame?.subarray(4))
    if (reply.kind === 'frame') recording.set(key, reply.frame)
    return reply
  }
  const clock = new ProcessorClock()
  let allMs = 0
  const start = clock.ms()
  const { mainMs } = await prove('recorded.db', 0, () => {
    clock.refresh()
    allMs = clock.ms() - start
  })
  SupervisorProcess.prototype.exchange = exchange
  return recording.set(WORK_MS, Buffer.from(String(allMs - mainMs)))
}

const { rows, problems } = rounds[0]!
reportMainThread(
  {
    one: 'row',
    count: rows,
    made: 'problems',
    madeCount: problems,
    workMs,
    mainMs: rounds.map(({ mainMs }) => mainMs),
  },
  values.save,
)
