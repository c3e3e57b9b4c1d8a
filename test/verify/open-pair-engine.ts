import { type Compiler, compileWorkerFor } from '../../src/execute/choose-compiler.ts'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import { prepareHarness } from '../../src/execute/harness/harness-objects.ts'
import { openCodeEngine } from '../../src/execute/open-code-engine.ts'
import { DEFAULT_UNIT_LIMITS } from '../../src/execute/unit-limits.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'
import { type PairVerdict, type VerifyPairOptions, verifyPair } from '../../src/verify/verify-pair.ts'

export interface PairEngine {
  readonly engine: CodeEngine
  /** Files by name and content; the names say the language. */
  verify(
    a: readonly [name: string, content: string | Uint8Array],
    b: readonly [name: string, content: string | Uint8Array],
    options?: VerifyPairOptions,
  ): Promise<PairVerdict>
  /** Two texts of C. */
  verifyC(a: string, b: string, options?: VerifyPairOptions): Promise<PairVerdict>
}

/** With this machine's tools. */
export async function openPairEngine(compiler: Compiler): Promise<PairEngine> {
  const { clang, llvmAs } = locateTools()
  const harness = await prepareHarness(clang)
  const compileWorker = compileWorkerFor(compiler)
  const engine = await openCodeEngine({ clang, llvmAs, compileWorker, harness, limits: DEFAULT_UNIT_LIMITS })
  const file = ([name, content]: readonly [string, string | Uint8Array]) => ({
    name,
    content: typeof content === 'string' ? Buffer.from(content) : content,
  })
  const verify: PairEngine['verify'] = (a, b, options) =>
    verifyPair({ engine, clang }, file(a), file(b), options)
  return { engine, verify, verifyC: (a, b, options) => verify(['a.c', a], ['b.c', b], options) }
}
