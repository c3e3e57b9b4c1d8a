/**
 * The fast engine: a process that holds clang's libraries, and processes that run objects without linking or
 * starting a program. What it gives is what the reference (spawn-engine.ts) gives; what its parts cannot do (an
 * object that needs the real linker, a text that breaks the compiler) it hands to the reference.
 */
import { openCompileWorker } from '../compile/worker/open-compile-worker.ts'
import type { FinishedRun } from '../sandbox/sandbox.ts'
import { firstError } from '../toolchain/run-clang.ts'
import { DRIVER_FLAGS } from './call/driver-source.ts'
import { encodeCall } from './call/encode-call.ts'
import type { Calling } from './calling.ts'
import {
  type Build,
  type BuildResult,
  type Code,
  type Engine,
  type EngineOptions,
  type Executable,
  type Exploration,
  isStop,
  type Run,
  type StopAt,
} from './engine.ts'
import { BUILD_FLAGS } from './harness-objects.ts'
import type { Input } from './input.ts'
import { interpretReport } from './interpret-report.ts'
import { runLimits } from './limits.ts'
import { explorationEnvironment, runEnvironment } from './run-environment.ts'
import type { RunOutcome } from './run-outcome.ts'
import { SandboxFailure } from './sandbox-failure.ts'
import { openSpawnEngine } from './spawn-engine.ts'
import { type HostedObjects, openHostedObjects } from './unit-runner/hosted-objects.ts'
import type { UnitInput } from './unit-runner/protocol.ts'

/** The program that runs the objects of a build. */
const RUNNER_OF = { plain: 'plain', cover: 'plain', asan: 'asan', msan: 'msan' } as const

/** What a unit does that even the real linker refuses. */
const DOES_NOT_LINK: RunOutcome = { kind: 'signal', signal: 'does not link', stderr: '' }

interface Loaded {
  readonly code: Code
  readonly objects: readonly number[]
}

export async function openWorkerEngine(
  options: EngineOptions & { readonly compileWorker: string },
): Promise<Engine> {
  const { harness, limits } = options
  const compiler = await openCompileWorker({ worker: options.compileWorker, clang: options.clang })
  const hosts = new Map<string, Promise<HostedObjects>>()
  const loaded = new Map<string, Loaded>()
  const drivers = new Map<string, Promise<number>>()
  const relinked = new Map<string, Promise<BuildResult>>()
  let reference: Promise<Engine> | undefined
  let count = 0

  const referenceEngine = () => {
    reference ??= openSpawnEngine(options)
    return reference
  }
  const hostOf = (build: Build) => once(hosts, RUNNER_OF[build], () => openHostedObjects(RUNNER_OF[build]))

  async function build(code: Code, build: Build, calling: Calling): Promise<BuildResult> {
    const compiled = await compiler.object(code, BUILD_FLAGS[build])
    if (compiled.kind === 'rejected') return { kind: 'rejected', detail: firstError(compiled.stderr) ?? '' }
    if (compiled.kind !== 'ok') return (await referenceEngine()).build(code, build, calling)
    const host = await hostOf(build)
    const objects = [host.load(compiled.object)]
    for (const file of harness[build].always) objects.push(await host.loadFile(file))
    if (calling.kind === 'function')
      objects.push(await host.loadFile(harness[build].call), await driver(calling.driver, build))
    const file = `object-${count++}`
    loaded.set(file, { code, objects })
    return { kind: 'ok', executable: { file, build, calling } }
  }

  /** Once for all variants of a unit. The coverage is the unit's, not the driver's. */
  const driver = (text: string, build: Build) =>
    once(drivers, `${build} ${text}`, async () => {
      const flags = build === 'cover' ? [] : BUILD_FLAGS[build]
      const code = { text, language: 'c', standard: 'gnu17' } as const
      const compiled = await compiler.object(code, [...DRIVER_FLAGS, ...flags])
      if (compiled.kind !== 'ok') throw new Error(`the driver does not compile: ${JSON.stringify(compiled)}`)
      return (await hostOf(build)).load(compiled.object)
    })

  /** A report an input, undefined behind where the runner stopped; undefined as a whole where the objects need the real linker. */
  async function reportsOf(
    executable: Executable,
    inputs: readonly UnitInput[],
    { fill, stopAt }: { fill: number; stopAt: StopAt },
  ): Promise<readonly (FinishedRun | undefined)[] | undefined> {
    const { build, calling, file } = executable
    const reply = await (await hostOf(build)).runner.run({
      objects: loaded.get(file)!.objects,
      inputs,
      env: { LC_ALL: 'C', ...runEnvironment(build, { fill, fuel: 0 }) },
      fill,
      limits: runLimits(build, limits),
      wantRecord: build === 'cover' || calling.kind === 'function',
      wrapAllocations: calling.kind === 'function',
      stopAt,
    })
    if (reply.kind === 'failed') throw new SandboxFailure(reply.detail)
    return reply.kind === 'run' ? reply.reports : undefined
  }

  /** The reference's executable of the same code; undefined where it cannot be linked at all. */
  async function relink({ file, build, calling }: Executable): Promise<Executable | undefined> {
    const built = await once(relinked, file, async () =>
      (await referenceEngine()).build(loaded.get(file)!.code, build, calling),
    )
    return built.kind === 'ok' ? built.executable : undefined
  }

  /** Runs with one fill: that is set once for all inputs of a request. */
  async function runAlike(
    executable: Executable,
    runs: readonly Run[],
    stopAt: StopAt,
  ): Promise<RunOutcome[]> {
    const outcomes: RunOutcome[] = []
    while (outcomes.length < runs.length) {
      const rest = runs.slice(outcomes.length)
      const reports = await reportsOf(
        executable,
        rest.map((run) => unitInput(executable, run)),
        { fill: rest[0]!.fill, stopAt },
      )
      if (reports === undefined) {
        const instead = await relink(executable)
        return instead === undefined
          ? runs.map(() => DOES_NOT_LINK)
          : (await referenceEngine()).run(instead, runs, stopAt)
      }
      for (const [index, report] of reports.entries()) {
        if (report === undefined) break
        const { input, expected } = rest[index]!
        const { outcome } = interpretReport(executable, input, report, limits)
        outcomes.push(outcome)
        if (expected !== undefined && isStop(stopAt, outcome, expected)) return outcomes
      }
    }
    return outcomes
  }

  return {
    async emitIr(text, standard, level, emitOptions) {
      const result = await compiler.emit(text, standard, level, emitOptions)
      if (result.kind !== 'crashed') return result
      return (await referenceEngine()).emitIr(text, standard, level, emitOptions)
    },
    build,
    async run(executable, runs, stopAt = 'never') {
      if (!loaded.has(executable.file)) return (await referenceEngine()).run(executable, runs, stopAt)
      const outcomes: RunOutcome[] = []
      let end = runs.length
      for (const fill of new Set(runs.map((run) => run.fill))) {
        const indexes = [...runs.keys()].filter((index) => index < end && runs[index]!.fill === fill)
        const alike = await runAlike(
          executable,
          indexes.map((index) => runs[index]!),
          stopAt,
        )
        for (const [position, outcome] of alike.entries()) {
          const index = indexes[position]!
          outcomes[index] = outcome
          const { expected } = runs[index]!
          // What another fill gave behind this run was not wanted.
          if (expected !== undefined && isStop(stopAt, outcome, expected)) end = index + 1
        }
      }
      return outcomes.slice(0, end)
    },
    async explore(executable, explorations) {
      if (!loaded.has(executable.file)) return (await referenceEngine()).explore(executable, explorations)
      const inputs = explorations.map(({ call }): Input => call ?? { kind: 'stdin', stdin: '' })
      const reports = await reportsOf(
        executable,
        explorations.map((exploration, index) => explorationInput(executable, exploration, inputs[index]!)),
        { fill: 0, stopAt: 'never' },
      )
      if (reports === undefined) {
        const instead = await relink(executable)
        if (instead !== undefined) return (await referenceEngine()).explore(instead, explorations)
        return inputs.map((input) => ({ outcome: DOES_NOT_LINK, input, coverage: undefined }))
      }
      return reports.map((report, index) => {
        const { outcome, coverage, stdin } = interpretReport(executable, inputs[index]!, report!, limits)
        return { outcome, coverage, input: { ...inputs[index]!, stdin } }
      })
    },
    async releaseAll() {
      loaded.clear()
      drivers.clear()
      relinked.clear()
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

/** The value of a key, made at its first use. */
function once<T>(values: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let value = values.get(key)
  if (value === undefined) {
    value = make()
    values.set(key, value)
  }
  return value
}

const callImage = ({ calling }: Executable, input: Input) =>
  calling.kind === 'function' && input.kind === 'call' ? { args: encodeCall(calling.plan, input) } : {}

function unitInput(executable: Executable, { input, fuel, expected }: Run): UnitInput {
  const { calling } = executable
  // An exit status that C leaves open cannot be compared by the runner.
  const comparable = expected !== undefined && (calling.kind === 'function' || calling.exitDefined)
  return {
    stdin: input.stdin,
    ...callImage(executable, input),
    ...(executable.build === 'cover' && fuel > 0 && { env: { GEPO_FUEL: String(fuel) } }),
    ...(comparable && { expected: { exit: expected.exit, stdout: expected.stdout } }),
  }
}

function explorationInput(executable: Executable, exploration: Exploration, input: Input): UnitInput {
  const env = { ...explorationEnvironment(exploration), GEPO_FUEL: String(exploration.fuel) }
  return { stdin: input.stdin, ...callImage(executable, input), env }
}
