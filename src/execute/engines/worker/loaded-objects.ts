/**
 * Code in, its object compiled and loaded into a unit runner out, with the harness and the driver around it. It says of
 * code that it cannot compile or hold, and of objects that it cannot lay out, that they are for the reference engine.
 */
import { once } from '../../../base/once.ts'
import { DRIVER_FLAGS } from '../../../call/driver-source.ts'
import type { EntryPoint } from '../../../call/entry-point.ts'
import type { Code } from '../../../compile/code.ts'
import type { CompileWorker } from '../../../compile/worker/open-compile-worker.ts'
import type { FinishedRun } from '../../../sandbox/sandbox.ts'
import { firstError } from '../../../toolchain/run-clang.ts'
import { type BuildKind, countsEdges } from '../../build-kind.ts'
import type { BuildResult, Executable, StopAt } from '../../code-engine.ts'
import { BUILD_FLAGS, type HarnessObjects, unitFlags } from '../../harness/harness-objects.ts'
import { SandboxFailure } from '../../outcome/sandbox-failure.ts'
import { runLimits, type UnitLimits } from '../../unit-limits.ts'
import { type HostedObjects, openHostedObjects } from '../../unit-runner/hosted-objects.ts'
import type { UnitImage, UnitInput } from '../../unit-runner/protocol.ts'

/** The program that runs the objects of a build. */
const RUNNER_OF = { plain: 'plain', cover: 'plain', trace: 'plain', asan: 'asan', msan: 'msan' } as const

/** Larger ones are mostly a unit's initialised arrays; they are better mapped from a file than sent about. */
const MOST_OBJECT_BYTES = 16 << 20

interface Loaded {
  readonly code: Code
  readonly image: UnitImage
}

export class LoadedObjects {
  readonly limits: UnitLimits
  readonly #compiler: CompileWorker
  readonly #harness: HarnessObjects
  readonly #hosts = new Map<string, Promise<HostedObjects>>()
  readonly #loaded = new Map<string, Loaded>()
  readonly #drivers = new Map<string, Promise<number>>()
  #count = 0

  constructor(compiler: CompileWorker, harness: HarnessObjects, limits: UnitLimits) {
    this.#compiler = compiler
    this.#harness = harness
    this.limits = limits
  }

  has({ file }: Executable): boolean {
    return this.#loaded.has(file)
  }

  codeOf({ file }: Executable): Code {
    return this.#loaded.get(file)!.code
  }

  /** Undefined for code that is for the reference engine. */
  async build(code: Code, build: BuildKind, entryPoint: EntryPoint): Promise<BuildResult | undefined> {
    const compiled = await this.#compiler.object(code, unitFlags(build))
    if (compiled.kind === 'rejected') return { kind: 'rejected', detail: firstError(compiled.stderr) ?? '' }
    if (compiled.kind !== 'ok' || compiled.object.length > MOST_OBJECT_BYTES) return undefined
    const harness = this.#harness[build]
    const host = await this.#hostOf(build)
    const unit = host.load(compiled.object)
    const before = await Promise.all(harness.before.map(host.loadFile))
    const behind = await Promise.all(harness.behind.map(host.loadFile))
    if (entryPoint.kind === 'function')
      behind.push(await host.loadFile(harness.call), await this.#driver(entryPoint.driver, build))
    const file = `object-${this.#count++}`
    this.#loaded.set(file, { code, image: { before, unit, behind } })
    return { kind: 'ok', executable: { file, build, entryPoint } }
  }

  /**
   * A report an input, none where the runner stopped before it; undefined where the objects need the real linker.
   *
   * @param executables of one build and one kind of entry point; inputs name them by their index
   */
  async run(
    executables: readonly Executable[],
    inputs: readonly UnitInput[],
    { stopAt, cpuMs }: { readonly stopAt: StopAt; readonly cpuMs?: number | undefined },
  ): Promise<readonly (FinishedRun | undefined)[] | undefined> {
    const { build, entryPoint } = executables[0]!
    const { runner } = await this.#hostOf(build)
    const reply = await runner.run({
      images: executables.map(({ file }) => this.#loaded.get(file)!.image),
      inputs,
      env: { LC_ALL: 'C' },
      limits: runLimits(build, this.limits, cpuMs),
      wantRecord: countsEdges(build) || entryPoint.kind === 'function',
      wrapAllocations: entryPoint.kind === 'function',
      stopAt,
    })
    if (reply.kind === 'failed') throw new SandboxFailure(reply.detail)
    return reply.kind === 'run' ? reply.reports : undefined
  }

  async releaseAll(): Promise<void> {
    this.#loaded.clear()
    this.#drivers.clear()
    for (const host of this.#hosts.values()) (await host).unloadUnits()
  }

  async close(): Promise<void> {
    await this.#compiler.close()
    for (const host of this.#hosts.values()) await (await host).runner.close()
  }

  #hostOf(build: BuildKind): Promise<HostedObjects> {
    return once(this.#hosts, RUNNER_OF[build], () => openHostedObjects(RUNNER_OF[build]))
  }

  /** Once for all variants of a unit. The coverage is the unit's, not the driver's. */
  #driver(text: string, build: BuildKind): Promise<number> {
    return once(this.#drivers, `${build} ${text}`, async () => {
      const flags = countsEdges(build) ? [] : BUILD_FLAGS[build]
      const compiled = await this.#compiler.object({ text, flags: DRIVER_FLAGS }, flags)
      if (compiled.kind !== 'ok') throw new Error(`the driver does not compile: ${JSON.stringify(compiled)}`)
      return (await this.#hostOf(build)).load(compiled.object)
    })
  }
}
