/**
 * Two files in, by path or by content, the verdict on the pair out, with Alive2's beside it where that is asked for. An
 * engine is opened for it and closed again.
 */
import { readFile } from 'node:fs/promises'
import { UserError } from '../base/user-error.ts'
import { type Compiler, compileWorkerFor, defaultCompiler } from '../execute/choose-compiler.ts'
import { prepareHarness } from '../execute/harness/harness-objects.ts'
import { openCodeEngine } from '../execute/open-code-engine.ts'
import { DEFAULT_UNIT_LIMITS } from '../execute/unit-limits.ts'
import { locateTools } from '../toolchain/locate-tools.ts'
import { type AliveReport, askAlive } from './ask-alive.ts'
import { readVersion, type VersionFile } from './read-version.ts'
import { type PairVerdict, type VerifyPairOptions, verifyPair } from './verify-pair.ts'

export interface VerifyFilesOptions extends VerifyPairOptions {
  /** Default: `worker` where it works. */
  readonly compiler?: Compiler | undefined
  /** Path or name of `alive-tv`; undefined: it is not asked. */
  readonly aliveTv?: string | undefined
}

/** Files by path, or by name and content. */
export type VerifyFiles = (
  files: readonly [string | VersionFile, string | VersionFile],
  options?: VerifyFilesOptions,
) => Promise<PairVerdict & { readonly alive?: AliveReport }>

/**
 * @example
 * const { verdict, witness } = await verifyFiles(['before.c', 'after.ll'], { function: 'parse', inputs: 10_000 })
 * @throws UserError for files that cannot be read, or compared at all
 */
export const verifyFiles: VerifyFiles = async (given, options = {}) => {
  const { compiler = defaultCompiler(), aliveTv } = options
  const files = [await readVersionFile(given[0]), await readVersionFile(given[1])] as const
  const { clang, llvmAs } = locateTools()
  const harness = await prepareHarness(clang)
  const compileWorker = compileWorkerFor(compiler)
  const engine = await openCodeEngine({ clang, llvmAs, compileWorker, harness, limits: DEFAULT_UNIT_LIMITS })
  try {
    const verdict = await verifyPair({ engine, clang }, ...files, options)
    // The unit that decided; none where a file was refused.
    const unit = verdict.units.find((one) => one.verdict === verdict.verdict)
    if (aliveTv === undefined || unit === undefined) return verdict
    const versions = [
      await readVersion({ engine, clang }, files[0], unit.name === 'main'),
      await readVersion({ engine, clang }, files[1], unit.name === 'main'),
    ] as const
    return { ...verdict, alive: await askAlive(aliveTv, [versions[0].ir, versions[1].ir], unit.name) }
  } finally {
    await engine.close()
  }
}

const SENTENCES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read',
  EISDIR: 'is a folder, not a file',
}

async function readVersionFile(given: string | VersionFile): Promise<VersionFile> {
  if (typeof given !== 'string') return given
  const path = given
  try {
    return { name: path, content: await readFile(path) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new UserError(`${path} ${SENTENCES[code] ?? `cannot be read (${code})`}.`, { cause: error })
  }
}
