/** A file's own macros: what their bodies mention, directly and through other macros. */
import { lexC } from './lex-c.ts'
import type { DirectiveItem, TopLevelItem } from './split-top-level.ts'

export interface MacroTable {
  has(name: string): boolean
  /** The words that a use of the macro may expand to, through nested macros; its parameters are left out. */
  expansionOf(name: string): ReadonlySet<string>
  /** Like `expansionOf`, without names of struct members. */
  namesIn(name: string): ReadonlySet<string>
  /** The name's `#define` and `#undef` lines, in order. */
  directivesOf(name: string): readonly DirectiveItem[]
  /** What replaces an object-like macro; undefined for others and for one that is defined twice. */
  replacementOf(name: string): string | undefined
  /** What `LOCAL(int)` puts before and behind its argument; undefined for anything but a macro of one parameter that it has once. */
  wrappingOf(name: string): readonly [before: string, behind: string] | undefined
}

interface MacroDefinition {
  readonly parameters: ReadonlySet<string> | undefined
  readonly body: string
}

/** Collects the macros of a file from its directives. */
export function buildMacroTable(items: readonly TopLevelItem[]): MacroTable {
  const directives = new Map<string, DirectiveItem[]>()
  const definitions = new Map<string, MacroDefinition[]>()
  for (const item of items) {
    if (item.kind !== 'directive') continue
    const { name, body } = item.directive
    if (name !== 'define' && name !== 'undef') continue
    const macro = /^[\p{L}\p{N}_$]+/u.exec(body)?.[0]
    if (macro === undefined) continue
    append(directives, macro, item)
    if (name === 'define') append(definitions, macro, parseDefinition(body.slice(macro.length)))
  }
  const expansions = new Map<string, ReadonlySet<string>>()
  const names = new Map<string, ReadonlySet<string>>()
  return {
    has: (name) => definitions.has(name),
    directivesOf: (name) => directives.get(name) ?? [],
    expansionOf: (name) => memoised(expansions, name, () => closure(name, definitions, bodyWords)),
    namesIn: (name) => memoised(names, name, () => closure(name, definitions, bodyNames)),
    replacementOf: (name) => {
      const [only, ...others] = definitions.get(name) ?? []
      return others.length === 0 && only?.parameters === undefined ? only?.body : undefined
    },
    wrappingOf: (name) => {
      const [only, ...others] = definitions.get(name) ?? []
      const [parameter, ...more] = only?.parameters ?? []
      if (only === undefined || parameter === undefined || others.length + more.length > 0) return undefined
      const uses = lexC(only.body).filter(({ text }) => text === parameter)
      if (uses.length !== 1) return undefined
      const [{ start, end }] = uses as [(typeof uses)[number]]
      return [only.body.slice(0, start), only.body.slice(end)]
    },
  }
}

function parseDefinition(text: string): MacroDefinition {
  if (!text.startsWith('(')) return { parameters: undefined, body: text.trim() }
  const end = text.indexOf(')')
  const parameters = text.slice(1, end).match(/[\p{L}\p{N}_$]+/gu) ?? []
  return { parameters: new Set(parameters), body: text.slice(end + 1).trim() }
}

function closure(
  start: string,
  definitions: ReadonlyMap<string, readonly MacroDefinition[]>,
  wordsOf: (definition: MacroDefinition) => readonly string[],
): Set<string> {
  const seen = new Set<string>()
  const pending = [start]
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    for (const word of (definitions.get(name) ?? []).flatMap(wordsOf)) {
      if (seen.has(word)) continue
      seen.add(word)
      pending.push(word)
    }
  }
  return seen
}

function bodyWords({ parameters, body }: MacroDefinition): string[] {
  return lexC(body)
    .filter((token) => token.kind === 'word' && !parameters?.has(token.text))
    .map((token) => token.text)
}

function bodyNames({ parameters, body }: MacroDefinition): string[] {
  const tokens = lexC(body)
  const isMember = (index: number) =>
    tokens[index - 1]?.text === '.' || (tokens[index - 1]?.text === '>' && tokens[index - 2]?.text === '-')
  return tokens
    .filter((token, index) => token.kind === 'word' && !parameters?.has(token.text) && !isMember(index))
    .map((token) => token.text)
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

function memoised<T>(cache: Map<string, T>, key: string, compute: () => T): T {
  let value = cache.get(key)
  if (value === undefined) {
    value = compute()
    cache.set(key, value)
  }
  return value
}
