/**
 * A file's text (without conditionals) in; out come its top-level items with what each declares and needs.
 *
 * Not guaranteed: an item the parser cannot read counts as declaring and needing every word in it.
 */
import type { SyntaxNode } from '../syntax/parse-c.ts'
import { attachComments, type Span } from './attach-comments.ts'
import { declaratorsOf, declaresFunction } from './declarators.ts'
import { type Declared, findNames, type Mention, type NameKey, tagKey } from './find-names.ts'
import { closingParenthesis, hiddenRanges, hideRanges } from './hide-from-parser.ts'
import { lexC, type Token } from './lex-c.ts'
import { buildMacroTable, type MacroTable } from './macro-table.ts'
import { type CodeItem, type DirectiveItem, splitTopLevel } from './split-top-level.ts'

export interface Outline {
  readonly text: string
  readonly items: readonly OutlineItem[]
  readonly macros: MacroTable
  /** The declarations and definitions of each name. */
  readonly owners: ReadonlyMap<NameKey, readonly Declaration[]>
  /** Each item with the comments that belong to it; directives inside other items have no entry. */
  readonly spans: ReadonlyMap<OutlineItem, Span>
}

export type OutlineItem = DirectiveItem | Declaration

export interface Declaration {
  readonly kind: 'function' | 'other'
  readonly start: number
  readonly end: number
  readonly tokens: readonly Token[]
  /** The defined function's name; undefined for other items. */
  readonly functionName: string | undefined
  /** Where the specifiers (`static int`) end and the first declarator begins. */
  readonly specifiersEnd: number
  readonly declares: readonly Declared[]
  readonly refers: readonly Mention[]
  /** The declarators of a declaration of several plain variables; empty where the item is kept whole. */
  readonly parts: readonly DeclaratorRange[]
  /** The tree of the whole item, if the parser made something of it. */
  readonly tree: SyntaxNode | undefined
}

/** A declarator with its initialiser, as a half-open range of offsets. */
export interface DeclaratorRange {
  readonly start: number
  readonly end: number
}

const DEFINITIONS = new Set(['function_definition', 'declaration', 'type_definition'])
const SPECIFIERS = new Set(['struct_specifier', 'union_specifier', 'enum_specifier'])
const SPECIFIER_WORDS =
  /^(?:(?:static|extern|inline|__inline|__inline__|const|register|volatile)\s*|__attribute__\s*\(\([^()]*\)\)\s*)*$/

/** Describes every top-level item of `text`. */
export function buildOutline(text: string, parse: (code: string) => SyntaxNode): Outline {
  const tokens = lexC(text)
  const split = splitTopLevel(text, tokens)
  const macros = buildMacroTable(split)
  const items = split.map((item) => (item.kind === 'directive' ? item : describe(item, text, macros, parse)))
  const owners = new Map<NameKey, Declaration[]>()
  for (const item of items) {
    if (item.kind === 'directive') continue
    for (const key of new Set(item.declares.map((declared) => declared.key))) {
      const list = owners.get(key)
      if (list === undefined) owners.set(key, [item])
      else list.push(item)
    }
  }
  const comments = tokens.filter((token) => token.kind === 'comment')
  const apart = items.filter((item) => item.kind !== 'directive' || item.within === undefined)
  const spans = attachComments(text, apart, comments)
  return { text, items, macros, owners, spans: new Map(apart.map((item, index) => [item, spans[index]!])) }
}

/** The definition of the function `name`, the last one if there are several. */
export function findFunction(outline: Outline, name: string): Declaration | undefined {
  return outline.owners.get(name)?.findLast((item) => item.functionName === name)
}

function describe(
  item: CodeItem,
  text: string,
  macros: MacroTable,
  parse: (code: string) => SyntaxNode,
): Declaration {
  const { kind, start, end, tokens } = item
  const parsed = parseItem(item, text, macros, parse)
  if (parsed === undefined || (kind === 'other' && parsed.root.hasError)) return describeUnread(item, macros)
  const { node, root, offset } = parsed
  const names = findNames(root, macros)
  const hidden = hiddenRanges(tokens).flatMap((range) => mentionsOf(range.tokens, macros))
  const declarators = DEFINITIONS.has(node.type) ? declaratorsOf(node) : []
  const isSplittable = node.type === 'declaration' && declarators.length > 1 && !hasBody(node)
  const shift = <T extends Mention>(mention: T): T => ({ ...mention, at: mention.at + offset })
  const part = (declarator: SyntaxNode): DeclaratorRange => ({
    start: declarator.startIndex + offset,
    end: declarator.endIndex + offset,
  })
  return {
    kind,
    start,
    end,
    tokens,
    functionName:
      kind === 'function' ? names.declares.find((declared) => declared.isFunction)?.key : undefined,
    specifiersEnd: Math.max(start, declarators[0] === undefined ? start : part(declarators[0]).start),
    declares: names.declares.map(shift),
    refers: [...names.refers.map(shift), ...hidden],
    parts: isSplittable ? declarators.map(part) : [],
    tree: node,
  }
}

/** Everything it mentions outside of braces may be what it declares. */
function describeUnread({ kind, start, end, tokens }: CodeItem, macros: MacroTable): Declaration {
  const words = tokens.filter((token) => token.kind === 'word')
  const open = tokens.findIndex((token) => token.text === '{')
  const opening = kind === 'function' && open >= 0 ? tokens[open]!.start : end
  const nameToken =
    kind === 'function' ? tokens[tokens.findIndex((token) => token.text === '(') - 1] : undefined
  const functionName = nameToken?.kind === 'word' && !macros.has(nameToken.text) ? nameToken.text : undefined
  const declared = words.filter(
    (token) =>
      token.start < opening &&
      !macros.has(token.text) &&
      !KEYWORDS.has(token.text) &&
      (functionName ?? token.text) === token.text,
  )
  return {
    kind,
    start,
    end,
    tokens,
    functionName,
    specifiersEnd: nameToken?.start ?? start,
    declares: declared.map(({ text, start }) => ({
      key: text,
      at: start,
      isFunction: functionName === text,
    })),
    refers: mentionsOf(words, macros),
    parts: [],
    tree: undefined,
  }
}

/** Nobody can declare these. */
const KEYWORDS: ReadonlySet<string> = new Set(
  `auto break case char const continue default do double else enum extern float for goto if inline int long register
  restrict return short signed sizeof static struct switch typedef union unsigned void volatile while _Bool _Complex
  _Atomic _Alignas _Alignof _Noreturn _Static_assert _Thread_local _Generic __attribute__ __attribute __extension__
  __inline __inline__ __restrict __restrict__ __const __volatile__ __signed__ __typeof__ typeof`.split(/\s+/),
)

/** All words as references to whatever has that name. */
const mentionsOf = (tokens: readonly Token[], macros: MacroTable): Mention[] =>
  tokens
    .filter((token) => token.kind === 'word')
    .flatMap((token) =>
      [token.text, ...macros.namesIn(token.text)].map((name) => [name, token.start] as const),
    )
    .flatMap(([name, at]) => [name, tagKey(name)].map((key) => ({ key, at })))

interface ParsedItem {
  readonly root: SyntaxNode
  /** The definition, declaration or specifier that the item consists of. */
  readonly node: SyntaxNode
  /** What to add to an offset in the tree for the offset in the file. */
  readonly offset: number
}

/** Parsed alone, so that what the parser cannot read in one item does not spoil the next. */
function parseItem(
  item: CodeItem,
  text: string,
  macros: MacroTable,
  parse: (code: string) => SyntaxNode,
): ParsedItem | undefined {
  const specifiers = specifierMacroTokens(item.tokens, macros)
  const visible = item.tokens.filter((token) => !specifiers.has(token))
  const hidden = [...specifiers, ...hiddenRanges(visible)]
  const code = hideRanges(text.slice(item.start, item.end), hidden, item.start)
  const plain = readTree(parse(code), item, item.start)
  if (plain !== undefined && !plain.node.hasError) return plain
  // Implicit int; a macro's use looks the same but is none.
  if (!macros.has(item.tokens[0]!.text)) {
    const prefix = 'int '
    const implicit = readTree(parse(prefix + code), item, item.start - prefix.length)
    if (implicit !== undefined && !implicit.node.hasError) return implicit
  }
  return plain
}

function readTree(root: SyntaxNode, item: CodeItem, offset: number): ParsedItem | undefined {
  const isRight = (node: SyntaxNode) =>
    item.kind === 'function'
      ? node.type === 'function_definition' && declaratorsOf(node).some(declaresFunction)
      : node.type !== 'function_definition' && (DEFINITIONS.has(node.type) || SPECIFIERS.has(node.type))
  const node = root.namedChildren.find(isRight)
  return node === undefined ? undefined : { root, node, offset }
}

/**
 * `INLINE int f(void)` is unreadable to the parser where INLINE stands for specifiers, and so is `LOCAL(int) f(a) int a;`
 * where LOCAL puts them before its argument: all of it but the argument is to be blank.
 */
function specifierMacroTokens(tokens: readonly Token[], macros: MacroTable): ReadonlySet<Token> {
  const found = new Set<Token>()
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!
    if (token.text === '(' || token.text === '{' || token.text === '=') break
    if (token.kind !== 'word') continue
    if (isSpecifiers(macros.replacementOf(token.text))) found.add(token)
    if (tokens[index + 1]?.text !== '(' || !isSpecifiers(macros.wrappingOf(token.text)?.join(' '))) continue
    const closing = closingParenthesis(tokens, index + 1)
    if (closing === undefined) break
    for (const part of [token, tokens[index + 1]!, tokens[closing]!]) found.add(part)
    index = closing
  }
  return found
}

const isSpecifiers = (words: string | undefined) => words !== undefined && SPECIFIER_WORDS.test(words)

function hasBody(declaration: SyntaxNode): boolean {
  const type = declaration.childForFieldName('type')
  return type !== null && SPECIFIERS.has(type.type) && type.childForFieldName('body') !== null
}
