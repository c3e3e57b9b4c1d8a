/** How languages write types of values: one record a language. Pure. */
import { isDefinite, type ValueType } from '../records/value-type.ts'

/** Each is given types that are written already. */
export interface TypeWords {
  readonly flag: string
  readonly integer: string
  readonly number: string
  readonly text: string
  readonly list: (item: string) => string
  readonly map: (key: string, item: string) => string
  readonly optional: (item: string) => string
  readonly tuple: (items: readonly string[]) => string
  /** What is returned in a tuple's stead, where a function can return several values. */
  readonly results?: (items: readonly string[]) => string
  /** What nothing is known of, where that may be said. */
  readonly any?: string
}

const plainWords = (flag: string, integer: string, number: string, text: string) => ({
  flag,
  integer,
  number,
  text,
})

const JAVA_OBJECTS: Readonly<Record<string, string>> = { boolean: 'Boolean', long: 'Long', double: 'Double' }
const javaObject = (type: string) => JAVA_OBJECTS[type] ?? type
/** Haskell's, of several words and without brackets of its own. */
const inParentheses = (type: string) => (/^[^[(].* /.test(type) ? `(${type})` : type)
const isCsharpValue = (type: string) => /^(?:bool|long|double)$|^\(.*\)$/.test(type)

export const TYPE_WORDS = {
  cpp: {
    ...plainWords('bool', 'long long', 'double', 'std::string'),
    list: (item) => `std::vector<${item}>`,
    map: (key, item) => `std::map<${key}, ${item}>`,
    optional: (item) => `std::optional<${item}>`,
    tuple: (items) => `std::tuple<${items.join(', ')}>`,
  },
  java: {
    ...plainWords('boolean', 'long', 'double', 'String'),
    list: (item) => `${item}[]`,
    map: (key, item) => `java.util.Map<${javaObject(key)}, ${javaObject(item)}>`,
    optional: javaObject,
    tuple: () => 'Object[]',
  },
  typescript: {
    ...plainWords('boolean', 'number', 'number', 'string'),
    list: (item) => (item.endsWith('| null') ? `(${item})[]` : `${item}[]`),
    map: (key, item) => `Record<${key}, ${item}>`,
    optional: (item) => `${item} | null`,
    tuple: (items) => `[${items.join(', ')}]`,
    any: 'any',
  },
  go: {
    ...plainWords('bool', 'int', 'float64', 'string'),
    list: (item) => `[]${item}`,
    map: (key, item) => `map[${key}]${item}`,
    optional: (item) => `*${item}`,
    tuple: (items) => `struct{ ${items.map((item, place) => `Item${place + 1} ${item}`).join('; ')} }`,
    results: (items) => `(${items.join(', ')})`,
  },
  scala: {
    ...plainWords('Boolean', 'Long', 'Double', 'String'),
    list: (item) => `List[${item}]`,
    map: (key, item) => `Map[${key}, ${item}]`,
    optional: (item) => `Option[${item}]`,
    tuple: (items) => `(${items.join(', ')})`,
  },
  csharp: {
    ...plainWords('bool', 'long', 'double', 'string'),
    list: (item) => `${item}[]`,
    map: (key, item) => `System.Collections.Generic.Dictionary<${key}, ${item}>`,
    optional: (item) => (isCsharpValue(item) ? `${item}?` : item),
    tuple: (items) => `(${items.join(', ')})`,
  },
  haskell: {
    ...plainWords('Bool', 'Int', 'Double', 'String'),
    list: (item) => `[${item}]`,
    map: (key, item) => `Data.Map.Map ${key} ${inParentheses(item)}`,
    optional: (item) => `Maybe ${inParentheses(item)}`,
    tuple: (items) => `(${items.join(', ')})`,
  },
  rust: {
    ...plainWords('bool', 'i64', 'f64', 'String'),
    list: (item) => `Vec<${item}>`,
    map: (key, item) => `std::collections::HashMap<${key}, ${item}>`,
    optional: (item) => `Option<${item}>`,
    tuple: (items) => `(${items.join(', ')})`,
  },
} as const satisfies Record<string, TypeWords>

/** @returns undefined where nothing is known of the type or of a part of it, and the language wants to know */
export function writeType(type: ValueType, words: TypeWords): string | undefined {
  return isDefinite(type) || words.any !== undefined ? wordsOf(type, words) : undefined
}

/** The same for what a function returns. */
export function writeResult(type: ValueType, words: TypeWords): string | undefined {
  if (type.kind !== 'tuple' || words.results === undefined) return writeType(type, words)
  const items = type.items.map((item) => writeType(item, words))
  return items.every((item) => item !== undefined) ? words.results(items) : undefined
}

function wordsOf(type: ValueType, words: TypeWords): string {
  switch (type.kind) {
    case 'list':
    case 'optional':
      return words[type.kind](wordsOf(type.item, words))
    case 'tuple':
      return words.tuple(type.items.map((item) => wordsOf(item, words)))
    case 'map':
      return words.map(words[type.key], wordsOf(type.item, words))
    default:
      return words[type.kind]!
  }
}
