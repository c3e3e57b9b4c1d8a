/** A function's definition in; out comes whether its body does nothing that a change could be seen in. */
import type { SyntaxNode } from '../syntax/parse-c.ts'

const LITERALS = new Set(['number_literal', 'char_literal', 'string_literal', 'true', 'false', 'null'])
const AROUND_LITERALS = new Set(['parenthesized_expression', 'unary_expression', 'cast_expression'])

/** True for `{}`, `{ int a; }`, `{ return; }` and `{ return -1; }`. */
export function hasTrivialBody(definition: SyntaxNode): boolean {
  const body = definition.childForFieldName('body')
  if (body === null || body.hasError) return false
  return body.namedChildren.every(isTrivialStatement)
}

function isTrivialStatement(statement: SyntaxNode): boolean {
  switch (statement.type) {
    case 'comment':
    case 'declaration':
    case 'type_definition':
    case 'struct_specifier':
    case 'union_specifier':
    case 'enum_specifier':
      return true
    case 'expression_statement':
      return statement.namedChildCount === 0
    case 'return_statement':
      return statement.namedChildren.every(isConstant)
    default:
      return statement.type.startsWith('preproc_')
  }
}

function isConstant(node: SyntaxNode): boolean {
  if (LITERALS.has(node.type) || node.type === 'type_descriptor' || node.type === 'comment') return true
  return AROUND_LITERALS.has(node.type) && node.namedChildren.every(isConstant)
}
