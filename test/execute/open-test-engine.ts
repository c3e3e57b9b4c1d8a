import { compileWorkerFor, defaultCompiler } from '../../src/execute/choose-compiler.ts'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import { openSpawnEngine } from '../../src/execute/engines/spawn-engine.ts'
import { prepareHarness } from '../../src/execute/harness/harness-objects.ts'
import { openCodeEngine } from '../../src/execute/open-code-engine.ts'
import { DEFAULT_UNIT_LIMITS } from '../../src/execute/unit-limits.ts'
import { locateTools } from '../../src/toolchain/locate-tools.ts'

/** The reference engine with this machine's tools. */
export async function openTestEngine(): Promise<CodeEngine> {
  const { clang, llvmAs } = locateTools()
  return openSpawnEngine({
    clang,
    llvmAs,
    compileWorker: undefined,
    harness: await prepareHarness(clang),
    limits: DEFAULT_UNIT_LIMITS,
  })
}

/** The engine that a build takes here by itself: fast where it works. */
export async function openDefaultTestEngine(): Promise<CodeEngine> {
  const { clang, llvmAs } = locateTools()
  return openCodeEngine({
    clang,
    llvmAs,
    compileWorker: compileWorkerFor(defaultCompiler()),
    harness: await prepareHarness(clang),
    limits: DEFAULT_UNIT_LIMITS,
  })
}
