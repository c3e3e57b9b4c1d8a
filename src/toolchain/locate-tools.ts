/**
 * The machine's `PATH` and a few fixed places in, the programs that the stages start out. clang's version is
 * asked once; that the programs work is not proven here (`gepo doctor` does). bubblewrap is not among them: it is
 * one of several fences that the sandbox tries by itself.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../base/package-root.ts'
import { UserError } from '../base/user-error.ts'
import { askRelease } from './ask-release.ts'
import { findExecutable } from './find-executable.ts'

/** The LLVM release whose IR and sanitizers everything here is proven with. */
export const LLVM_MAJOR = 19

/** Where Debian and Ubuntu put this release's programs under their plain names. */
export const LLVM_BIN = `/usr/lib/llvm-${LLVM_MAJOR}/bin`

/** Absolute paths. Plain data: pass it to worker threads instead of looking again in each. */
export interface Tools {
  readonly clang: string
  /** As `clang --version` names it, for example `19.1.7`. */
  readonly clangVersion: string
  readonly llvmAs: string
  readonly lld: string
  /** The project's own process supervisor, built from native/supervise. */
  readonly supervise: string
}

/** The places to look, best first. */
const CANDIDATES = {
  llvmAs: [`llvm-as-${LLVM_MAJOR}`, `${LLVM_BIN}/llvm-as`],
  lld: [`ld.lld-${LLVM_MAJOR}`, `${LLVM_BIN}/ld.lld`],
} as const

/** What the messages call a program, and the Debian and Ubuntu package that brings it. */
const ORIGIN = {
  llvmAs: { called: 'llvm-as', aptPackage: `llvm-${LLVM_MAJOR}` },
  lld: { called: 'ld.lld', aptPackage: `lld-${LLVM_MAJOR}` },
} as const

type NamedTool = keyof typeof CANDIDATES

let located: Tools | undefined

/**
 * Finds every program that building groups needs, once per thread.
 *
 * `GEPO_CLANG` and `GEPO_SUPERVISE` name another clang 19 and another supervisor.
 *
 * @throws UserError that names the missing program and the command that brings it
 */
export function locateTools(): Tools {
  located ??= locateToolsIn(process.env)
  return located
}

/** As {@link locateTools}, from the given environment and without the memory. */
export function locateToolsIn(env: NodeJS.ProcessEnv): Tools {
  const clang = findClang(env)
  return Object.freeze({
    clang: clang.path,
    clangVersion: clang.version,
    llvmAs: requireTool('llvmAs', env),
    lld: requireTool('lld', env),
    supervise: requireSupervise(env),
  })
}

/** The path of one program, or undefined: for those who report what is missing instead of failing. */
export function findTool(tool: NamedTool, env: NodeJS.ProcessEnv): string | undefined {
  return findExecutable(CANDIDATES[tool], env)
}

/** The supervisor's path, or undefined where it is not built. */
export function findSupervise(env: NodeJS.ProcessEnv): string | undefined {
  return findExecutable([env.GEPO_SUPERVISE ?? join(PACKAGE_ROOT, 'native/build/supervise')], env)
}

/**
 * The clang to use: the one that `GEPO_CLANG` names, else the first clang 19 found.
 *
 * @throws UserError where there is none, or where `GEPO_CLANG` names another release
 */
export function findClang(env: NodeJS.ProcessEnv): { readonly path: string; readonly version: string } {
  const named = env.GEPO_CLANG
  const candidates = named === undefined ? [`clang-${LLVM_MAJOR}`, `${LLVM_BIN}/clang`, 'clang'] : [named]
  const rejected: string[] = []
  for (const candidate of candidates) {
    const path = findExecutable([candidate], env)
    if (path === undefined) continue
    const version = askRelease(path)?.version
    if (version?.startsWith(`${LLVM_MAJOR}.`)) return { path, version }
    rejected.push(`${path} is ${version === undefined ? 'not a clang' : `clang ${version}`}`)
  }
  const reason = rejected.join(', ')
  throw new UserError(
    named === undefined
      ? `clang ${LLVM_MAJOR} is not installed${reason && ` (${reason})`}: ${remedy(`clang-${LLVM_MAJOR}`)}.`
      : `GEPO_CLANG must name a clang ${LLVM_MAJOR} (${rejected.length === 0 ? `${named} is not an executable file` : reason}).`,
  )
}

/** The command that sets everything up, as it is called from a checkout or from an installed package. */
export function setupCommand(): string {
  return existsSync(join(PACKAGE_ROOT, 'src')) ? 'npm run setup' : 'npx gepo setup'
}

/** One clause that tells how to get a Debian or Ubuntu package. */
export function remedy(aptPackage: string): string {
  return `run \`${setupCommand()}\`, or \`sudo apt-get install ${aptPackage}\``
}

function requireTool(tool: NamedTool, env: NodeJS.ProcessEnv): string {
  const path = findTool(tool, env)
  if (path !== undefined) return path
  const { called, aptPackage } = ORIGIN[tool]
  throw new UserError(`${called} is not installed: ${remedy(aptPackage)}.`)
}

function requireSupervise(env: NodeJS.ProcessEnv): string {
  const path = findSupervise(env)
  if (path !== undefined) return path
  throw new UserError(
    env.GEPO_SUPERVISE === undefined
      ? `The native runner is not built: run \`${setupCommand()}\`.`
      : `GEPO_SUPERVISE must name the native runner (${env.GEPO_SUPERVISE} is not an executable file).`,
  )
}
