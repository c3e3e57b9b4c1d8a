/** Opens the engine that was chosen. Whoever imports this module loads both. */
import type { CodeEngine, CodeEngineOptions } from './code-engine.ts'
import { openSpawnEngine } from './engines/spawn-engine.ts'
import { openWorkerEngine } from './engines/worker-engine.ts'

export const openCodeEngine = (options: CodeEngineOptions): Promise<CodeEngine> =>
  options.compileWorker === undefined
    ? openSpawnEngine(options)
    : openWorkerEngine({ ...options, compileWorker: options.compileWorker })
