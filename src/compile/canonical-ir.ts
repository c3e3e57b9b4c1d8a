/**
 * Normalised IR in, a text in which names do not count out: equal canonical text means the same module up to the
 * names of values, blocks and private constants. For trivial compiler equivalence; never stored, never executed.
 */

const TOKEN = /("[^"]*")|(%"[^"]*"|@"[^"]*"|[%@][-$._\w]+)|^([-$._\w]+|"[^"]*"):/gm
const TYPE_NAME = /^%(?:struct|union)\./
const GLOBAL_DEFINITION = /^(@"[^"]*"|@[-$._\w]+) = (?:private|internal) /gm

/** Trivial compiler equivalence (Papadakis et al. 2015) up to renaming. */
export function canonicalIr(normalized: string): string {
  const localGlobals = new Set(Array.from(normalized.matchAll(GLOBAL_DEFINITION), (match) => match[1]!))
  const globalNames = new Map<string, string>()
  const renameGlobal = (name: string) => {
    if (!localGlobals.has(name)) return name
    let renamed = globalNames.get(name)
    if (renamed === undefined) {
      renamed = `@.${globalNames.size}`
      globalNames.set(name, renamed)
    }
    return renamed
  }
  const { functions, rest } = splitFunctions(normalized)
  const renamedFunctions = functions.map((text) => renameLocals(text, renameGlobal))
  // After the functions, so that private constants are numbered by first use and their own order does not count.
  const renamedRest = rest.map((line) =>
    line.replace(TOKEN, (token, _quoted, name: string | undefined) => (name ? renameGlobal(name) : token)),
  )
  return [...renamedFunctions, ...renamedRest.sort()].join('\n')
}

function splitFunctions(text: string): { functions: string[]; rest: string[] } {
  const functions: string[] = []
  const rest: string[] = []
  let current: string[] | undefined
  for (const line of text.split('\n')) {
    if (line.startsWith('define ')) current = []
    if (current === undefined) {
      if (line !== '') rest.push(line)
      continue
    }
    current.push(line)
    if (line === '}') {
      functions.push(current.join('\n'))
      current = undefined
    }
  }
  return { functions, rest }
}

function renameLocals(text: string, renameGlobal: (name: string) => string): string {
  const names = new Map<string, string>()
  const renameLocal = (name: string) => {
    let renamed = names.get(name)
    if (renamed === undefined) {
      renamed = `%${names.size}`
      names.set(name, renamed)
    }
    return renamed
  }
  return text.replace(
    TOKEN,
    (token, quoted: string | undefined, name: string | undefined, label: string | undefined) => {
      if (quoted !== undefined) return quoted
      if (label !== undefined) return `${renameLocal(`%${label}`)}:`
      if (name === undefined) return token
      if (name.startsWith('@')) return renameGlobal(name)
      return TYPE_NAME.test(name) ? name : renameLocal(name)
    },
  )
}
