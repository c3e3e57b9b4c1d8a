/**
 * The top level of a unit enters, its function definitions leave, the old ones included (`main() {...}` without
 * a type, K&R parameters), which the grammar takes for a call followed by a block.
 */
import { type CodeNode, walk } from './code-tree.ts'

export interface FunctionDefinition {
  readonly name: string
  readonly body: CodeNode
  /** From the first token of the header on. */
  readonly start: number
  readonly end: number
  /** The `function_definition` node; null for a header that the grammar did not recognise. */
  readonly node: CodeNode | null
  /** Declarations of K&R parameters, between header and body. */
  readonly parameterDeclarations: readonly CodeNode[]
  /** Names in a K&R header: int unless declared otherwise. */
  readonly parameterNames: readonly string[]
}

export function findFunctions(root: CodeNode, isInactive: (node: CodeNode) => boolean): FunctionDefinition[] {
  const found: FunctionDefinition[] = []
  const outside = (node: CodeNode) =>
    node.type === 'translation_unit' ||
    node.type.startsWith('preproc_') ||
    node.type === 'linkage_specification'
      ? node.children.filter((child) => !isInactive(child))
      : []
  for (const node of walk(root, outside)) {
    if (node.type === 'function_definition') {
      const body = node.field('body')
      const declarator = functionDeclarator(node)
      const name = declarator === null ? null : declaredName(declarator)
      if (body === null || declarator === null || name === null) continue
      found.push({
        name,
        body,
        start: node.start,
        end: node.end,
        node,
        parameterDeclarations: node.children.filter((child) => child.type === 'declaration'),
        parameterNames: identifiersIn(declarator.field('parameters')),
      })
    } else if (node.type === 'compound_statement' && node.parent !== null) {
      const definition = oldDefinition(node, node.parent)
      if (definition !== null) found.push(definition)
    }
  }
  return found
}

/** The `function_declarator` that declares the function itself: `int *f(void)` has it below a pointer. */
export function functionDeclarator(definition: CodeNode): CodeNode | null {
  let node = definition.field('declarator')
  while (node !== null && node.type !== 'function_declarator') node = node.field('declarator')
  return node
}

function declaredName(declarator: CodeNode): string | null {
  let inner = declarator.field('declarator')
  while (inner?.type === 'parenthesized_declarator') inner = inner.namedChildren[0] ?? null
  return inner?.type === 'identifier' ? inner.text : null
}

function oldDefinition(body: CodeNode, parent: CodeNode): FunctionDefinition | null {
  const parameterDeclarations: CodeNode[] = []
  const siblings = parent.children
  for (let at = siblings.indexOf(body) - 1; at >= 0; at--) {
    const sibling = siblings[at]!
    if (sibling.type === ';' && sibling.missing) continue
    if (sibling.type === 'declaration') {
      parameterDeclarations.unshift(sibling)
      continue
    }
    const header = oldHeader(sibling)
    if (header === null) return null
    return { ...header, body, start: sibling.start, end: body.end, node: null, parameterDeclarations }
  }
  return null
}

function oldHeader(node: CodeNode): { name: string; parameterNames: string[] } | null {
  if (node.type === 'macro_type_specifier') {
    return { name: node.field('name')?.text ?? '', parameterNames: [] }
  }
  const call = node.type === 'expression_statement' ? node.namedChildren[0] : undefined
  const callee = call?.type === 'call_expression' ? call.field('function') : null
  if (callee?.type !== 'identifier' || !node.children.at(-1)!.missing) return null
  return { name: callee.text, parameterNames: identifiersIn(call!.field('arguments')) }
}

function identifiersIn(list: CodeNode | null): string[] {
  return list === null
    ? []
    : list.children.filter((node) => node.type === 'identifier').map((node) => node.text)
}
