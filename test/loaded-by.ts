/** What a process loads of src and of the packages. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { scratchFolder } from './scratch-folder.ts'

const HOOK = join(import.meta.dirname, 'list-loaded.ts')

export interface Loaded {
  /** Folders of src, and packages, each once and in alphabetical order. */
  readonly folders: readonly string[]
  readonly packages: readonly string[]
  /** How many modules of src. */
  readonly modules: number
}

/** @param argv as after `node` */
export async function loadedBy(argv: readonly string[]): Promise<Loaded> {
  const list = join(scratchFolder(), 'loaded')
  await execa(process.execPath, ['--import', HOOK, ...argv], { env: { LOADED_LIST: list } })
  const urls = readFileSync(list, 'utf8').split('\n')
  const named = (pattern: RegExp) => urls.flatMap((url) => pattern.exec(url)?.slice(1) ?? [])
  const folders = named(/\/src\/([^/]+)\/[^/]/)
  return {
    folders: [...new Set(folders)].sort(),
    packages: [...new Set(named(/\/node_modules\/([^/]+)\//))].sort(),
    modules: folders.length,
  }
}
