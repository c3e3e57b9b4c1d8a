/** The modules of src, the modules that each imports, and the names that each exports. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

export interface Module {
  /** Path below src. */
  readonly path: string
  /** Paths below src; of types too, and those that are loaded later. */
  readonly imports: readonly string[]
  /** What the module itself declares; what it hands on from another is not here. */
  readonly declares: readonly string[]
}

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g
const DECLARATION =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|type|interface|class) (\w+)/gm

export const readModules = (): Module[] =>
  globSync('**/*.ts', { cwd: join(ROOT, 'src') })
    .sort()
    .map((path) => {
      const text = readFileSync(join(ROOT, 'src', path), 'utf8')
      return {
        path,
        imports: Array.from(text.matchAll(IMPORT), ([, to]) => relative('.', join(dirname(path), to!))),
        declares: Array.from(text.matchAll(DECLARATION), ([, name]) => name!),
      }
    })
