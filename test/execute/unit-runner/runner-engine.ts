/** What the reference engine does, done by unit runners on objects that the real clang made. */
import { readFile } from 'node:fs/promises'
import { execa } from 'execa'
import { once } from '../../../src/base/once.ts'
import { DRIVER_FLAGS } from '../../../src/call/driver-source.ts'
import { encodeCall } from '../../../src/call/encode-call.ts'
import type { EntryPoint } from '../../../src/call/entry-point.ts'
import type { Code } from '../../../src/compile/code.ts'
import { type BuildKind, countsEdges } from '../../../src/execute/build-kind.ts'
import type { Exploration, RunOptions } from '../../../src/execute/code-engine.ts'
import { BUILD_FLAGS, prepareHarness } from '../../../src/execute/harness/harness-objects.ts'
import { explorationEnvironment, runEnvironment } from '../../../src/execute/harness/run-environment.ts'
import { type Interpreted, interpretReport } from '../../../src/execute/outcome/interpret-report.ts'
import { DEFAULT_UNIT_LIMITS, runLimits } from '../../../src/execute/unit-limits.ts'
import { openUnitRunner, type UnitRunner } from '../../../src/execute/unit-runner/open-unit-runner.ts'
import type { UnitImage, UnitRunReply } from '../../../src/execute/unit-runner/protocol.ts'
import type { Input } from '../../../src/records/input.ts'
import { locateTools } from '../../../src/toolchain/locate-tools.ts'

export interface LoadedUnit {
  readonly build: BuildKind
  readonly entryPoint: EntryPoint
  readonly image: UnitImage
}

export interface RunnerEngine {
  runner(build: BuildKind): Promise<UnitRunner>
  load(code: Code, build: BuildKind, entryPoint: EntryPoint): Promise<LoadedUnit>
  reply(unit: LoadedUnit, inputs: readonly Input[], options: Options): Promise<UnitRunReply>
  /** Throws what the runner cannot do. */
  run(unit: LoadedUnit, inputs: readonly Input[], options: Options): Promise<Interpreted[]>
  explore(unit: LoadedUnit, explorations: readonly Exploration[], isolated: boolean): Promise<Interpreted[]>
  close(): Promise<void>
}

export interface Options extends RunOptions {
  readonly isolated?: boolean
}

export async function openRunnerEngine(limits = DEFAULT_UNIT_LIMITS): Promise<RunnerEngine> {
  const { clang } = locateTools()
  const harness = await prepareHarness(clang)
  const runners = new Map<string, Promise<UnitRunner>>()

  function runnerOf(build: BuildKind): Promise<UnitRunner> {
    const kind = countsEdges(build) ? 'plain' : build
    return once(runners, kind, () => openUnitRunner({ build: kind }))
  }

  async function compile({ text, flags }: Code, buildFlags: readonly string[]): Promise<Uint8Array> {
    const args = [...buildFlags, ...flags, '-O0', '-c', '-', '-o', '-']
    return (await execa(clang, args, { input: text, encoding: 'buffer' })).stdout
  }

  async function send(
    { build, entryPoint, image }: LoadedUnit,
    inputs: readonly (readonly [Input, Record<string, string>])[],
    { fill, fuel, isolated = false }: Options,
  ): Promise<UnitRunReply> {
    return (await runnerOf(build)).run({
      images: [image],
      inputs: inputs.map(([input, env]) => ({
        stdin: input.stdin,
        args:
          entryPoint.kind === 'function' && input.kind === 'call'
            ? encodeCall(entryPoint.plan, input)
            : undefined,
        env,
        fill,
      })),
      env: { LC_ALL: 'C', ...runEnvironment(build, { fill, fuel }) },
      limits: runLimits(build, limits),
      wantRecord: countsEdges(build) || entryPoint.kind === 'function',
      wrapAllocations: entryPoint.kind === 'function',
      isolated,
    })
  }

  function interpret(unit: LoadedUnit, inputs: readonly Input[], reply: UnitRunReply): Interpreted[] {
    if (reply.kind !== 'run') throw new Error(JSON.stringify(reply))
    return reply.reports.map((report, index) => interpretReport(unit, inputs[index]!, report!, limits))
  }

  return {
    runner: runnerOf,
    async load(code, build, entryPoint) {
      const runner = await runnerOf(build)
      const loadFile = async (file: string) => runner.load(await readFile(file))
      const unit = runner.load(await compile(code, BUILD_FLAGS[build]))
      const before = await Promise.all(harness[build].before.map(loadFile))
      const behind = await Promise.all(harness[build].behind.map(loadFile))
      if (entryPoint.kind === 'function') {
        const flags = countsEdges(build) ? [] : BUILD_FLAGS[build]
        behind.push(
          await loadFile(harness[build].call),
          runner.load(await compile({ text: entryPoint.driver, flags: DRIVER_FLAGS }, flags)),
        )
      }
      return { build, entryPoint, image: { before, unit, behind } }
    },
    reply: (unit, inputs, options) =>
      send(
        unit,
        inputs.map((input) => [input, {}]),
        options,
      ),
    async run(unit, inputs, options) {
      const reply = await send(
        unit,
        inputs.map((input) => [input, {}]),
        options,
      )
      return interpret(unit, inputs, reply)
    },
    async explore(unit, explorations, isolated) {
      const inputs = explorations.map(({ call }): Input => call ?? { kind: 'stdin', stdin: '' })
      const environments = explorations.map(explorationEnvironment)
      const reply = await send(
        unit,
        inputs.map((input, index) => [
          input,
          { ...environments[index], GEPO_FUEL: `${explorations[index]!.fuel}` },
        ]),
        { fill: 0, fuel: 0, isolated },
      )
      return interpret(unit, inputs, reply)
    },
    async close() {
      for (const runner of runners.values()) await (await runner).close()
    },
  }
}
