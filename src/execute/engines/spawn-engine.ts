/**
 * The reference engine: one clang process a compile, one executable a variant, run in the sandbox. Portable and
 * slow; what any faster engine gives must be the same.
 */

import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { once } from '../../base/once.ts'
import { CALL_LINK_FLAGS, DRIVER_FLAGS } from '../../call/driver-source.ts'
import { encodeCall } from '../../call/encode-call.ts'
import type { EntryPoint } from '../../call/entry-point.ts'
import { type Code, emitArguments } from '../../compile/code.ts'
import type { Input } from '../../records/input.ts'
import type { RunOutcome } from '../../records/run-outcome.ts'
import { type FinishedRun, openSandbox, type RunRequest, type Sandbox } from '../../sandbox/sandbox.ts'
import { assemble } from '../../toolchain/assemble.ts'
import { firstError, runClang } from '../../toolchain/run-clang.ts'
import { type BuildKind, countsEdges } from '../build-kind.ts'
import {
  type BuildResult,
  type CodeEngine,
  type CodeEngineOptions,
  type Executable,
  type Explored,
  isStop,
  type Job,
} from '../code-engine.ts'
import { BUILD_FLAGS, unitFlags } from '../harness/harness-objects.ts'
import {
  explorationEnvironment,
  explorationInput,
  mutantEnvironment,
  REPLAY_ENVIRONMENT,
  runEnvironment,
} from '../harness/run-environment.ts'
import { interpretReport } from '../outcome/interpret-report.ts'
import { SandboxFailure } from '../outcome/sandbox-failure.ts'
import { runLimits } from '../unit-limits.ts'
import { buildKey } from './build-key.ts'

export async function openSpawnEngine({
  clang,
  llvmAs,
  harness,
  limits,
}: CodeEngineOptions): Promise<CodeEngine> {
  const sandbox: Sandbox = await openSandbox()
  const box = sandbox.boxPath
  const drivers = new Map<string, Promise<string>>()
  const builds = new Map<string, Promise<BuildResult>>()
  let count = 0

  const driverObject = (driver: string, build: BuildKind): Promise<string> => {
    const name = `driver-${createHash('sha256').update(driver).digest('hex').slice(0, 16)}.${build}.o`
    return once(drivers, name, async () => {
      const flags = countsEdges(build) ? [] : BUILD_FLAGS[build]
      const result = await runClang(
        clang,
        [...DRIVER_FLAGS, ...flags, '-', '-c', '-o', path.join(box, name)],
        driver,
      )
      if (result.kind !== 'ok')
        throw new Error(`the driver does not compile: ${JSON.stringify(result)}\n${driver}`)
      return path.join(box, name)
    })
  }

  const objectsBehind = async (entryPoint: EntryPoint, build: BuildKind) =>
    entryPoint.kind === 'program'
      ? harness[build].behind
      : [...harness[build].behind, harness[build].call, await driverObject(entryPoint.driver, build)]

  async function link(code: Code, build: BuildKind, entryPoint: EntryPoint): Promise<BuildResult> {
    const file = `u${count++}`
    const { before, layout } = harness[build]
    const args = [
      ...unitFlags(build),
      ...before,
      ...code.flags,
      '-O0',
      '-',
      '-x',
      'none',
      ...(await objectsBehind(entryPoint, build)),
      '-fuse-ld=lld',
      ...(layout === undefined ? [] : [`-Wl,-T,${layout}`]),
      '-lm',
      ...(entryPoint.kind === 'function' ? CALL_LINK_FLAGS : []),
      '-o',
      path.join(box, file),
    ]
    const result = await runClang(clang, args, code.text)
    if (result.kind === 'ok') return { kind: 'ok', executable: { file, build, entryPoint } }
    const detail =
      result.kind === 'rejected'
        ? (firstError(result.stderr) ?? '')
        : result.kind === 'timeout'
          ? `clang took over ${result.afterMs} ms`
          : result.detail
    return { kind: 'rejected', detail }
  }

  /** The sandbox is shared with nobody, but the machine is: one failure may be an accident, two are not. */
  async function runTwiceIfBroken(request: RunRequest): Promise<FinishedRun> {
    const first = await sandbox.run(request)
    if (first.kind !== 'sandbox-error') return first
    const second = await sandbox.run(request)
    if (second.kind !== 'sandbox-error') return second
    throw new SandboxFailure(second.detail)
  }

  async function launch(
    executable: Executable,
    input: Input,
    extraEnv: Record<string, string>,
    cpuMs?: number,
  ) {
    return runTwiceIfBroken({
      path: executable.file,
      env: { LC_ALL: 'C', ...extraEnv },
      stdin: input.stdin,
      args:
        executable.entryPoint.kind === 'function' && input.kind === 'call'
          ? encodeCall(executable.entryPoint.plan, input)
          : new Uint8Array(),
      limits: runLimits(executable.build, limits, cpuMs),
      // MSan executes itself anew when it finds its address range randomised.
      aslr: executable.build !== 'msan',
      // The record of a covered run says whether it ended by itself or was out of fuel.
      wantRecord: countsEdges(executable.build) || executable.entryPoint.kind === 'function',
    })
  }

  async function runJob({ executable, runs, stopAt = 'never', cpuMs }: Job): Promise<RunOutcome[]> {
    const outcomes: RunOutcome[] = []
    for (const { input, expected, ...options } of runs) {
      const environment = { ...runEnvironment(executable.build, options), ...mutantEnvironment(executable) }
      const report = await launch(executable, input, environment, cpuMs)
      const { outcome } = interpretReport(executable, input, report, limits)
      outcomes.push(outcome)
      if (expected !== undefined && isStop(stopAt, outcome, expected)) break
    }
    return outcomes
  }

  return {
    // It is what the combined text is held against.
    combinesMutants: false,
    emitIr: (code, level, options) => runClang(clang, emitArguments(code, level, options), code.text),
    assemble: (ir) => assemble(llvmAs, ir),
    build: (code, build, entryPoint) =>
      once(builds, buildKey(code, build, entryPoint), () => link(code, build, entryPoint)),
    async run(jobs) {
      const outcomes: RunOutcome[][] = []
      for (const job of jobs) outcomes.push(await runJob(job))
      return outcomes
    },
    async explore(executable, explorations) {
      const explored: Explored[] = []
      for (const exploration of explorations) {
        const input = explorationInput(exploration)
        const environment = {
          ...runEnvironment('cover', { fill: 0, fuel: exploration.fuel }),
          ...explorationEnvironment(exploration),
        }
        const report = await launch(executable, input, environment)
        const { outcome, coverage, comparisons, stdin } = interpretReport(executable, input, report, limits)
        explored.push({ outcome, coverage, comparisons, input: { ...input, stdin } })
      }
      return explored
    },
    async replay(executable, replays) {
      const explored: Explored[] = []
      for (const { input, fuel } of replays) {
        const environment = { ...runEnvironment(executable.build, { fill: 0, fuel }), ...REPLAY_ENVIRONMENT }
        const report = await launch(executable, input, environment)
        const { outcome, coverage, comparisons } = interpretReport(executable, input, report, limits)
        explored.push({ outcome, coverage, comparisons, input })
      }
      return explored
    },
    async releaseAll() {
      drivers.clear()
      builds.clear()
      for (const name of await readdir(box))
        if (/^(?:u\d|driver-)/.test(name)) await rm(path.join(box, name), { force: true })
    },
    close: () => sandbox.close(),
  }
}
