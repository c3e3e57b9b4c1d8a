/** Limits of one run. Edges decide (the same on every machine); times are only a backstop for what takes no edges. */
import type { RunLimits } from '../sandbox/run-report.ts'
import type { BuildKind } from './build-kind.ts'

/** An original that takes more edges on an input does not get that input. About 0.03 s at O0. */
export const ORIGINAL_EDGES = 4_000_000

/** The search for inputs ends when those that reach something new take this many edges together. About 0.7 s. */
export const CLEAN_EDGES = 20 * ORIGINAL_EDGES

/** A mutant may take this many times the original's edges on the same input, and some more. */
export const mutantEdges = (originalEdges: number): number => originalEdges * 4 + 100_000

export interface UnitLimits {
  readonly cpuMs: number
  readonly memoryBytes: number
  readonly outputBytes: number
}

const MIB = 1024 * 1024

export const DEFAULT_UNIT_LIMITS: UnitLimits = { cpuMs: 2000, memoryBytes: 512 * MIB, outputBytes: 64 * 1024 }

/** Sanitizers cost about 3 times the time and memory of a plain O0 build; 5 leaves room. */
const SANITIZER_FACTOR = 5

const STACK_BYTES = 64 * MIB

/** What a run may write to its record: a call's effects, coverage, comparisons, the stdin that was made up. */
export const RECORD_BYTES = 4 * MIB

/** What a call's effects may take of it; `MOST_RECORD_BYTES` of native/harness/call.c. */
export const CALL_RECORD_BYTES = MIB

/** What the sandbox holds a run of a build to. */
/**
 * More than all but a few runs that end take under ASan. What ends elsewhere and not in that time under ASan has mostly
 * read what was never written, so MSan is asked about it before it is run again with all its time.
 */
export const HASTY_CPU_MS = 250

/** @param mostCpuMs of the run, where that is less */
export function runLimits(
  build: BuildKind,
  { cpuMs, memoryBytes, outputBytes }: UnitLimits,
  mostCpuMs = Number.POSITIVE_INFINITY,
): RunLimits {
  const sanitized = build === 'asan' || build === 'msan'
  const factor = sanitized ? SANITIZER_FACTOR : 1
  return {
    cpuMs: Math.min(cpuMs * factor, mostCpuMs),
    memoryBytes: memoryBytes * factor,
    // The sanitizers reserve terabytes at their start.
    dataBytes: sanitized ? 0 : memoryBytes,
    stackBytes: STACK_BYTES,
    outputBytes,
    recordBytes: RECORD_BYTES,
  }
}
