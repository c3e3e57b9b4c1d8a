/** Compiles a unit's variants in the compile worker and runs them in the unit runners, selected by their number. */

import { once } from '../../src/base/once.ts'
import { DRIVER_FLAGS, driverSource } from '../../src/call/driver-source.ts'
import { encodeCall } from '../../src/call/encode-call.ts'
import type { EntryPoint } from '../../src/call/entry-point.ts'
import { planCall } from '../../src/call/plan/plan-call.ts'
import { type CompileWorker, openCompileWorker } from '../../src/compile/worker/open-compile-worker.ts'
import type { BuildKind } from '../../src/execute/build-kind.ts'
import { compileWorkerFor } from '../../src/execute/choose-compiler.ts'
import {
  BUILD_FLAGS,
  combinedFlags,
  prepareHarness,
  unitFlags,
} from '../../src/execute/harness/harness-objects.ts'
import { runEnvironment } from '../../src/execute/harness/run-environment.ts'
import { type Interpreted, interpretReport } from '../../src/execute/outcome/interpret-report.ts'
import { DEFAULT_UNIT_LIMITS, runLimits } from '../../src/execute/unit-limits.ts'
import { type HostedObjects, openHostedObjects } from '../../src/execute/unit-runner/hosted-objects.ts'
import type { UnitImage } from '../../src/execute/unit-runner/protocol.ts'
import { unitCode } from '../../src/languages/languages.ts'
import { SELECTOR } from '../../src/mutate/write-beside.ts'
import type { Input } from '../../src/records/input.ts'
import type { Unit } from '../../src/records/unit.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'

export interface MutantRunner {
  /** Undefined for a function that cannot be called. */
  entryPointOf(unit: Unit): Promise<EntryPoint | undefined>
  /** Throws what does not compile. */
  load(unit: Unit, text: string, build: BuildKind, entryPoint: EntryPoint): Promise<Loaded>
  run(loaded: Loaded, runs: readonly MutantRun[]): Promise<Interpreted[]>
  /** Forgets what was loaded. */
  release(): Promise<void>
  close(): Promise<void>
}

interface Loaded {
  readonly build: BuildKind
  readonly entryPoint: EntryPoint
  readonly image: UnitImage
}

export interface MutantRun {
  readonly input: Input
  readonly fuel: number
  readonly mutant?: number
}

const RUNNER_OF = { plain: 'plain', cover: 'plain', trace: 'plain', asan: 'asan', msan: 'msan' } as const
const FILL = 0xa5

export async function openMutantRunner(): Promise<MutantRunner> {
  const { clang } = locateTools()
  const harness = await prepareHarness(clang)
  const compiler = await openCompileWorker({ worker: compileWorkerFor('worker')!, clang })
  const hosts = new Map<string, Promise<HostedObjects>>()
  const hostOf = (build: BuildKind) => {
    return once(hosts, RUNNER_OF[build], () => openHostedObjects(RUNNER_OF[build]))
  }
  return {
    async entryPointOf(unit) {
      if (unit.kind === 'program') return { kind: 'program', exitDefined: unit.exitDefined }
      const debug = await compiler.emit(unitCode(unit), 'O0', { debug: true })
      if (debug.kind !== 'ok') throw new Error(JSON.stringify(debug))
      const plan = planCall(debug.stdout, unit.name)
      return plan.kind === 'unsupported' ? undefined : { kind: 'function', plan, driver: driverSource(plan) }
    },
    async load({ standard }, text, build, entryPoint) {
      const host = await hostOf(build)
      const flags = BUILD_FLAGS[build]
      const isCombined = text.includes(SELECTOR)
      const unitOwn = [...unitFlags(build), ...(isCombined ? combinedFlags(build) : [])]
      const unit = host.load(await compile(compiler, unitCode({ code: text, standard }), unitOwn))
      const before = await Promise.all(harness[build].before.map(host.loadFile))
      const behind = await Promise.all(harness[build].behind.map(host.loadFile))
      if (entryPoint.kind === 'function') {
        const driver = { text: entryPoint.driver, flags: DRIVER_FLAGS }
        const driverFlags = build === 'cover' ? [] : flags
        behind.push(
          await host.loadFile(harness[build].call),
          host.load(await compile(compiler, driver, driverFlags)),
        )
      }
      return { build, entryPoint, image: { before, unit, behind } }
    },
    async run({ build, entryPoint, image }, runs) {
      const reply = await (await hostOf(build)).runner.run({
        images: [image],
        inputs: runs.map(({ input, fuel, mutant }) => ({
          stdin: input.stdin,
          ...(entryPoint.kind === 'function' &&
            input.kind === 'call' && { args: encodeCall(entryPoint.plan, input) }),
          fill: FILL,
          env: { GEPO_FUEL: String(fuel), ...(mutant !== undefined && { GEPO_MUTANT: String(mutant) }) },
        })),
        env: { LC_ALL: 'C', ...runEnvironment(build, { fill: FILL, fuel: 0 }) },
        limits: runLimits(build, DEFAULT_UNIT_LIMITS),
        wantRecord: build === 'cover' || entryPoint.kind === 'function',
        wrapAllocations: entryPoint.kind === 'function',
      })
      if (reply.kind !== 'run') throw new Error(JSON.stringify(reply))
      return reply.reports.map((report, index) =>
        interpretReport({ build, entryPoint }, runs[index]!.input, report!, DEFAULT_UNIT_LIMITS),
      )
    },
    async release() {
      for (const host of hosts.values()) (await host).unloadUnits()
    },
    async close() {
      await compiler.close()
      for (const host of hosts.values()) await (await host).runner.close()
    },
  }
}

async function compile(
  compiler: CompileWorker,
  code: Parameters<CompileWorker['object']>[0],
  flags: readonly string[],
): Promise<Uint8Array> {
  const compiled = await compiler.object(code, flags)
  if (compiled.kind !== 'ok') throw new Error(`${JSON.stringify(compiled)}\n${code.text}`)
  return compiled.object
}
