/** Puts a new operator or operand into an expression, with parentheses only where the meaning asks for them. */
import type { CodeNode } from './code-tree.ts'
import type { Edit } from './mutation-operator.ts'

/** C's binary operators by how tightly they bind. */
// biome-ignore format: a table
const binaryPrecedence: Readonly<Record<string, number>> = {
  '*': 10, '/': 10, '%': 10,
  '+': 9, '-': 9,
  '<<': 8, '>>': 8,
  '<': 7, '<=': 7, '>': 7, '>=': 7,
  '==': 6, '!=': 6,
  '&': 5,
  '^': 4,
  '|': 3,
  '&&': 2,
  '||': 1,
}
const conditionalPrecedence = 0
const assignmentPrecedence = -1
const commaPrecedence = -2
export const equalityPrecedence = 6
export const additivePrecedence = 9
export const unaryPrecedence = 11
export const primaryPrecedence = 12

function precedenceOf(node: CodeNode): number {
  switch (node.type) {
    case 'binary_expression':
      return binaryPrecedence[node.field('operator')?.type ?? ''] ?? commaPrecedence
    case 'conditional_expression':
      return conditionalPrecedence
    case 'assignment_expression':
      return assignmentPrecedence
    case 'comma_expression':
      return commaPrecedence
    case 'unary_expression':
    case 'cast_expression':
    case 'pointer_expression':
    case 'sizeof_expression':
    case 'update_expression':
      return unaryPrecedence
    case 'number_literal':
      return /^[-+]/.test(node.text) ? unaryPrecedence : primaryPrecedence
    default:
      return primaryPrecedence
  }
}

/** The lowest precedence that needs no parentheses in the place of `node`. */
function precedenceAskedFor(node: CodeNode): number {
  const parent = node.parent
  switch (parent?.type) {
    case 'binary_expression':
      return precedenceOf(parent) + (parent.field('right') === node ? 1 : 0)
    case 'unary_expression':
    case 'cast_expression':
    case 'pointer_expression':
      return unaryPrecedence
    case 'update_expression':
    case 'field_expression':
    case 'call_expression':
      return primaryPrecedence
    case 'subscript_expression':
      return parent.field('argument') === node ? primaryPrecedence : commaPrecedence
    case 'conditional_expression':
      return parent.field('condition') === node ? conditionalPrecedence + 1 : conditionalPrecedence
    case 'parenthesized_expression':
    case 'expression_statement':
    case 'return_statement':
    case 'for_statement':
      return commaPrecedence
    default:
      return assignmentPrecedence
  }
}

/** The node's text, in parentheses when it binds less tightly than `precedence`. */
export function operand(node: CodeNode, precedence: number): string {
  return precedenceOf(node) < precedence ? `(${node.text})` : node.text
}

/** Replaces a whole expression by `text`, whose outermost operator binds with `precedence`. */
export function replaceExpression(node: CodeNode, text: string, precedence: number): Edit {
  const replacement = precedence < precedenceAskedFor(node) ? `(${text})` : text
  return { start: node.start, end: node.end, replacement }
}

/** Replaces a whole expression by the text of another one of the same code. */
export function replaceByNode(node: CodeNode, other: CodeNode): Edit {
  return replaceExpression(node, other.text, precedenceOf(other))
}

/** `a * b + c` with `+` for `*` needs no more than the operator's token; `x - a * b` becomes `x - (a + b)`. */
export function replaceBinaryOperator(node: CodeNode, operator: string, code: string): Edit {
  const left = node.field('left')!
  const right = node.field('right')!
  const token = node.field('operator')!
  const precedence = binaryPrecedence[operator]!
  const fits =
    precedenceOf(left) >= precedence &&
    precedenceOf(right) > precedence &&
    precedence >= precedenceAskedFor(node)
  if (fits) return replaceToken(token, operator, code)
  const text = `${operand(left, precedence)} ${operator} ${operand(right, precedence + 1)}`
  return replaceExpression(node, text, precedence)
}

/** Replaces an operator's token; `a+-b` must not become `a--b`, nor `a**p` a comment. */
export function replaceToken(token: CodeNode, operator: string, code: string): Edit {
  const touches = (character: string | undefined) =>
    character !== undefined && /[-+*/%&|^<>=!~]/.test(character)
  const before = touches(code[token.start - 1]) ? ' ' : ''
  const after = touches(code[token.end]) ? ' ' : ''
  return { start: token.start, end: token.end, replacement: before + operator + after }
}
