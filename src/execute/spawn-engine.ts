/**
 * The reference engine: one clang process a compile, one executable a variant, run in the sandbox. Portable and
 * slow; what any faster engine gives must be the same.
 */
import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { compileFlags } from '../compile/compile-flags.ts'
import { type FinishedRun, openSandbox, type RunRequest, type Sandbox } from '../sandbox/sandbox.ts'
import { firstError, runClang } from '../toolchain/run-clang.ts'
import type { CallPlan } from './call/call-plan.ts'
import { canonicalEffects } from './call/canonical-effects.ts'
import { decodeRecord } from './call/decode-record.ts'
import { CALL_LINK_FLAGS, DRIVER_FLAGS } from './call/driver-source.ts'
import { encodeCall } from './call/encode-call.ts'
import type { Calling } from './calling.ts'
import { classifyRun, SANITIZER_EXIT } from './classify-run.ts'
import { splitCoverage } from './coverage-trailer.ts'
import type {
  Build,
  BuildResult,
  Code,
  Coverage,
  Dictionary,
  Engine,
  Executable,
  RunOptions,
} from './engine.ts'
import { BUILD_FLAGS, type HarnessObjects } from './harness-objects.ts'
import type { Input } from './input.ts'
import { RECORD_BYTES, type RunLimits, SANITIZER_FACTOR, STACK_BYTES } from './limits.ts'
import type { RunOk, RunOutcome } from './run-outcome.ts'
import { SandboxFailure } from './sandbox-failure.ts'

export interface SpawnEngineOptions {
  readonly clang: string
  readonly harness: HarnessObjects
  readonly limits: RunLimits
}

/** clang reads a module by stdin and must not fall back to the host's default triple's quirks: IR needs the target lines that the text lacks. */
const IR_FLAGS = ['-Wno-override-module', '-x', 'ir']

export async function openSpawnEngine({ clang, harness, limits }: SpawnEngineOptions): Promise<Engine> {
  const sandbox: Sandbox = await openSandbox()
  const box = sandbox.boxPath
  const drivers = new Map<string, Promise<string>>()
  let count = 0

  const driverObject = (driver: string, build: Build): Promise<string> => {
    const name = `driver-${createHash('sha256').update(driver).digest('hex').slice(0, 16)}.${build}.o`
    let object = drivers.get(name)
    if (object === undefined) {
      object = (async () => {
        const flags = build === 'cover' ? [] : BUILD_FLAGS[build]
        const result = await runClang(
          clang,
          [...DRIVER_FLAGS, ...flags, '-x', 'c', '-', '-c', '-o', path.join(box, name)],
          driver,
        )
        if (result.kind !== 'ok')
          throw new Error(`the driver does not compile: ${JSON.stringify(result)}\n${driver}`)
        return path.join(box, name)
      })()
      drivers.set(name, object)
    }
    return object
  }

  const linkedObjects = async (calling: Calling, build: Build) =>
    calling.kind === 'program'
      ? harness[build].always
      : [...harness[build].always, harness[build].call, await driverObject(calling.driver, build)]

  async function build(code: Code, build: Build, calling: Calling): Promise<BuildResult> {
    const file = `u${count++}`
    const language = code.language === 'ir' ? IR_FLAGS : [...compileFlags(code.standard, 'O0'), '-x', 'c']
    const objects = await linkedObjects(calling, build)
    const args = [
      ...BUILD_FLAGS[build],
      ...language,
      '-',
      '-x',
      'none',
      ...objects,
      '-fuse-ld=lld',
      '-lm',
      ...(calling.kind === 'function' ? CALL_LINK_FLAGS : []),
      '-o',
      path.join(box, file),
    ]
    const result = await runClang(clang, args, code.text)
    if (result.kind === 'ok') return { kind: 'ok', executable: { file, build, calling } }
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

  async function launch(executable: Executable, input: Input, extraEnv: Record<string, string>) {
    const sanitized = executable.build === 'asan' || executable.build === 'msan'
    const factor = sanitized ? SANITIZER_FACTOR : 1
    return runTwiceIfBroken({
      path: executable.file,
      env: { LC_ALL: 'C', ...extraEnv },
      stdin: input.stdin,
      args:
        executable.calling.kind === 'function' && input.kind === 'call'
          ? encodeCall(executable.calling.plan, input)
          : new Uint8Array(),
      limits: {
        cpuMs: limits.cpuMs * factor,
        memoryBytes: limits.memoryBytes * factor,
        dataBytes: sanitized ? 0 : limits.memoryBytes,
        stackBytes: STACK_BYTES,
        outputBytes: limits.outputBytes,
        recordBytes: RECORD_BYTES,
      },
      // MSan executes itself anew when it finds its address range randomised.
      aslr: executable.build !== 'msan',
      // The record of a covered run says whether it ended by itself or was out of fuel.
      wantRecord: executable.build === 'cover' || executable.calling.kind === 'function',
    })
  }

  function outcomeOf(
    executable: Executable,
    input: Input,
    report: FinishedRun,
  ): { outcome: RunOutcome; coverage: Coverage | undefined; stdin: string } {
    const ended = classifyRun(report, executable.build, limits)
    if (ended.kind !== 'exited' || report.kind !== 'exited')
      return { outcome: ended as RunOutcome, coverage: undefined, stdin: '' }
    const { record, trailer } = splitCoverage(report.record)
    const coverage = trailer && { hits: trailer.hits, edgesTaken: trailer.edgesTaken }
    const stdin = trailer?.stdin ?? ''
    // A unit that left by _exit, or took the record's descriptor for its own.
    if (executable.build === 'cover' && trailer === undefined)
      return { outcome: { kind: 'signal', signal: 'no record', stderr: '' }, coverage: undefined, stdin: '' }
    if (trailer?.outOfFuel) return { outcome: { kind: 'timeout', limitMs: 0 }, coverage, stdin }
    const { calling } = executable
    const stdout = report.stdout.toString('latin1')
    const { cpuMs } = report
    if (calling.kind === 'program') {
      return {
        outcome: { kind: 'ok', stdout, exit: calling.exitDefined ? ended.exit : 0, effects: '', cpuMs },
        coverage,
        stdin,
      }
    }
    const outcome = callOutcome(calling.plan, input, record, { stdout, exit: ended.exit, cpuMs })
    return { outcome, coverage, stdin }
  }

  return {
    emitIr: (text, standard, level, options) =>
      runClang(
        clang,
        [
          ...compileFlags(standard, level),
          ...(options?.debug ? ['-g'] : []),
          '-S',
          '-emit-llvm',
          '-x',
          'c',
          '-',
          '-o',
          '-',
        ],
        text,
      ),
    build,
    async run(executable, input, options) {
      const report = await launch(executable, input, runEnvironment(executable.build, options))
      return outcomeOf(executable, input, report).outcome
    },
    async explore(executable, exploration) {
      const input: Input = exploration.call ?? { kind: 'stdin', stdin: '' }
      const environment = {
        ...runEnvironment('cover', { fill: 0, fuel: exploration.fuel }),
        ...explorationEnvironment(exploration),
      }
      const report = await launch(executable, input, environment)
      const { outcome, coverage, stdin } = outcomeOf(executable, input, report)
      return { outcome, coverage, input: { ...input, stdin } }
    },
    async releaseAll() {
      drivers.clear()
      for (const name of await readdir(box))
        if (/^(?:u\d|driver-)/.test(name)) await rm(path.join(box, name), { force: true })
    },
    close: () => sandbox.close(),
  }
}

function callOutcome(
  plan: CallPlan,
  input: Input,
  record: Uint8Array,
  exited: Omit<RunOk, 'kind' | 'effects'>,
): RunOutcome {
  if (input.kind !== 'call') throw new Error('a function is called with a stdin input')
  const decoded = decodeRecord(plan, input, record)
  switch (decoded.kind) {
    case 'effects':
      return { kind: 'ok', ...exited, effects: canonicalEffects(decoded.effects) }
    case 'uninitialized':
      return { kind: 'sanitizer', report: 'use-of-uninitialized-value', stderr: decoded.path }
    case 'too-long':
      return { kind: 'output-limit', limitBytes: RECORD_BYTES }
    case 'no-record':
      // A unit that left by _exit, or closed or wrote the record's descriptor itself.
      return { kind: 'signal', signal: 'no record', stderr: '' }
  }
}

function runEnvironment(build: Build, { fill, fuel }: RunOptions): Record<string, string> {
  const environment: Record<string, string> = { GEPO_FILL: String(fill) }
  if (build === 'cover' && fuel > 0) environment.GEPO_FUEL = String(fuel)
  if (build === 'asan') {
    environment.ASAN_OPTIONS = `detect_leaks=0:symbolize=0:exitcode=${SANITIZER_EXIT}:detect_stack_use_after_return=1:max_malloc_fill_size=1048576:malloc_fill_byte=${fill}`
    environment.UBSAN_OPTIONS = `halt_on_error=1:symbolize=0:exitcode=${SANITIZER_EXIT}`
  } else if (build === 'msan') {
    environment.MSAN_OPTIONS = `symbolize=0:exit_code=${SANITIZER_EXIT}`
  } else {
    environment.GLIBC_TUNABLES = `glibc.malloc.perturb=${fill}`
  }
  return environment
}

const LIST_SEPARATOR = '\x1f'

function explorationEnvironment({
  seed,
  size,
  dictionary,
}: {
  seed: bigint
  size: number
  dictionary: Dictionary
}): Record<string, string> {
  // An environment string cannot hold a NUL.
  const clean = (text: string) => text.replaceAll('\0', '')
  return {
    GEPO_SEED: String(seed),
    GEPO_SIZE: String(size),
    GEPO_NUMBERS: clean(dictionary.numbers.join(LIST_SEPARATOR)),
    GEPO_WORDS: clean(dictionary.words.join(LIST_SEPARATOR)),
    GEPO_CHARS: clean(dictionary.chars),
  }
}
