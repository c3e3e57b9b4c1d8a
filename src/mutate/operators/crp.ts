/**
 * CRP, constant replacement (Proteum CCCR and CRCR; PIT inline constants; Mull: scalar value): an integer constant
 * becomes one more, one less, or 0; a float constant likewise, as a sum, and of its type; a letter or digit its neighbour.
 *
 * Left out: constants that only decide (DCR), those that only make undefined behaviour (0 as a divisor, a
 * shift out of range, a negative or too large index) or no C (a null pointer constant, a label twice), those
 * that ROR gives too (`i < 10` to `i < 11` is `i <= 10`), a step of 0 in a loop's header, and the exit status
 * that `main` returns: every program has it, and it says nothing about the program.
 */

import { isArithmetic, isFloat, isInteger, isUnsigned, pointedTo } from '../c-type.ts'
import { ancestors, type CodeNode, walk, withParentheses } from '../code-tree.ts'
import { parseIntegerLiteral } from '../evaluate-constant.ts'
import { isNarrow } from '../infer-type.ts'
import { isCondition, isInLoopUpdate, type MutationContext } from '../mutation-context.ts'
import type { Edit, MutationOperator } from '../mutation-operator.ts'

const integerSteps: readonly ((value: bigint) => bigint)[] = [
  (value) => value + 1n,
  (value) => value - 1n,
  () => 0n,
]
/** What is behind the digits says the type: `L` of `1e3L`. */
const DECIMAL = /^[-+]?[\d.]+(?:[eE][-+]?\d+)?(\w*)$/
const floatForms: readonly ((text: string) => string)[] = [
  (text) => `(${text} + 1)`,
  (text) => `(${text} - 1)`,
  (text) => `0.0${DECIMAL.exec(text)?.[1] ?? ''}`,
]
const characterSteps = [1, -1]

export const crp: MutationOperator = {
  name: 'CRP',
  *mutate(node, context) {
    if (node.type !== 'number_literal' && node.type !== 'char_literal') return
    if (isCondition(node) || isExitStatus(node, context)) return
    if (node.type === 'char_literal') yield* mutateCharacter(node, context)
    else if (parseIntegerLiteral(node.text) !== undefined) yield* mutateInteger(node, context)
    else yield* mutateFloat(node, context)
  },
}

function* mutateInteger(node: CodeNode, context: MutationContext): Iterable<Edit> {
  const { value, radix, suffix } = parseIntegerLiteral(node.text)!
  for (const next of new Set(integerSteps.map((step) => step(value)))) {
    if (next === value || isExcluded(node, value, next, context)) continue
    yield replaceLiteral(node, formatInteger(next, radix) + suffix, context)
  }
}

function* mutateFloat(node: CodeNode, context: MutationContext): Iterable<Edit> {
  if (!isFloat(context.typeOf(node))) return
  for (const form of floatForms) {
    const replacement = form(node.text)
    const isZero = replacement.startsWith('0.0')
    if (isZero && (isDivisor(node) || Number.parseFloat(node.text) === 0)) continue
    yield { start: node.start, end: node.end, replacement }
  }
}

function* mutateCharacter(node: CodeNode, context: MutationContext): Iterable<Edit> {
  const letter = /^'([a-zA-Z0-9])'$/.exec(node.text)?.[1]
  if (letter === undefined) return
  for (const step of characterSteps) {
    const code = letter.charCodeAt(0) + step
    const next = String.fromCharCode(code)
    if (!/[a-zA-Z0-9]/.test(next) || isExcluded(node, BigInt(code - step), BigInt(code), context)) continue
    yield { start: node.start, end: node.end, replacement: `'${next}'` }
  }
}

function formatInteger(value: bigint, radix: 2 | 8 | 10 | 16): string {
  const size = value < 0n ? -value : value
  const prefix = radix === 16 ? '0x' : radix === 2 ? '0b' : radix === 8 && size > 0n ? '0' : ''
  return `${value < 0n ? '-' : ''}${prefix}${size.toString(radix)}`
}

/** A new minus sign must not meet another one. */
function replaceLiteral(node: CodeNode, text: string, context: MutationContext): Edit {
  const isNewSign = text.startsWith('-') && !node.text.startsWith('-')
  const before = context.code[node.start - 1]
  const parentheses =
    isNewSign && (before === '-' || /^(unary|cast|field|subscript)_/.test(node.parent?.type ?? ''))
  const isIndex = node.parent?.type === 'subscript_expression' && node.parent.field('index') === node
  return { start: node.start, end: node.end, replacement: parentheses && !isIndex ? `(${text})` : text }
}

function isExcluded(node: CodeNode, value: bigint, next: bigint, context: MutationContext): boolean {
  const place = withParentheses(node)
  const parent = place.parent
  if (parent === null) return true
  if (leavesType(value, next, context, node)) return true
  if (next === 0n && (isDivisor(node) || isInLoopUpdate(node))) return true
  if ((value === 0n || next === 0n) && mayBePointer(place, parent, context, value)) return true
  switch (parent.type) {
    case 'binary_expression':
      return isExcludedOperand(place, parent, value, next, context)
    case 'assignment_expression':
      return /^(<<|>>)=$/.test(parent.field('operator')!.type) && isBadShift(next, parent, context)
    case 'subscript_expression':
      return parent.field('index') === place && isBadIndex(next, parent, context)
    case 'case_statement':
      return labelValues(parent, context).has(next)
    default:
      return false
  }
}

/** A literal that no longer fits its type has another one. */
function leavesType(value: bigint, next: bigint, context: MutationContext, node: CodeNode): boolean {
  const limits = [0x7fffffffn, 0xffffffffn, 0x7fffffffffffffffn, 0xffffffffffffffffn]
  if (limits.some((limit) => value <= limit !== next <= limit)) return true
  return next < 0n && isUnsigned(context.typeOf(node))
}

function isDivisor(node: CodeNode): boolean {
  const place = withParentheses(node)
  const parent = place.parent
  return /^[/%]=?$/.test(parent?.field('operator')?.type ?? '') && parent?.field('right') === place
}

function isExcludedOperand(
  place: CodeNode,
  parent: CodeNode,
  value: bigint,
  next: bigint,
  context: MutationContext,
): boolean {
  const operator = parent.field('operator')!.type
  const isRight = parent.field('right') === place
  const other = context.typeOf(parent.field(isRight ? 'left' : 'right'))
  if (operator === '<<' || operator === '>>') return isRight && isBadShift(next, parent, context)
  if (!/^(<|<=|>|>=|==|!=)$/.test(operator)) return false
  if (next < 0n && isUnsigned(other)) return true
  return isInteger(other) && next - value === rorStep(operator, isRight)
}

/** The step of the constant that equals a replacement by ROR: `x < c + 1` is `x <= c`. */
function rorStep(operator: string, isRight: boolean): bigint | undefined {
  const step = { '<': 1n, '>=': 1n, '<=': -1n, '>': -1n }[operator]
  return step === undefined || isRight ? step : -step
}

function isBadShift(count: bigint, shift: CodeNode, context: MutationContext): boolean {
  return count < 0n || count >= (isNarrow(context.typeOf(shift.field('left'))) ? 32n : 64n)
}

function isBadIndex(index: bigint, subscript: CodeNode, context: MutationContext): boolean {
  if (index < 0n) return true
  const size = /^\[(\d+)\]$/.exec(context.typeOf(subscript.field('argument'))?.derived[0] ?? '')
  return size !== null && index >= BigInt(size[1]!)
}

/** By switch: each of its labels asks, and there can be thousands. */
const knownLabelValues = new WeakMap<CodeNode, ReadonlySet<bigint>>()

function labelValues(label: CodeNode, context: MutationContext): ReadonlySet<bigint> {
  const around = ancestors(label).find((outer) => outer.type === 'switch_statement')
  if (around === undefined) return new Set()
  const values = knownLabelValues.get(around) ?? valuesOfLabels(around, context)
  knownLabelValues.set(around, values)
  return values
}

function valuesOfLabels(around: CodeNode, context: MutationContext): Set<bigint> {
  const values = new Set<bigint>()
  const inside = (node: CodeNode) =>
    node !== around && node.type === 'switch_statement' ? [] : node.children
  for (const node of walk(around, inside)) {
    const value = node.type === 'case_statement' ? node.field('value') : null
    const known = value === null ? undefined : context.constantValue(value)
    if (known !== undefined) values.add(known)
  }
  return values
}

/** Whether `main` hands this constant to its caller. */
function isExitStatus(node: CodeNode, context: MutationContext): boolean {
  return (
    withParentheses(node).parent?.type === 'return_statement' && context.functionAround(node)?.name === 'main'
  )
}

/**
 * Whether a 0 in this place may be a null pointer, from or to which no other constant may change. A constant
 * that is not 0 was no pointer, so the question is only asked about 0.
 */
function mayBePointer(place: CodeNode, parent: CodeNode, context: MutationContext, value: bigint): boolean {
  if (value !== 0n) return false
  switch (parent.type) {
    case 'binary_expression':
      if (!/^([-+<>]|[<>=!]=)$/.test(parent.field('operator')!.type)) return false
      return !isArithmetic(context.typeOf(parent.field(parent.field('left') === place ? 'right' : 'left')))
    case 'assignment_expression':
      return !isArithmetic(context.typeOf(parent.field('left')))
    case 'conditional_expression':
      return !isArithmetic(
        context.typeOf(parent.field(parent.field('consequence') === place ? 'alternative' : 'consequence')),
      )
    case 'init_declarator':
      return !isArithmetic(declaredType(parent, context))
    case 'initializer_list':
      return !isArithmetic(elementType(parent, context))
    case 'initializer_pair':
    case 'comma_expression':
      return true
    case 'return_statement': {
      const name = context.functionAround(place)?.name
      return name === undefined || !isArithmetic(context.signatureOf(name)?.returns ?? null)
    }
    case 'argument_list': {
      const callee = parent.parent?.field('function')?.text ?? ''
      const at = parent.namedChildren.indexOf(place)
      return !isArithmetic(context.signatureOf(callee)?.parameters[at] ?? null)
    }
    default:
      return false
  }
}

function declaredType(declarator: CodeNode, context: MutationContext) {
  let name = declarator.field('declarator')
  while (name !== null && name.type !== 'identifier') name = name.field('declarator')
  return name === null ? null : (context.findVariable(name.text, declarator.end)?.type ?? null)
}

/** The type of an element of the array that a list initialises, nested lists included. */
function elementType(list: CodeNode, context: MutationContext) {
  let outermost = list
  let depth = 1
  while (outermost.parent?.type === 'initializer_list') {
    outermost = outermost.parent
    depth++
  }
  const declarator = outermost.parent
  let element = declarator?.type === 'init_declarator' ? declaredType(declarator, context) : null
  for (let level = 0; level < depth && element !== null; level++) element = pointedTo(element)
  // A flat list may fill an array of arrays.
  while (element?.derived[0]?.startsWith('[')) element = pointedTo(element)
  return element
}
