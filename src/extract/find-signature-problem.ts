/**
 * A function's definition in; out comes why it cannot be called with made-up arguments, as far as its text
 * shows it. What only types know (from headers, from debug information) is decided later.
 */
import type { SyntaxNode } from '../syntax/parse-c.ts'
import type { Declaration, Outline } from './build-outline.ts'
import { declaratorPath, declaratorsOf } from './declarators.ts'
import { tagKey } from './find-names.ts'

export interface SignatureProblem {
  readonly reason: string
  readonly detail: string
}

const OPAQUE_NAMES = new Map([
  ['FILE', 'FILE'],
  ['DIR', 'DIR'],
  ['va_list', 'va_list'],
  ['__builtin_va_list', 'va_list'],
  ['jmp_buf', 'jmp_buf'],
  ['_Complex', 'complex'],
  ['__complex__', 'complex'],
  ['complex', 'complex'],
])
const TYPEDEF_DEPTH = 16

/** `int f(const char *s, ...)` gives `{reason: 'variadic', detail: 'f'}`; a signature without problem undefined. */
export function findSignatureProblem(
  outline: Outline,
  definition: Declaration,
): SignatureProblem | undefined {
  const { tree } = definition
  const declarator = tree === undefined ? undefined : declaratorsOf(tree)[0]
  if (tree === undefined || declarator === undefined) return undefined
  const path = declaratorPath(declarator)
  const own = path.findLast((node) => node.type === 'function_declarator')
  const list = own?.children.find((child) => child.type === 'parameter_list')
  if (own === undefined || list === undefined) return undefined
  if (list.children.some((child) => child.type === 'variadic_parameter'))
    return { reason: 'variadic', detail: definition.functionName ?? '' }

  const oldStyle = tree.namedChildren.filter((child) => child.type === 'declaration')
  const parameters = list.namedChildren.filter((child) => child.type === 'parameter_declaration')
  for (const parameter of [...parameters, ...oldStyle]) {
    const declarators = parameter.namedChildren.filter((child) => child.type.endsWith('declarator'))
    for (const shape of declarators.length === 0 ? [undefined] : declarators) {
      const problem = typeProblem(outline, parameter, shape === undefined ? [] : shapeOf(shape), 0)
      if (problem !== undefined) return unsupported(problem, parameter.text)
    }
  }
  const returned = typeProblem(outline, tree, shapeOf(declarator).slice(0, path.indexOf(own)), 0)
  return returned === undefined ? undefined : unsupported(returned, 'return type')
}

function unsupported(what: string, detail: string): SignatureProblem {
  return { reason: `unsupported-signature: ${what}`, detail: detail.replace(/\s+/g, ' ').slice(0, 200) }
}

/** The declarator's parts from the outside in, e.g. `['pointer', 'array']`; abstract ones too. */
function shapeOf(declarator: SyntaxNode): string[] {
  const shape: string[] = []
  for (let node: SyntaxNode | undefined = declarator; node !== undefined; ) {
    const part = /^(?:abstract_)?(pointer|array|function|parenthesized)_declarator$/.exec(node.type)?.[1]
    shape.push(part ?? 'name')
    node =
      node.childForFieldName('declarator') ??
      node.namedChildren.find((child: SyntaxNode) => child.type.endsWith('_declarator'))
  }
  return shape
}

/** What is wrong with the type that `declaration`'s specifiers and a declarator of this shape make. */
function typeProblem(
  outline: Outline,
  declaration: SyntaxNode,
  shape: readonly string[],
  depth: number,
): string | undefined {
  if (shape.includes('function')) return 'function pointer'
  const type = declaration.childForFieldName('type')
  const named = declaration.children
    .filter((child) => child.type !== 'compound_statement')
    .flatMap(specifierWords)
    .find((word) => OPAQUE_NAMES.has(word) && !outline.owners.has(word))
  if (named !== undefined) return OPAQUE_NAMES.get(named)
  if (type === null) return undefined
  const isPointer = shape.includes('pointer') || shape.includes('array')
  if (type.type === 'union_specifier') return 'union'
  if (type.type === 'struct_specifier') return structProblem(outline, type, isPointer)
  if (type.text === 'void') return isPointer ? 'void pointer' : undefined
  return typedefProblem(outline, type.text, shape, depth)
}

/** Only the words before the declarator: a parameter may be called `complex`. */
function specifierWords(node: SyntaxNode): string[] {
  return node.type.endsWith('declarator') || node.childCount > 8
    ? []
    : (node.text.match(/[A-Za-z_]\w*/g) ?? [])
}

function structProblem(outline: Outline, type: SyntaxNode, isPointer: boolean): string | undefined {
  const tag = type.childForFieldName('name')?.text
  const declarations = tag === undefined ? [] : (outline.owners.get(tagKey(tag)) ?? [])
  if (declarations.length === 0) return undefined
  const body = declarations
    .map((item) => findStructBody(item.tree, tag!))
    .find((found) => found !== undefined)
  if (body === undefined) return 'opaque struct'
  return !isPointer && hasFlexibleArray(body) ? 'flexible array' : undefined
}

function findStructBody(tree: SyntaxNode | undefined, tag: string): SyntaxNode | undefined {
  const pending = tree === undefined ? [] : [tree]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const body = node.type === 'struct_specifier' ? node.childForFieldName('body') : null
    if (body !== null && node.childForFieldName('name')?.text === tag) return body
    if (node.type !== 'compound_statement') pending.push(...node.namedChildren)
  }
  return undefined
}

function hasFlexibleArray(body: SyntaxNode): boolean {
  const last = body.namedChildren.findLast((child) => child.type === 'field_declaration')
  return /\[\s*\]\s*;$/.test(last?.text ?? '')
}

function typedefProblem(
  outline: Outline,
  name: string,
  shape: readonly string[],
  depth: number,
): string | undefined {
  const tree = outline.owners.get(name)?.find((item) => item.tree?.type === 'type_definition')?.tree
  if (tree === undefined || depth > TYPEDEF_DEPTH) return undefined
  const declarator = declaratorsOf(tree).find((node) => declaratorPath(node).at(-1)?.text === name)
  const inner = declarator === undefined ? [] : shapeOf(declarator)
  const body = tree.childForFieldName('type')?.childForFieldName('body') ?? null
  const isPointer = [...shape, ...inner].some((part) => part === 'pointer' || part === 'array')
  if (
    tree.childForFieldName('type')?.type === 'struct_specifier' &&
    body !== null &&
    !inner.includes('function')
  )
    return !isPointer && hasFlexibleArray(body) ? 'flexible array' : undefined
  return typeProblem(outline, tree, [...shape, ...inner], depth + 1)
}
