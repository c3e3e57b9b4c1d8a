/** The declarators of a declaration's syntax tree: which nodes they are, what they name, what they make of it. */
import type { SyntaxNode } from '../syntax/parse-c.ts'

const WRAPPERS = new Set([
  'pointer_declarator',
  'array_declarator',
  'function_declarator',
  'parenthesized_declarator',
  'init_declarator',
  'attributed_declarator',
])
const NAMES = new Set(['identifier', 'type_identifier', 'primitive_type'])
const TRANSPARENT = new Set(['parenthesized_declarator', 'attributed_declarator', 'init_declarator'])

/** The declarators of a declaration, typedef, parameter or function definition, in order. */
export function declaratorsOf(declaration: SyntaxNode): SyntaxNode[] {
  const type = declaration.childForFieldName('type')
  return declaration.namedChildren.filter(
    (child) => WRAPPERS.has(child.type) || (NAMES.has(child.type) && child.id !== type?.id),
  )
}

/** From the outermost part to the declared name: `*a[3]` gives pointer, array, name. */
export function declaratorPath(declarator: SyntaxNode): SyntaxNode[] {
  const path = [declarator]
  for (let node = inner(declarator); node !== undefined; node = inner(node)) path.push(node)
  return path
}

/** The node of the name that a declarator declares; undefined where the parser found none. */
export function declaredName(declarator: SyntaxNode): SyntaxNode | undefined {
  const last = declaratorPath(declarator).at(-1)!
  return NAMES.has(last.type) && last.text !== '' ? last : undefined
}

/** True for `f(int)` and `*f(int)`, false for `(*f)(int)`. */
export function declaresFunction(declarator: SyntaxNode): boolean {
  const path = declaratorPath(declarator).slice(0, -1)
  return path.findLast((node) => !TRANSPARENT.has(node.type))?.type === 'function_declarator'
}

function inner(node: SyntaxNode): SyntaxNode | undefined {
  if (!WRAPPERS.has(node.type)) return undefined
  const field = node.childForFieldName('declarator')
  return field ?? node.namedChildren.find((child) => WRAPPERS.has(child.type) || NAMES.has(child.type))
}
