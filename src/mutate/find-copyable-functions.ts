/**
 * A unit's outline in; out come its function definitions, each with what copying it under other names needs, or
 * with why copies and a dispatcher could not behave as the function itself does.
 *
 * Refuses by form, and rather one function too many. Not guaranteed: that the copies compile (a record that is
 * first mentioned in a parameter list is another one in each declaration).
 */
import type { Declaration, Outline } from '../extract/build-outline.ts'
import { declaratorPath, declaratorsOf, declaredName } from '../extract/declarators.ts'
import { lexC, removeSplices, type Token } from '../extract/lex-c.ts'
import type { SyntaxNode } from '../syntax/parse-c.ts'

export interface CopyableFunction {
  readonly kind: 'copyable'
  readonly name: string
  /** Half-open range of offsets of the definition. */
  readonly start: number
  readonly end: number
  readonly nameStart: number
  /** Behind the last token of the header, which may be followed by comments. */
  readonly headerEnd: number
  readonly bodyStart: number
  readonly parameterNames: readonly string[]
  readonly isStatic: boolean
  /** Parameters are declared, and they and the result are numbers and pointers. */
  readonly passesScalars: boolean
}

export interface FixedFunction {
  readonly kind: 'fixed'
  readonly start: number
  readonly end: number
  readonly reason: FixedReason
}

export type FixedReason =
  /** The parser or the splitting into top-level items made something else of it. */
  | 'unread'
  | 'macro-header'
  | 'directive-inside'
  | 'old-style-header'
  | 'unusual-header'
  | 'variadic'
  | 'special-linkage'
  /** It asks for its own name, line or frame. */
  | 'knows-itself'
  | 'computed-goto'
  /** Copies of a large array that lives as long as the program take memory that one alone does not. */
  | 'static-array'

/** Of 8 bytes and copied for some dozens of mutants they are still far below what a run may have. */
const MAX_STATIC_ELEMENTS = 1 << 18
/** Of the words that copies and dispatchers consist of. */
const KEYWORDS = ['extern', 'static', 'switch', 'case', 'default', 'return', '__typeof__', '__attribute__']
const PLACE_WORDS = /__(?:LINE|COUNTER)__/
/** A declaration of the function with one of these means more than its type. */
const LINKAGE_WORDS =
  /^(?:_Noreturn|noreturn|_?_?asm(?:__)?|_?_?attribute(?:__)?|__attribute|__declspec|_Thread_local|__thread)$/
const INLINE_WORDS = /^(?:inline|__inline|__inline__)$/
const SELF_WORDS =
  /^(?:__func__|__FUNCTION__|__PRETTY_FUNCTION__|assert|__builtin_(?:LINE|FUNCTION|COLUMN|return_address|frame_address|apply\w*|return))$/
const HEADER_PUNCTUATION = new Set([...'*(),[]+-/%<>'])
const SCALAR_TYPES = new Set(['primitive_type', 'sized_type_specifier', 'enum_specifier'])
const SCALAR_WORDS =
  /^(?:(?:unsigned|signed|long|short|int|char|float|double|const|_Bool|u?int(?:8|16|32|64)_t|size_t)(?:\s+|$))+$/
const TYPE_MACRO = /^[\w\s*]*$/
const SPLICE = /\\[ \t]*\r?\n/
const TYPEDEF_DEPTH = 16

/**
 * Whether a dispatcher can be written into the text at all: not where a macro stands for one of its keywords, nor
 * where the code asks in which line it is.
 */
export function allowsDispatchers({ text, macros }: Outline): boolean {
  return !KEYWORDS.some((word) => macros.has(word)) && !PLACE_WORDS.test(removeSplices(text))
}

/** `int sq(int a) { return a * a; }` is copyable, `int f(char *s, ...) {}` is fixed: `variadic`. */
export function findCopyableFunctions(outline: Outline): (CopyableFunction | FixedFunction)[] {
  return outline.items
    .filter((item): item is Declaration => item.kind === 'function')
    .map((definition) => {
      const { start, end } = definition
      const found = readDefinition(outline, definition)
      return typeof found === 'string'
        ? { kind: 'fixed', start, end, reason: found }
        : { kind: 'copyable', start, end, ...found }
    })
}

function readDefinition(
  outline: Outline,
  definition: Declaration,
): FixedReason | Omit<CopyableFunction, 'kind' | 'start' | 'end'> {
  const { tokens, tree, functionName: name, start, end } = definition
  const nameStart = definition.declares.find((declared) => declared.isFunction)?.at
  const open = tokens.findIndex((token) => token.text === '{')
  const header = tokens.slice(0, open)
  if (outline.items.some((item) => item.kind === 'directive' && item.start > start && item.start < end))
    return 'directive-inside'
  // A word in two pieces is two tokens.
  if (SPLICE.test(outline.text.slice(start, end))) return 'unread'
  if (tree === undefined || name === undefined || nameStart === undefined || open < 0) return 'unread'
  const headerEnd = header.at(-1)!.end
  // With a type defined in the header the first brace is that type's.
  if (nameStart > headerEnd) return 'unusual-header'
  const specifiers = wordsOf(
    header.filter((token) => token.end <= nameStart),
    outline,
  )
  const isStatic = specifiers.includes('static')
  const signature = readSignature(tree, outline)
  const unfit =
    findUnfitHeader(name, header, outline) ??
    (hasSpecialLinkage(outline, definition, header, isStatic) ? 'special-linkage' : undefined) ??
    findUnfitBody(tokens.slice(open), outline)
  if (unfit !== undefined) return unfit
  if (typeof signature === 'string') return signature
  return { name, nameStart, headerEnd, bodyStart: tokens[open]!.start, isStatic, ...signature }
}

function findUnfitHeader(name: string, header: readonly Token[], outline: Outline): FixedReason | undefined {
  if (outline.macros.has(name) || header.some((token) => !isPlainType(token, outline))) return 'macro-header'
  if (header.some(({ text }) => text === ';')) return 'old-style-header'
  if (header.some(({ text }) => text === '...')) return 'variadic'
  const isPlain = header.every(
    ({ kind, text }) => kind === 'word' || kind === 'number' || HEADER_PUNCTUATION.has(text),
  )
  const text = outline.text.slice(header[0]!.start, header.at(-1)!.end)
  return isPlain && !/\+\+|--/.test(text) ? undefined : 'unusual-header'
}

function hasSpecialLinkage(
  outline: Outline,
  definition: Declaration,
  header: readonly Token[],
  isStatic: boolean,
): boolean {
  const isSpecial = (word: string) => LINKAGE_WORDS.test(word) || (!isStatic && INLINE_WORDS.test(word))
  const others = (outline.owners.get(definition.functionName!) ?? [])
    .filter((item) => item !== definition)
    .flatMap((item) => wordsOf(item.tokens, outline))
  return (
    wordsOf(header, outline).some((word) => word === 'extern' || isSpecial(word)) || others.some(isSpecial)
  )
}

function readSignature(
  tree: SyntaxNode,
  outline: Outline,
): FixedReason | Pick<CopyableFunction, 'parameterNames' | 'passesScalars'> {
  const declarator = declaratorsOf(tree)[0]
  const path = declarator === undefined ? [] : declaratorPath(declarator)
  const own = path.findLast((node) => node.type === 'function_declarator')
  const list = own?.children.find((child) => child.type === 'parameter_list')
  if (own === undefined || list === undefined || declarator!.hasError) return 'unread'
  if (hasCall(declarator!)) return 'unusual-header'
  const parameters = list.namedChildren.filter((child) => child.type !== 'comment')
  const named = parameters.length === 1 && parameters[0]!.text === 'void' ? [] : parameters
  const parameterNames = named.map(nameOf)
  if (!parameterNames.every((name) => name !== undefined)) return 'old-style-header'
  const passesScalars =
    parameters.length > 0 &&
    isScalar(tree, path.slice(0, path.indexOf(own)), outline) &&
    named.every((node) => isScalar(node, declaratorsOf(node).flatMap(declaratorPath), outline))
  return { parameterNames, passesScalars }
}

/** The words of tokens and of what macros among them expand to. */
export function wordsOf(tokens: readonly Token[], { macros }: Outline): string[] {
  return tokens
    .filter((token) => token.kind === 'word')
    .flatMap(({ text }) => (macros.has(text) ? [text, ...macros.expansionOf(text)] : [text]))
}

/** Not a macro, or one that stands for a type's words. */
function isPlainType({ kind, text }: Token, { macros }: Outline): boolean {
  if (kind !== 'word' || !macros.has(text)) return true
  return [text, ...macros.expansionOf(text)].every(
    (word) => !macros.has(word) || TYPE_MACRO.test(macros.replacementOf(word) ?? '('),
  )
}

function nameOf(parameter: SyntaxNode): string | undefined {
  const [declarator] = parameter.type === 'parameter_declaration' ? declaratorsOf(parameter) : []
  return declarator && declaredName(declarator)?.text
}

/** In an array's size: it would be made twice. */
function hasCall(declarator: SyntaxNode): boolean {
  const pending = [declarator]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.type === 'call_expression') return true
    pending.push(...node.namedChildren)
  }
  return false
}

function findUnfitBody(body: readonly Token[], outline: Outline): FixedReason | undefined {
  const { macros } = outline
  const words = wordsOf(body, outline)
  if (words.some((word) => SELF_WORDS.test(word))) return 'knows-itself'
  if (words.some((word) => !hasBalancedBraces(word, outline))) return 'unread'
  for (const [index, { text }] of body.entries()) {
    if (text === 'goto' && body[index + 1]?.text === '*') return 'computed-goto'
    if (text !== 'static' && !(macros.has(text) && macros.expansionOf(text).has('static'))) continue
    const length = body.slice(index).findIndex((token) => token.text === ';')
    if (!isSmall(body.slice(index, index + length), outline)) return 'static-array'
  }
  return undefined
}

/** Whether arrays in a declaration are known to have few elements. Those of all its names count as one array's. */
function isSmall(declaration: readonly Token[], { macros }: Outline): boolean {
  let elements = 1
  let isSize = false
  for (const { text } of declaration) {
    if (text === '[' || text === ']') isSize = text === '['
    else if (isSize) elements *= Number(macros.replacementOf(text) ?? text)
  }
  return elements <= MAX_STATIC_ELEMENTS
}

/** Macros that open or close a block leave open where the function ends. */
function hasBalancedBraces(macro: string, { macros }: Outline): boolean {
  return macros.directivesOf(macro).every(({ directive }) => {
    let depth = 0
    for (const { text } of lexC(directive.body)) {
      if (text === '{') depth++
      if (text === '}' && --depth < 0) return false
    }
    return depth === 0
  })
}

/** Whether a declaration's specifiers with these parts of a declarator make a number or a pointer, as far as the unit's text shows it. */
function isScalar(
  declaration: SyntaxNode,
  parts: readonly SyntaxNode[],
  outline: Outline,
  depth = 0,
): boolean {
  if (parts.some(({ type }) => type === 'pointer_declarator' || type === 'array_declarator')) return true
  const type = declaration.childForFieldName('type')
  if (type === null || declaration.namedChildren.some(({ text }) => /complex/i.test(text))) return false
  if (SCALAR_TYPES.has(type.type)) return true
  const replacement = outline.macros.replacementOf(type.text)
  if (replacement !== undefined) return SCALAR_WORDS.test(replacement)
  const tree = outline.owners.get(type.text)?.find((item) => item.tree?.type === 'type_definition')?.tree
  const declarator = tree && declaratorsOf(tree).find((node) => declaredName(node)?.text === type.text)
  if (tree === undefined || declarator === undefined || depth === TYPEDEF_DEPTH) return false
  return isScalar(tree, declaratorPath(declarator), outline, depth + 1)
}
