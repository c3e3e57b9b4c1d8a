/**
 * Whether an answer in C++ says for the library what it is, or when things of the library are equal. An answer may add
 * there what the standard lets it add, hashes and orders of its own types, and functions that nothing compares by. Pure:
 * the text is looked at, and no macro is expanded, so a macro may not open a namespace. Takes a time that grows with the
 * text alone.
 */
import { namesDefined, spliceLines } from './answer-macros.ts'
import { blankTexts } from './blank-texts.ts'

/** Templates whose objects a test compares: one of the answer's would hold what it likes. */
const HOLDS = new Set([
  ...['vector', 'list', 'deque', 'forward_list', 'array', 'basic_string', 'basic_string_view', 'string'],
  ...['map', 'multimap', 'set', 'multiset', 'unordered_map', 'unordered_multimap', 'unordered_set'],
  ...['unordered_multiset', 'pair', 'tuple', 'optional', 'variant', 'complex', 'bitset', 'valarray'],
  ...['queue', 'stack', 'priority_queue', 'initializer_list', 'allocator', 'allocator_traits'],
  ...['iterator_traits', 'shared_ptr', 'unique_ptr', 'char_traits', 'is_same', 'is_integral'],
])

/** Functions by which a test, or the library itself, compares. */
const COMPARES =
  /\boperator\s*(?:==|!=|<=|>=|<(?!<)|>(?!>))|\b(?:equal|get|begin|end|cbegin|cend|size|data|empty|f?abs|labs|llabs|all_of|any_of|none_of|mismatch|lexicographical_compare|find|find_if|count|count_if|is_permutation|is_sorted|str\w*|mem\w*|__\w+)\s*(?:<[^()]*>\s*)?\(/

/** Characters of a declaration in the library's namespace; what is longer is none that a person wrote. */
const MOST_HEAD = 1000
/** Characters of a name with what qualifies it. */
const MOST_NAME = 300

/** @returns why the answer is not to be compiled; undefined where it leaves the library alone */
export function changesLibrary(code: string): string | undefined {
  const text = spliceLines(code)
  const bare = blankTexts(text, 'cpp')
  const macro = bare
    .replaceAll('%:', '#')
    .match(/^[ \t]*#[ \t]*define\b.*/gm)
    ?.find((line) => /\bnamespace\b(?<!\busing\s+namespace)|template\s*<\s*>/.test(line))
  if (macro !== undefined) return `a macro may not open a namespace: ${excerpt(macro)}`
  const joined = bare.replace(/^[ \t]*(?:#|%:).*$/gm, ' ').replace(/\s+/g, ' ')
  const names = namesDefined(text)
  const blocks: string[] = []
  for (const found of joined.matchAll(/\bnamespace\b([^{};=]{0,300})\{/g)) {
    const words: readonly string[] = found[1]!.match(/\w+/g) ?? []
    if (words.some((word) => names.has(word) || word.startsWith('_GLIBCXX')))
      return `a macro may not open a namespace: ${excerpt(found[0])}`
    if (words.includes('std') || words.includes('__gnu_cxx')) blocks.push(blockAt(joined, found.index))
  }
  const inside = blocks.flatMap(headsIn).find(isForeign)
  if (inside !== undefined) return `namespace std is not for the answer to change: ${excerpt(inside)}`
  const outside = joined.match(/\btemplate\s*<[^{};]*/g)?.find(isForeignByName)
  return outside === undefined ? undefined : `it is for the library to define: ${excerpt(outside)}`
}

const excerpt = (text: string) => text.trim().slice(0, 100)

/** What stands in the braces of a namespace. */
function blockAt(text: string, from: number): string {
  const open = text.indexOf('{', from) + 1
  let depth = 1
  let at = open
  for (; at < text.length && depth > 0; at++) depth += text[at] === '{' ? 1 : text[at] === '}' ? -1 : 0
  return text.slice(open, at)
}

/** The declarations of a block, without bodies. */
function headsIn(block: string): string[] {
  const heads: string[] = []
  let depth = 0
  let head = ''
  for (const char of block) {
    if (depth === 0 && /[{};]/.test(char)) {
      heads.push(head.trim())
      head = ''
    } else if (depth === 0) head += char
    depth += char === '{' ? 1 : char === '}' ? -1 : 0
  }
  return heads.filter((each) => each !== '')
}

/** In a namespace of the library: a type of the answer's, a name brought in, or what compares. */
function isForeign(head: string): boolean {
  if (head.length > MOST_HEAD) return true
  const type =
    /^(template\b.*[> ])?(?:struct|class|union|enum)\b(?: ?\[\[.*?\]\])* ?(?:::)? ?(?:\w+ ?:: ?)*(\w+) ?(<)?/.exec(
      head,
    )
  if (type !== null && !head.includes('('))
    return type[1] === undefined || type[3] === undefined || HOLDS.has(type[2]!)
  return /^(?:inline )?namespace\b|^(?:template\b.*[> ])?using\b|^typedef\b/.test(head) || COMPARES.test(head)
}

/** Anywhere: a specialisation of what holds values, or of a function by the library's full name. */
function isForeignByName(head: string): boolean {
  const special = /\b(?:struct|class) (?:\w+ ?:: ?){0,9}(\w+) ?<[^()]*$/.exec(head.slice(0, MOST_HEAD))
  if (special !== null && !/^template ?<[^<>]*$/.test(head.slice(0, special.index)) && HOLDS.has(special[1]!))
    return true
  const [name = '', parameters] = withoutTypeArguments(head).split('(')
  return (
    parameters !== undefined &&
    /\b(?:std|__gnu_cxx) ?(?::: ?\w+ ?)*:: ?(?:operator\W+|~?\w+ ?)$/.test(name.slice(-MOST_NAME))
  )
}

/** `std::vector<int>::size()` as `std::vector::size()`. */
function withoutTypeArguments(head: string): string {
  let depth = 0
  let plain = ''
  for (const char of head.replace(/operator ?(?:<<|>>|<=|>=|<|>)/g, 'operator@')) {
    if (char === '<') depth++
    else if (char === '>') depth = Math.max(0, depth - 1)
    else if (depth === 0) plain += char
  }
  return plain
}
