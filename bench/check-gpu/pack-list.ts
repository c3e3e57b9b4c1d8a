/** What a pack takes along: the project's own files that the parts use, and the packages that those need. */

/** Beside what the parts import: what they read and start. Folders with all that is in them. */
export const FILES = [
  'bench/check-gpu',
  'configs',
  'native/trainer',
  'package.json',
  'scripts',
  'tsconfig.json',
  'vitest.config.ts',
] as const

/** Beside what is imported: what runs the tests. */
export const RUNNERS = ['vitest', 'vite'] as const

export interface LockedPackage {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/**
 * The packages of these names, and what they need.
 *
 * @param packages of package-lock.json
 * @returns folders below the project's, sorted
 */
export function packageFolders(
  names: readonly string[],
  packages: Readonly<Record<string, LockedPackage>>,
): string[] {
  const found = new Set<string>()
  const add = (name: string, by: string) => {
    const folder = resolveFrom(by, name, packages)
    if (folder === undefined || found.has(folder)) return
    found.add(folder)
    const { dependencies, optionalDependencies } = packages[folder]!
    for (const needed of Object.keys({ ...dependencies, ...optionalDependencies })) add(needed, folder)
  }
  for (const name of names) add(name, '')
  return [...found].sort()
}

/** As Node looks for a package: in the folder of the one that wants it, then further up. */
function resolveFrom(
  by: string,
  name: string,
  packages: Readonly<Record<string, LockedPackage>>,
): string | undefined {
  for (let at = by; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    const folder = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`
    if (folder in packages) return folder
    if (at === '') return undefined
  }
}

/** Types and texts, sources of what is compiled, and the program that esbuild's own package has a second time. */
const BULKY = /(\.d\.[cm]?ts|\.map|\.md)$|\/better-sqlite3\/(build|deps|src)\/|^node_modules\/esbuild\/bin\//
const COMPILED = /\.node$/

/** Whether a package's file is of use on a machine of this kind, by its path below the project's folder. */
export function isWanted(path: string, platform: string): boolean {
  if (BULKY.test(path)) return false
  return !COMPILED.test(path) || (path.includes(platform) && !path.includes('musl'))
}
