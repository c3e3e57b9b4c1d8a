/**
 * What compiling and running needs to be able to do, apart from how: the stages know this interface alone.
 * The reference implementation spawns clang and one executable a variant (engines/spawn-engine.ts).
 */

import type { EntryPoint } from '../call/entry-point.ts'
import type { Code, EmitOptions } from '../compile/code.ts'
import type { Input } from '../records/input.ts'
import type { Level } from '../records/level.ts'
import { type ObservedResult, sameResult } from '../records/observed-result.ts'
import type { RunOutcome } from '../records/run-outcome.ts'
import type { Assembled } from '../toolchain/assemble.ts'
import type { ClangResult } from '../toolchain/run-clang.ts'
import type { BuildKind } from './build-kind.ts'
import type { Comparisons } from './harness/comparisons.ts'
import type { HarnessObjects } from './harness/harness-objects.ts'
import type { UnitLimits } from './unit-limits.ts'

export interface Executable {
  /** Path inside the engine's box; unique for the life of the engine. */
  readonly file: string
  readonly build: BuildKind
  readonly entryPoint: EntryPoint
  /** Which mutant of a combined text runs (mutate/combine-mutants.ts); the original without. */
  readonly mutant?: number
}

export type BuildResult =
  | { readonly kind: 'ok'; readonly executable: Executable }
  | { readonly kind: 'rejected'; readonly detail: string }

export interface RunOptions {
  /** Byte that uninitialised heap and stack memory is filled with. */
  readonly fill: number
  /** Edges the run may take (`cover` and `trace` only); 0 for no budget. */
  readonly fuel: number
}

export interface Run extends RunOptions {
  readonly input: Input
  /** What `StopAt` compares with. */
  readonly expected?: ObservedResult
}

/**
 * When the rest of the runs is not wanted any more: after a run that ended well with another result than expected
 * (`difference`), or after anything but the expected result (`deviation`).
 */
export type StopAt = 'never' | 'difference' | 'deviation'

export function isStop(stopAt: StopAt, outcome: RunOutcome, expected: ObservedResult): boolean {
  if (stopAt === 'never') return false
  return outcome.kind === 'ok' ? !sameResult(outcome, expected) : stopAt === 'deviation'
}

/** Runs of one executable; a stop ends the rest of its own job alone. */
export interface Job {
  readonly executable: Executable
  readonly runs: readonly Run[]
  readonly stopAt?: StopAt
  /** CPU time of a run, at most, where it is less than the engine's limit. */
  readonly cpuMs?: number
}

/** How the next input is made up: by the on-demand stdin for programs, from a generated call for functions. */
export interface Exploration {
  readonly seed: bigint
  /** 0..9: how large counts and numbers may grow. */
  readonly size: number
  readonly dictionary: Dictionary
  readonly fuel: number
  /** The call to make; undefined for programs. */
  readonly call: Input | undefined
  /** Standard input to begin with; what the unit reads beyond it is made up. Default empty. */
  readonly beginning?: string
}

/** An input to take as it is. */
export interface Replay {
  readonly input: Input
  readonly fuel: number
}

/** Constants of the source, for inputs that meet its comparisons. */
export interface Dictionary {
  readonly numbers: readonly string[]
  readonly words: readonly string[]
  readonly chars: string
}

export interface Explored {
  readonly outcome: RunOutcome
  /** The input as it was consumed; it repeats this run as a plain one. */
  readonly input: Input
  readonly coverage: Coverage | undefined
  /** Of a `trace` build alone. */
  readonly comparisons?: Comparisons | undefined
}

export interface Coverage {
  /** Per edge of the unit: 0 not taken, 1, 2, 3 (3 to 7 times), 4 (8 to 31), 5 (more). */
  readonly hits: Uint8Array
  readonly edgesTaken: number
}

export interface CodeEngine {
  /** Whether mutants are best built together, where they can be. */
  readonly combinesMutants: boolean
  /** IR text exactly as clang prints it. Debug information is for types alone, never for winners. */
  emitIr(code: Code, level: Level, options?: EmitOptions): Promise<ClangResult>
  /** Whether llvm-as takes a text. */
  assemble(ir: string): Promise<Assembled>
  /** The same code is built once, as long as its unit lasts. */
  build(code: Code, build: BuildKind, entryPoint: EntryPoint): Promise<BuildResult>
  /** For each job an outcome for each of its runs, in their order, up to where it stopped. */
  run(jobs: readonly Job[]): Promise<RunOutcome[][]>
  /** Runs a `cover` or `trace` build on inputs that are made up while it runs. */
  explore(executable: Executable, explorations: readonly Exploration[]): Promise<Explored[]>
  /** Runs a `cover` or `trace` build on inputs as they are, and says what they reach. */
  replay(executable: Executable, replays: readonly Replay[]): Promise<Explored[]>
  /** Forgets all executables; the unit that they belonged to is done. */
  releaseAll(): Promise<void>
  close(): Promise<void>
}

/** Plain data: it crosses into the threads that open engines. */
export interface CodeEngineOptions {
  readonly clang: string
  readonly llvmAs: string
  /** Path of the in-process compiler; undefined: clang is spawned. */
  readonly compileWorker: string | undefined
  readonly harness: HarnessObjects
  readonly limits: UnitLimits
}
