/**
 * A Go program in, the same with exactly the imports that it needs of those that a benchmark takes for granted out. Go
 * refuses a program for an import that is missing as for one that is not used, and a model that goes on behind a prompt
 * can change neither. Pure.
 */

export interface GoImportOptions {
  /** Paths that are brought in where the program uses them. */
  readonly known: readonly string[]
  /** Whether imports that are not used are taken out: those of a prompt are not the model's. */
  readonly dropUnused: boolean
}

const CLAUSE = /^import\s*(?:\(([^)]*)\)|((?:[\w.]+[ \t]+)?"[^"]+"))[ \t]*;?[ \t]*\n?/gm
const SPEC = /(?:([\w.]+)[ \t]+)?"([^"]+)"/g
const PACKAGE = /^package\s.*\n/m
/** What is no code: a name in it is not used. */
const NO_CODE = /\/\/.*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'/g

export function withGoImports(code: string, { known, dropUnused }: GoImportOptions): string {
  const specs = [...code.matchAll(CLAUSE)].flatMap(([, block, single]) => [
    ...(block ?? single ?? '').matchAll(SPEC),
  ])
  const rest = code.replaceAll(CLAUSE, '')
  const bare = rest.replaceAll(NO_CODE, ' ')
  const isUsed = (name: string) => new RegExp(`(?<![\\w.])${name}\\.`).test(bare)
  const kept = specs.filter(([, alias, path]) => {
    const name = alias ?? nameOf(path!)
    return !dropUnused || name === '_' || name === '.' || isUsed(name)
  })
  const there = new Set(specs.map(([, alias, path]) => alias ?? nameOf(path!)))
  const missing = known.filter((path) => !there.has(nameOf(path)) && isUsed(nameOf(path)))
  if (kept.length === specs.length && missing.length === 0) return code
  const lines = [...kept.map(([spec]) => spec), ...missing.map((path) => `"${path}"`)]
  const clause = lines.length === 0 ? '' : `import (\n${lines.map((line) => `\t${line}\n`).join('')})\n`
  const at = PACKAGE.exec(rest)
  const end = at === null ? 0 : at.index + at[0].length
  return `${rest.slice(0, end)}${clause}${rest.slice(end)}`
}

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1)
