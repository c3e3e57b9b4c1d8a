/** An executable's name or path in, the absolute path of the first match out; nothing is started. */
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, isAbsolute, join, resolve } from 'node:path'

/**
 * Finds the first candidate that is an executable file: a bare name is looked up on `PATH`, anything with a
 * slash is taken as a path.
 *
 * @example findExecutable(['clang-19', '/usr/lib/llvm-19/bin/clang'], process.env) // '/usr/bin/clang-19'
 */
export function findExecutable(candidates: readonly string[], env: NodeJS.ProcessEnv): string | undefined {
  return candidates.flatMap((candidate) => places(candidate, env)).find(isExecutable)
}

function places(candidate: string, env: NodeJS.ProcessEnv): string[] {
  if (candidate.includes('/')) return [isAbsolute(candidate) ? candidate : resolve(candidate)]
  return (env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, candidate))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
