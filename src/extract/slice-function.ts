/**
 * A file's outline and a function's name in; out comes C text with that function and exactly what it needs,
 * transitively, in the file's order and wording.
 *
 * The function gets external linkage, kept globals can be seen from outside, and an inline callee stays
 * private to the text. All includes are kept: they only declare, and which of them declares a name is not
 * to be read off the file.
 *
 * Not guaranteed: that the text compiles (macros can hide a need); the caller checks.
 */
import type { Declaration, DeclaratorRange, Outline, OutlineItem } from './build-outline.ts'
import { findFunction } from './build-outline.ts'
import { declaratorPath, declaratorsOf } from './declarators.ts'
import type { Declared, NameKey } from './find-names.ts'
import { closingParenthesis } from './hide-from-parser.ts'
import { lexC, type Token } from './lex-c.ts'
import type { MacroTable } from './macro-table.ts'
import type { DirectiveItem } from './split-top-level.ts'

export type Slice =
  | { readonly kind: 'ok'; readonly code: string }
  /** The function can call main, which is never part of a slice. */
  | { readonly kind: 'calls-main' }

/**
 * How much to keep. `fine`: what the function needs. `coarse`: all of the file but main and the functions
 * that cannot be reached, for files whose macros hide needs.
 */
export type Grain = 'fine' | 'coarse'

interface Selection {
  readonly directives: Set<DirectiveItem>
  readonly declarations: Set<Declaration>
  /** The kept declarators of the declarations that can be kept in part. */
  readonly parts: Set<DeclaratorRange>
}

/**
 * In `int a, b; static int f(void) { return b; } int main(void) { return f(); }` the slice of `f` is
 * `int b;` and `int f(void) { return b; }`.
 */
export function sliceFunction(outline: Outline, name: string, grain: Grain): Slice {
  const target = findFunction(outline, name)
  if (target === undefined) throw new Error(`no definition of ${name} in the outline`)
  const needed = selectNeeded(outline, target)
  if ([...needed.declarations].some((item) => item.functionName === 'main')) return { kind: 'calls-main' }
  const selection = grain === 'fine' ? withoutIdlePrototypes(outline, needed) : selectAllBut(outline, needed)
  return { kind: 'ok', code: writeSelection(outline, selection, target) }
}

function selectNeeded(outline: Outline, target: Declaration): Selection {
  const { items, macros, owners } = outline
  const selection: Selection = { directives: new Set(), declarations: new Set(), parts: new Set() }
  const seen = new Set<NameKey>()
  const pending: NameKey[] = []

  const keepMacro = (name: string) => {
    for (const directive of macros.directivesOf(name)) selection.directives.add(directive)
  }
  const keepRange = (item: Declaration, start: number, end: number) => {
    for (const { key, at } of item.refers) if (start <= at && at < end) pending.push(key)
    for (const token of item.tokens) {
      if (token.start < start || token.end > end || !macros.has(token.text)) continue
      keepMacro(token.text)
      for (const inner of macros.expansionOf(token.text)) keepMacro(inner)
    }
  }
  const keep = (item: Declaration, key: NameKey) => {
    const isNew = !selection.declarations.has(item)
    selection.declarations.add(item)
    if (item.parts.length === 0) {
      if (isNew) {
        keepRange(item, item.start, item.end)
        // What comes along with a name may have further declarations elsewhere.
        for (const declared of item.declares) pending.push(declared.key)
      }
      return
    }
    if (isNew) keepRange(item, item.start, item.parts[0]!.start)
    for (const part of item.parts) {
      if (selection.parts.has(part) || !declaresIn(item, part, key)) continue
      selection.parts.add(part)
      keepRange(item, part.start, part.end)
    }
  }

  for (const item of items)
    if (item.kind === 'directive' && isAlwaysKept(item)) selection.directives.add(item)
  keep(target, target.functionName!)
  for (let key = pending.pop(); key !== undefined; key = pending.pop()) {
    if (seen.has(key)) continue
    seen.add(key)
    for (const item of owners.get(key) ?? []) keep(item, key)
  }
  return selection
}

/** A prototype says nothing where a definition that is one too comes before every use. */
function withoutIdlePrototypes(outline: Outline, selection: Selection): Selection {
  const firstUse = new Map<NameKey, number>()
  for (const item of selection.declarations)
    for (const { key, at } of item.refers) firstUse.set(key, Math.min(at, firstUse.get(key) ?? at))
  const isIdle = ({ key, isFunction, at }: Declared) => {
    const definition = isFunction ? findFunction(outline, key) : undefined
    if (definition === undefined || isOldStyle(definition)) return false
    return at < definition.start && !(firstUse.get(key)! < definition.start)
  }
  const isPlain = (item: Declaration) =>
    item.kind === 'other' &&
    item.declares.length > 0 &&
    !item.tokens.some((token) => /^_*attribute_*$/.test(token.text))
  const declarations = [...selection.declarations].filter(
    (item) => !isPlain(item) || !item.declares.every((declared) => isIdle(declared)),
  )
  return { ...selection, declarations: new Set(declarations) }
}

/** `int f(a) double a; {}` leaves it to a prototype how arguments are converted. */
function isOldStyle({ tree }: Declaration): boolean {
  const path = tree === undefined ? [] : declaratorsOf(tree).slice(0, 1).flatMap(declaratorPath)
  const list = path.findLast((node) => node.type === 'function_declarator')?.childForFieldName('parameters')
  return list?.namedChildren.some((child) => child.type === 'identifier') ?? true
}

function declaresIn(item: Declaration, part: DeclaratorRange, key: NameKey): boolean {
  return item.declares.some(
    (declared) => declared.key === key && part.start <= declared.at && declared.at < part.end,
  )
}

/** Includes, what acts on all that follows (pragmas), and macros that headers look at. */
function isAlwaysKept({ directive: { name, body } }: DirectiveItem): boolean {
  if (name === 'include') return true
  if (name === 'pragma') return body !== 'once'
  return (name === 'define' || name === 'undef') && /^(?:_[A-Z_]|NDEBUG\b)/.test(body)
}

function selectAllBut(outline: Outline, needed: Selection): Selection {
  const directives = new Set<DirectiveItem>()
  const declarations = new Set<Declaration>()
  const parts = new Set<DeclaratorRange>()
  for (const item of outline.items) {
    if (item.kind === 'directive') {
      if (isAlwaysKept(item) || item.directive.name === 'define' || item.directive.name === 'undef')
        directives.add(item)
    } else if (item.functionName === undefined || needed.declarations.has(item)) {
      declarations.add(item)
      for (const part of item.parts) parts.add(part)
    }
  }
  return { directives, declarations, parts }
}

function writeSelection(outline: Outline, selection: Selection, target: Declaration): string {
  const { text } = outline
  const linkage = { target: target.functionName!, privateFunctions: inlineOnlyFunctions(outline) }
  let code = ''
  let previousEnd = 0
  for (const item of selectedItems(outline, selection)) {
    const { start: from, end: to } = outline.spans.get(item) ?? item
    const isApart = previousEnd > 0 && /\n[^\S\n]*\n/.test(text.slice(previousEnd, from))
    const body =
      item.kind === 'directive'
        ? text.slice(item.start, item.end)
        : writeDeclaration(outline, selection, item, linkage)
    code += `${isApart ? '\n' : ''}${text.slice(from, item.start)}${body}${text.slice(item.end, to)}\n`
    previousEnd = to
  }
  return code
}

/** A directive inside a kept item is written with it. */
function selectedItems({ items }: Outline, { directives, declarations }: Selection): OutlineItem[] {
  const starts = new Set([...declarations].map((item) => item.start))
  return items.filter((item) =>
    item.kind === 'directive'
      ? directives.has(item) && (item.within === undefined || !starts.has(item.within.start))
      : declarations.has(item),
  )
}

interface Linkage {
  readonly target: string
  readonly privateFunctions: ReadonlySet<string>
}

function writeDeclaration(
  outline: Outline,
  selection: Selection,
  item: Declaration,
  linkage: Linkage,
): string {
  const { text, macros } = outline
  const specifiers = changeSpecifiers(text.slice(item.start, item.specifiersEnd), item, linkage, macros)
  const parts = item.parts.filter((part) => selection.parts.has(part))
  if (parts.length === item.parts.length) return specifiers + text.slice(item.specifiersEnd, item.end)
  return `${specifiers}${parts.map((part) => text.slice(part.start, part.end)).join(', ')};`
}

function changeSpecifiers(
  specifiers: string,
  item: Declaration,
  linkage: Linkage,
  macros: MacroTable,
): string {
  const declares = (test: (name: string) => boolean) =>
    item.declares.some((declared) => declared.isFunction && test(declared.key))
  if (declares((name) => name === linkage.target)) return withoutWords(specifiers, TARGET_LINKAGE, macros)
  if (declares((name) => linkage.privateFunctions.has(name)))
    return `static ${withoutWords(specifiers, EXTERN, macros)}`
  const isObject = item.kind === 'other' && !item.declares.some((declared) => declared.isFunction)
  return isObject ? withoutWords(specifiers, STATIC, macros) : specifiers
}

const INLINE = new Set(['inline', '__inline', '__inline__'])
const STATIC = new Set(['static'])
const EXTERN = new Set(['extern'])
const TARGET_LINKAGE = new Set([...INLINE, ...STATIC])

/** Functions that are `inline` and nowhere `static`: on their own they would have no body to link with. */
function inlineOnlyFunctions({ items, macros }: Outline): Set<string> {
  const inline = new Set<string>()
  const fixed = new Set<string>()
  for (const item of items) {
    if (item.kind === 'directive') continue
    const words = item.tokens
      .filter((token) => token.end <= item.specifiersEnd)
      .flatMap(({ text }) => [text, ...macros.expansionOf(text)])
    for (const { key, isFunction } of item.declares) {
      if (!isFunction) continue
      if (words.some((word) => INLINE.has(word))) inline.add(key)
      if (words.includes('static')) fixed.add(key)
    }
  }
  return inline.difference(fixed)
}

/** Takes words out of specifiers; a macro that stands for one is replaced by what it stands for, once. */
function withoutWords(specifiers: string, words: ReadonlySet<string>, macros: MacroTable): string {
  const expanded = new Set<string>()
  const isHidden = (name: string) =>
    !expanded.has(name) &&
    (macros.replacementOf(name) ?? macros.wrappingOf(name)) !== undefined &&
    [...macros.expansionOf(name)].some((word) => words.has(word))
  let text = specifiers
  for (;;) {
    const tokens = lexC(text)
    const at = tokens.findIndex((token) => words.has(token.text) || isHidden(token.text))
    if (at < 0) return text
    const use = words.has(tokens[at]!.text) ? { last: at, text: '' } : expand(tokens, at, text, macros)
    expanded.add(tokens[at]!.text)
    text =
      text.slice(0, tokens[at]!.start) + use.text + text.slice(tokens[use.last]!.end).replace(/^[ \t]+/, '')
  }
}

/** What the use of a macro at a token stands for, and the last token of the use. */
function expand(
  tokens: readonly Token[],
  at: number,
  text: string,
  macros: MacroTable,
): { readonly last: number; readonly text: string } {
  const name = tokens[at]!.text
  const wrapping = macros.wrappingOf(name)
  if (wrapping === undefined) return { last: at, text: `${macros.replacementOf(name)} ` }
  const closing = tokens[at + 1]?.text === '(' ? closingParenthesis(tokens, at + 1) : undefined
  // The name alone is no use of it.
  if (closing === undefined) return { last: at, text: `${name} ` }
  const argument = text.slice(tokens[at + 1]!.end, tokens[closing]!.start)
  return { last: closing, text: `${wrapping.join(argument)} ` }
}
