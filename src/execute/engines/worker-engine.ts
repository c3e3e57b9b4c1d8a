/**
 * The fast engine: a process that holds clang's libraries, and processes that run objects without linking or
 * starting a program. What it gives is what the reference (spawn-engine.ts) gives; what its parts cannot do (an
 * object that needs the real linker, a text that breaks the compiler) it hands to the reference.
 */

import { once } from '../../base/once.ts'
import { DRIVER_FLAGS } from '../../call/driver-source.ts'
import { encodeCall } from '../../call/encode-call.ts'
import type { EntryPoint } from '../../call/entry-point.ts'
import type { Code } from '../../compile/code.ts'
import { openCompileWorker } from '../../compile/worker/open-compile-worker.ts'
import type { Input } from '../../records/input.ts'
import type { RunOutcome } from '../../records/run-outcome.ts'
import type { FinishedRun } from '../../sandbox/sandbox.ts'
import { firstError } from '../../toolchain/run-clang.ts'
import { type BuildKind, countsEdges } from '../build-kind.ts'
import {
  type BuildResult,
  type CodeEngine,
  type CodeEngineOptions,
  type Executable,
  type Exploration,
  type Explored,
  isStop,
  type Job,
  type Replay,
  type Run,
  type StopAt,
} from '../code-engine.ts'
import { BUILD_FLAGS } from '../harness/harness-objects.ts'
import {
  explorationEnvironment,
  explorationInput,
  mutantEnvironment,
  REPLAY_ENVIRONMENT,
  runEnvironment,
} from '../harness/run-environment.ts'
import { type Interpreted, interpretReport } from '../outcome/interpret-report.ts'
import { SandboxFailure } from '../outcome/sandbox-failure.ts'
import { runLimits } from '../unit-limits.ts'
import { type HostedObjects, openHostedObjects } from '../unit-runner/hosted-objects.ts'
import type { UnitImage, UnitInput } from '../unit-runner/protocol.ts'
import { buildKey } from './build-key.ts'
import { openSpawnEngine } from './spawn-engine.ts'

/** The program that runs the objects of a build. */
const RUNNER_OF = { plain: 'plain', cover: 'plain', trace: 'plain', asan: 'asan', msan: 'msan' } as const

/** Larger ones are mostly a unit's initialised arrays; they are better mapped from a file than sent about. */
const MOST_OBJECT_BYTES = 16 << 20

/** What a unit does that even the real linker refuses. */
const DOES_NOT_LINK: RunOutcome = { kind: 'signal', signal: 'does not link', stderr: '' }

interface Loaded {
  readonly code: Code
  readonly image: UnitImage
}

export async function openWorkerEngine(
  options: CodeEngineOptions & { readonly compileWorker: string },
): Promise<CodeEngine> {
  const { harness, limits } = options
  const compiler = await openCompileWorker({ worker: options.compileWorker, clang: options.clang })
  const hosts = new Map<string, Promise<HostedObjects>>()
  const loaded = new Map<string, Loaded>()
  const drivers = new Map<string, Promise<number>>()
  const relinked = new Map<string, Promise<BuildResult>>()
  const builds = new Map<string, Promise<BuildResult>>()
  let reference: Promise<CodeEngine> | undefined
  let count = 0

  const referenceEngine = () => {
    reference ??= openSpawnEngine(options)
    return reference
  }
  const hostOf = (build: BuildKind) =>
    once(hosts, RUNNER_OF[build], () => openHostedObjects(RUNNER_OF[build]))

  async function compile(code: Code, build: BuildKind, entryPoint: EntryPoint): Promise<BuildResult> {
    const compiled = await compiler.object(code, BUILD_FLAGS[build])
    if (compiled.kind === 'rejected') return { kind: 'rejected', detail: firstError(compiled.stderr) ?? '' }
    if (compiled.kind !== 'ok' || compiled.object.length > MOST_OBJECT_BYTES)
      return (await referenceEngine()).build(code, build, entryPoint)
    const host = await hostOf(build)
    const unit = host.load(compiled.object)
    const before = await Promise.all(harness[build].before.map(host.loadFile))
    const behind = await Promise.all(harness[build].behind.map(host.loadFile))
    if (entryPoint.kind === 'function')
      behind.push(await host.loadFile(harness[build].call), await driver(entryPoint.driver, build))
    const file = `object-${count++}`
    loaded.set(file, { code, image: { before, unit, behind } })
    return { kind: 'ok', executable: { file, build, entryPoint } }
  }

  /** Once for all variants of a unit. The coverage is the unit's, not the driver's. */
  const driver = (text: string, build: BuildKind) =>
    once(drivers, `${build} ${text}`, async () => {
      const flags = countsEdges(build) ? [] : BUILD_FLAGS[build]
      const compiled = await compiler.object({ text, flags: DRIVER_FLAGS }, flags)
      if (compiled.kind !== 'ok') throw new Error(`the driver does not compile: ${JSON.stringify(compiled)}`)
      return (await hostOf(build)).load(compiled.object)
    })

  /** A report an input, none where the runner stopped before it; undefined where the objects need the real linker. */
  async function reportsOf(
    { build, entryPoint, file }: Executable,
    inputs: readonly UnitInput[],
    stopAt: StopAt,
  ): Promise<readonly (FinishedRun | undefined)[] | undefined> {
    const reply = await (await hostOf(build)).runner.run({
      image: loaded.get(file)!.image,
      inputs,
      env: { LC_ALL: 'C' },
      limits: runLimits(build, limits),
      wantRecord: countsEdges(build) || entryPoint.kind === 'function',
      wrapAllocations: entryPoint.kind === 'function',
      stopAt,
    })
    if (reply.kind === 'failed') throw new SandboxFailure(reply.detail)
    return reply.kind === 'run' ? reply.reports : undefined
  }

  /** The reference's executable of the same code; undefined where it cannot be linked at all. */
  async function relink({ file, build, entryPoint, mutant }: Executable): Promise<Executable | undefined> {
    const built = await once(relinked, file, async () =>
      (await referenceEngine()).build(loaded.get(file)!.code, build, entryPoint),
    )
    if (built.kind === 'rejected') return undefined
    return { ...built.executable, ...(mutant !== undefined && { mutant }) }
  }

  /** Runs that differ in their inputs and mutants alone; a job's outcomes end where it stops. */
  async function runTogether(jobs: readonly Job[]): Promise<RunOutcome[][]> {
    const outcomes: RunOutcome[][] = jobs.map(() => [])
    const stopped = new Set<number>()
    const { executable, stopAt = 'never' } = jobs[0]!
    // A stop of the runner may be none: it sees neither the memory that a function leaves nor the end of the fuel.
    for (
      let open = jobs.flatMap(({ runs }, job) => runs.map((_, run) => ({ job, run })));
      open.length > 0;
    ) {
      const inputs = open.map(({ job, run }) => ({
        ...unitInput(jobs[job]!.executable, jobs[job]!.runs[run]!),
        group: job,
      }))
      const reports = await reportsOf(executable, inputs, stopAt)
      if (reports === undefined) return runRelinked(jobs)
      for (const [index, report] of reports.entries()) {
        const { job, run } = open[index]!
        if (report === undefined || stopped.has(job)) continue
        const { input, expected } = jobs[job]!.runs[run]!
        const { outcome } = interpretReport(executable, input, report, limits)
        outcomes[job]!.push(outcome)
        if (expected !== undefined && isStop(stopAt, outcome, expected)) stopped.add(job)
      }
      open = open.filter(({ job, run }) => !stopped.has(job) && run >= outcomes[job]!.length)
    }
    return outcomes
  }

  async function runRelinked(jobs: readonly Job[]): Promise<RunOutcome[][]> {
    const outcomes: RunOutcome[][] = []
    for (const job of jobs) {
      const executable = await relink(job.executable)
      if (executable === undefined) outcomes.push(job.runs.map(() => DOES_NOT_LINK))
      else outcomes.push(...(await (await referenceEngine()).run([{ ...job, executable }])))
    }
    return outcomes
  }

  /** What the inputs do and reach; undefined where the objects need the real linker. */
  async function runCovered(
    executable: Executable,
    unitInputs: readonly UnitInput[],
    inputs: readonly Input[],
  ): Promise<Interpreted[] | undefined> {
    const reports = await reportsOf(executable, unitInputs, 'never')
    return reports?.map((report, index) => interpretReport(executable, inputs[index]!, report!, limits))
  }

  /** Objects and what to stop at are set once for all inputs of a request. */
  async function runJobs(jobs: readonly Job[]): Promise<RunOutcome[][]> {
    const outcomes: RunOutcome[][] = jobs.map(() => [])
    const requests = Map.groupBy(jobs.keys(), (index) => {
      const { executable, stopAt = 'never' } = jobs[index]!
      return `${executable.file} ${stopAt}`
    })
    for (const indexes of requests.values()) {
      const request = indexes.map((index) => jobs[index]!)
      const isOurs = loaded.has(request[0]!.executable.file)
      const ran = await (isOurs ? runTogether(request) : (await referenceEngine()).run(request))
      for (const [position, index] of indexes.entries()) outcomes[index] = ran[position]!
    }
    return outcomes
  }

  return {
    combinesMutants: true,
    async emitIr(code, level, emitOptions) {
      const result = await compiler.emit(code, level, emitOptions)
      if (result.kind !== 'crashed') return result
      return (await referenceEngine()).emitIr(code, level, emitOptions)
    },
    build: (code, build, entryPoint) =>
      once(builds, buildKey(code, build, entryPoint), () => compile(code, build, entryPoint)),
    run: runJobs,
    async explore(executable, explorations) {
      if (!loaded.has(executable.file)) return (await referenceEngine()).explore(executable, explorations)
      const inputs = explorations.map(explorationInput)
      const covered = await runCovered(
        executable,
        explorations.map((exploration, index) => exploredInput(executable, exploration, inputs[index]!)),
        inputs,
      )
      if (covered !== undefined)
        return covered.map(({ stdin, ...explored }, index) => ({
          ...explored,
          input: { ...inputs[index]!, stdin },
        }))
      const instead = await relink(executable)
      if (instead !== undefined) return (await referenceEngine()).explore(instead, explorations)
      return inputs.map(notLinked)
    },
    async replay(executable, replays) {
      if (!loaded.has(executable.file)) return (await referenceEngine()).replay(executable, replays)
      const inputs = replays.map(({ input }) => input)
      const covered = await runCovered(
        executable,
        replays.map((replay) => replayedInput(executable, replay)),
        inputs,
      )
      if (covered !== undefined)
        return covered.map(({ stdin, ...explored }, index) => ({ ...explored, input: inputs[index]! }))
      const instead = await relink(executable)
      if (instead !== undefined) return (await referenceEngine()).replay(instead, replays)
      return inputs.map(notLinked)
    },
    async releaseAll() {
      loaded.clear()
      drivers.clear()
      relinked.clear()
      builds.clear()
      for (const host of hosts.values()) (await host).unloadUnits()
      await (await reference)?.releaseAll()
    },
    async close() {
      await compiler.close()
      for (const host of hosts.values()) await (await host).runner.close()
      await (await reference)?.close()
    },
  }
}

const callImage = ({ entryPoint }: Executable, input: Input) =>
  entryPoint.kind === 'function' && input.kind === 'call' ? { args: encodeCall(entryPoint.plan, input) } : {}

function unitInput(executable: Executable, { input, fill, fuel, expected }: Run): UnitInput {
  const { entryPoint } = executable
  // An exit status that C leaves open cannot be compared by the runner.
  const comparable = expected !== undefined && (entryPoint.kind === 'function' || entryPoint.exitDefined)
  return {
    stdin: input.stdin,
    ...callImage(executable, input),
    fill,
    env: { ...runEnvironment(executable.build, { fill, fuel }), ...mutantEnvironment(executable) },
    ...(comparable && { expected: { exit: expected.exit, stdout: expected.stdout } }),
  }
}

function exploredInput(executable: Executable, exploration: Exploration, input: Input): UnitInput {
  const env = {
    ...runEnvironment('cover', { fill: 0, fuel: exploration.fuel }),
    ...explorationEnvironment(exploration),
  }
  return { stdin: input.stdin, ...callImage(executable, input), fill: 0, env }
}

function replayedInput(executable: Executable, { input, fuel }: Replay): UnitInput {
  const env = { ...runEnvironment(executable.build, { fill: 0, fuel }), ...REPLAY_ENVIRONMENT }
  return { stdin: input.stdin, ...callImage(executable, input), fill: 0, env }
}

const notLinked = (input: Input): Explored => ({ outcome: DOES_NOT_LINK, input, coverage: undefined })
