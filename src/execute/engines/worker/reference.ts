/** The reference engine, opened when it is first needed; and its executables of code whose objects it has to link. */
import { once } from '../../../base/once.ts'
import type { Code } from '../../../compile/code.ts'
import type { BuildResult, CodeEngine, CodeEngineOptions, Executable } from '../../code-engine.ts'
import { openSpawnEngine } from '../spawn-engine.ts'

export class Reference {
  readonly #options: CodeEngineOptions
  readonly #relinked = new Map<string, Promise<BuildResult>>()
  #engine: Promise<CodeEngine> | undefined

  constructor(options: CodeEngineOptions) {
    this.#options = options
  }

  engine(): Promise<CodeEngine> {
    this.#engine ??= openSpawnEngine(this.#options)
    return this.#engine
  }

  /** Its executable of the same code; undefined where the code cannot be linked at all. */
  async relink({ file, build, entryPoint, mutant }: Executable, code: Code): Promise<Executable | undefined> {
    const built = await once(this.#relinked, file, async () =>
      (await this.engine()).build(code, build, entryPoint),
    )
    if (built.kind === 'rejected') return undefined
    return { ...built.executable, ...(mutant !== undefined && { mutant }) }
  }

  async releaseAll(): Promise<void> {
    this.#relinked.clear()
    await (await this.#engine)?.releaseAll()
  }

  async close(): Promise<void> {
    await (await this.#engine)?.close()
  }
}
