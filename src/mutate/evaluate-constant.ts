/**
 * An expression (or an #if condition) enters, its integer value leaves where syntax alone decides it.
 * Works in unbounded integers: overflow and unsigned wrap-around are not modelled.
 */
import { type CodeNode, withoutParentheses } from './code-tree.ts'

/** Gives an identifier's value, or undefined when it has none that is known. */
type ValueOfName = (name: string) => bigint | undefined

const comparisons: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
}

const arithmetic: Readonly<Record<string, (a: bigint, b: bigint) => bigint | undefined>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => (b === 0n ? undefined : a / b),
  '%': (a, b) => (b === 0n ? undefined : a % b),
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '^': (a, b) => a ^ b,
}

export type EvaluateConstant = (expression: CodeNode) => bigint | undefined

/**
 * The evaluation gives 0n for `0 && x`, undefined for `x && 0` (x may have effects). Each node is computed once,
 * so what the names mean must not change meanwhile.
 */
export function makeEvaluateConstant(
  valueOfName: ValueOfName,
  isDefined: (name: string) => boolean | undefined = () => undefined,
): EvaluateConstant {
  const known = new Map<CodeNode, bigint | undefined>()
  const value = (expression: CodeNode | null | undefined): bigint | undefined => {
    if (expression === null || expression === undefined) return undefined
    const node = withoutParentheses(expression)
    if (!known.has(node)) known.set(node, compute(node))
    return known.get(node)
  }
  const compute = (node: CodeNode): bigint | undefined => {
    switch (node.type) {
      case 'number_literal':
        return parseIntegerLiteral(node.text)?.value
      case 'char_literal':
        return charValue(node)
      case 'true':
        return 1n
      case 'false':
        return 0n
      case 'identifier':
        return valueOfName(node.text)
      case 'preproc_defined':
        return asNumber(isDefined(node.namedChildren[0]?.text ?? ''))
      case 'unary_expression':
        return unary(node.field('operator')?.type, value(node.field('argument')))
      case 'binary_expression':
        return binary(node)
      default:
        return undefined
    }
  }
  const binary = (node: CodeNode): bigint | undefined => {
    const operator = node.field('operator')?.type ?? ''
    const left = value(node.field('left'))
    if (left === undefined) return undefined
    if (operator === '&&' && left === 0n) return 0n
    if (operator === '||' && left !== 0n) return 1n
    const right = value(node.field('right'))
    if (right === undefined) return undefined
    if (operator === '&&' || operator === '||') return asNumber(right !== 0n)
    return asNumber(comparisons[operator]?.(left, right)) ?? arithmetic[operator]?.(left, right)
  }
  return value
}

function unary(operator: string | undefined, argument: bigint | undefined): bigint | undefined {
  if (argument === undefined) return undefined
  if (operator === '!') return asNumber(argument === 0n)
  if (operator === '-') return -argument
  if (operator === '~') return ~argument
  return operator === '+' ? argument : undefined
}

function asNumber(truth: boolean | undefined): bigint | undefined {
  return truth === undefined ? undefined : truth ? 1n : 0n
}

function charValue(literal: CodeNode): bigint | undefined {
  const [character, ...more] = literal.namedChildren
  if (character?.type !== 'character' || more.length > 0 || literal.text.startsWith('L')) return undefined
  return character.text.length === 1 ? BigInt(character.text.charCodeAt(0)) : undefined
}

interface IntegerLiteral {
  readonly value: bigint
  readonly radix: 2 | 8 | 10 | 16
  /** As written: `u`, `LL`, ... */
  readonly suffix: string
}

/** `parseIntegerLiteral('0x1FuLL')` is `{ value: 31n, radix: 16, suffix: 'uLL' }`; undefined for floats. */
export function parseIntegerLiteral(text: string): IntegerLiteral | undefined {
  const parts = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)([uUlL]*)$/.exec(text)
  if (parts === null) return undefined
  const [, sign, digits, suffix] = parts as unknown as [string, string, string, string]
  const radix = /^0[xX]/.test(digits) ? 16 : /^0[bB]/.test(digits) ? 2 : /^0[0-7]/.test(digits) ? 8 : 10
  const size = BigInt(radix === 8 ? `0o${digits.slice(1)}` : digits)
  return { value: sign === '-' ? -size : size, radix, suffix }
}
