/** One of two versions of code in, its builds for the search out. */
import type { EntryPoint } from '../call/entry-point.ts'
import { type Code, irCode } from '../compile/code.ts'
import type { CodeEngine } from '../execute/code-engine.ts'
import { screenBuilds } from '../execute/original/screen-original.ts'
import { watchUndefined } from '../mutate-ir/watch-undefined.ts'
import type { SearchSide } from './pair-runs.ts'
import { traceFloats } from './trace-floats.ts'

export interface SearchedCode {
  /** What is built with the sanitizers: source, or IR with all that it promises of itself. */
  readonly code: Code
  readonly isIr: boolean
  /** Normalised: of a source at O0, of IR as it is. */
  readonly ir: string
  /** Of IR: when poison counts; default where it is made. */
  readonly poison?: 'made' | 'used'
}

/** @returns why it cannot be built, where that is so */
export async function openSearchSide(
  engine: CodeEngine,
  { code, isIr, ir, poison }: SearchedCode,
  entryPoint: EntryPoint,
): Promise<SearchSide | string> {
  const trace = await engine.build(irCode(traceFloats(ir)), 'trace', entryPoint)
  if (trace.kind === 'rejected') return trace.detail
  const sanitized = (build: 'asan' | 'msan') =>
    engine.build(isIr ? irCode(watchUndefined(code.text, build, poison)) : code, build, entryPoint)
  return { trace: trace.executable, screen: screenBuilds(engine, trace.executable, sanitized) }
}
