/** Declarators of C in (`*a[3]`, `(*f)(int)`), the names and types that they declare out. */
import type { CType } from './c-type.ts'
import type { CodeNode } from './code-tree.ts'

// biome-ignore format: a table
const declaratorTypes = new Set([
  'identifier', 'field_identifier', 'type_identifier', 'pointer_declarator', 'array_declarator',
  'function_declarator', 'init_declarator', 'parenthesized_declarator', 'attributed_declarator',
  'abstract_pointer_declarator', 'abstract_array_declarator', 'abstract_function_declarator',
])

/** Those of a declaration, a field, a parameter or a type name. */
export function declaratorsIn(node: CodeNode): CodeNode[] {
  const specifier = node.field('type')
  return node.children.filter((child) => child !== specifier && declaratorTypes.has(child.type))
}

/** Reads a declarator from the outside in: what is nearest to the name is what the variable is first of all. */
export function declared(declarator: CodeNode | null, base: CType): { name: string | null; type: CType } {
  let derived: string[] = []
  let node = declarator
  while (node !== null) {
    if (/^(field_|type_)?identifier$/.test(node.type)) {
      return { name: node.text, type: { ...base, derived: [...derived, ...base.derived] } }
    }
    if (/pointer_declarator$/.test(node.type)) derived = ['*', ...derived]
    if (/array_declarator$/.test(node.type)) derived = [`[${node.field('size')?.text ?? ''}]`, ...derived]
    if (/function_declarator$/.test(node.type)) derived = ['()', ...derived]
    node = innerDeclarator(node)
  }
  return { name: null, type: { ...base, derived: [...derived, ...base.derived] } }
}

export function innermostFunctionDeclarator(declarator: CodeNode): CodeNode | null {
  let found: CodeNode | null = null
  for (let node: CodeNode | null = declarator; node !== null; node = innerDeclarator(node)) {
    if (node.type === 'function_declarator') found = node
  }
  return found
}

function innerDeclarator(node: CodeNode): CodeNode | null {
  return node.field('declarator') ?? node.children.find((child) => declaratorTypes.has(child.type)) ?? null
}
