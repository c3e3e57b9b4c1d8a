/**
 * An expression enters, its C type leaves where the unit's own text tells it, else null. Nothing is checked:
 * an expression that does not compile may get a type all the same.
 */

import {
  type CType,
  decayed,
  intType,
  isArithmetic,
  isInteger,
  isPointer,
  nullPointerType,
  pointedTo,
  promoted,
  scalarType,
  usualConversion,
} from './c-type.ts'
import { type CodeNode, withoutParentheses } from './code-tree.ts'
import { parseIntegerLiteral } from './evaluate-constant.ts'
import type { Declarations, FunctionSignature } from './read-declarations.ts'
import type { Preprocessor } from './read-preprocessor.ts'

const standardNames: Readonly<Record<string, CType>> = {
  EOF: intType,
  INT_MAX: intType,
  INT_MIN: intType,
  CHAR_BIT: intType,
  RAND_MAX: intType,
  UINT_MAX: scalarType('unsigned int'),
  LONG_MAX: scalarType('long'),
  LONG_MIN: scalarType('long'),
  LLONG_MAX: scalarType('long long'),
  LLONG_MIN: scalarType('long long'),
  DBL_MAX: scalarType('double'),
  M_PI: scalarType('double'),
  NULL: nullPointerType,
}

export type InferType = (expression: CodeNode | null) => CType | null

/** Returns the inference for one unit; each node is computed once. */
export function makeInferType(
  declarations: Declarations,
  library: ReadonlyMap<string, FunctionSignature>,
  preprocessor: Preprocessor,
): InferType {
  const known = new Map<CodeNode, CType | null>()
  const infer: InferType = (expression) => {
    if (expression === null) return null
    const node = withoutParentheses(expression)
    let type = known.get(node)
    if (type === undefined) {
      type = compute(node)
      known.set(node, type)
    }
    return type
  }

  const compute = (node: CodeNode): CType | null => {
    switch (node.type) {
      case 'number_literal':
        return literalType(node.text)
      case 'char_literal':
      case 'true':
      case 'false':
        return intType
      case 'string_literal':
      case 'concatenated_string':
        return { ...scalarType('char'), derived: ['*'] }
      case 'null':
        return nullPointerType
      case 'identifier':
        return nameType(node)
      case 'binary_expression':
        return binaryType(node)
      case 'unary_expression':
        return node.field('operator')?.type === '!' ? intType : promoted(infer(node.field('argument')))
      case 'update_expression':
        return infer(node.field('argument'))
      case 'assignment_expression':
        return infer(node.field('left'))
      case 'comma_expression':
        return infer(node.field('right'))
      case 'conditional_expression':
        return conditionalType(infer(node.field('consequence')), infer(node.field('alternative')))
      case 'cast_expression':
      case 'compound_literal_expression': {
        const descriptor = node.field('type')
        return descriptor === null ? null : declarations.typeOfDescriptor(descriptor)
      }
      case 'sizeof_expression':
        return scalarType('unsigned long')
      case 'pointer_expression': {
        const argument = infer(node.field('argument'))
        if (node.field('operator')?.type === '*') return pointedTo(argument)
        return argument === null ? null : { ...argument, derived: ['*', ...argument.derived] }
      }
      case 'subscript_expression':
        return pointedTo(infer(node.field('argument')))
      case 'field_expression': {
        const argument = infer(node.field('argument'))
        const fields = argument === null ? undefined : declarations.fields.get(argument.base)
        return fields?.get(node.field('field')?.text ?? '') ?? null
      }
      case 'call_expression': {
        const callee = node.field('function')
        if (callee?.type !== 'identifier') return null
        if (preprocessor.macros.has(callee.text)) return null
        return (declarations.functions.get(callee.text) ?? library.get(callee.text))?.returns ?? null
      }
      default:
        return null
    }
  }

  const nameType = (node: CodeNode): CType | null => {
    const variable = declarations.find(node.text, node.start)
    if (variable !== null) return variable.type
    if (declarations.enumerators.has(node.text)) return intType
    const macro = preprocessor.macros.get(node.text)
    if (macro !== undefined)
      return macro.literal === undefined || macro.literal.startsWith("'") ? null : literalType(macro.literal)
    return standardNames[node.text] ?? null
  }

  const binaryType = (node: CodeNode): CType | null => {
    const operator = node.field('operator')?.type ?? ''
    if (/^(<|<=|>|>=|==|!=|&&|\|\|)$/.test(operator)) return intType
    const left = infer(node.field('left'))
    const right = infer(node.field('right'))
    if (operator === '<<' || operator === '>>') return promoted(left)
    if (isPointer(left) && isPointer(right)) return scalarType('long')
    if (isPointer(left)) return decayed(left)
    if (isPointer(right)) return decayed(right)
    return usualConversion(left, right)
  }
  return infer
}

function conditionalType(left: CType | null, right: CType | null): CType | null {
  if (isArithmetic(left) && isArithmetic(right)) return usualConversion(left, right)
  if (isPointer(left) && left.base !== 'void') return decayed(left)
  return right === null ? left : isPointer(right) ? decayed(right) : right
}

/** Of a number, as it is written; null where that is no C. */
export function literalType(text: string): CType | null {
  const integer = parseIntegerLiteral(text)
  if (integer === undefined) {
    if (/^[-+]?0[xX]/.test(text) && !/[pP.]/.test(text)) return null
    return scalarType(/[fF]$/.test(text) ? 'float' : /[lL]$/.test(text) ? 'long double' : 'double')
  }
  const suffix = integer.suffix.toLowerCase()
  const unsigned = suffix.includes('u') ? 'unsigned ' : ''
  if (suffix.includes('ll')) return scalarType(`${unsigned}long long`)
  if (suffix.includes('l') || integer.value > 0xffffffffn) return scalarType(`${unsigned}long`)
  if (integer.value <= 0x7fffffffn) return scalarType(`${unsigned}int`)
  return scalarType(unsigned !== '' || integer.radix !== 10 ? 'unsigned int' : 'long')
}

/** Whether `type` is an integer of at most 32 bits, so that a shift by 32 or more is undefined. */
export function isNarrow(type: CType | null): boolean {
  return !isInteger(type) || !/long|__int128/.test(type.base)
}
