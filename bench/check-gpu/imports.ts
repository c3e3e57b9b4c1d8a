/** Modules in, what they import out, however far: the project's own files and the packages that it takes. */
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const IMPORT = /^(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]\)/gm
const TYPES_ALONE = /^import type\s/

export interface Imports {
  /** Below `root`, sorted. */
  readonly files: readonly string[]
  /** Sorted. */
  readonly packages: readonly string[]
}

/** @param entries paths below `root` */
export function followImports(root: string, entries: readonly string[]): Imports {
  const files = new Set<string>()
  const packages = new Set<string>()
  const follow = (path: string) => {
    if (files.has(path)) return
    files.add(path)
    for (const match of readFileSync(join(root, path), 'utf8').matchAll(IMPORT)) {
      const name = match[1] ?? match[2]!
      if (TYPES_ALONE.test(match[0]) || name.startsWith('node:')) continue
      if (name.startsWith('.')) follow(join(dirname(path), name))
      else packages.add(packageOf(name))
    }
  }
  for (const entry of entries) follow(entry)
  return { files: [...files].sort(), packages: [...packages].sort() }
}

/** `@scope/name/file` -> `@scope/name` */
function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/')
}
