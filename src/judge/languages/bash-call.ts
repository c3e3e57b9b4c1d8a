/**
 * Values as functions of Bash take and print them (docs/judge.md has the form), and how a call is put to the driver. Pure.
 *
 * A type has one of three shapes: a scalar, a line of scalars, or lines of which each is one of the first two. Values
 * whose form would be read as something else, as a list of texts with spaces, have none.
 */
import type { JsonValue } from '../../records/json-value.ts'
import { signatureOfCalls } from '../../records/signature-of-calls.ts'
import type { CallTest } from '../../records/suite.ts'
import type { CallSignature, ValueType } from '../../records/value-type.ts'
import { compareResult } from '../compare-result.ts'
import { STRICT_UTF8 } from '../json-call-form.ts'
import type { CallForm } from './language-definition.ts'

const NULL = 'None'
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

export const BASH_CALL_FORM: CallForm = {
  flawOf(calls) {
    const signature = signatureOfCalls(calls)
    const number = calls.findIndex((call) => !hasForm(call, signature))
    return number < 0 ? undefined : `test ${number} has values that Bash has no form for`
  },
  encode: (nonce, { name, arguments: values }, { parameters }) =>
    [nonce, name, ...values.map((value, place) => write(value, parameters[place]!))]
      .map((word) => `${word}\0`)
      .join(''),
  decode(result, type) {
    try {
      return { value: read(STRICT_UTF8.decode(result), type) }
    } catch (error) {
      if (error instanceof Misread) return { noJson: error.message }
      if (error instanceof TypeError) return { noJson: 'a byte that is no UTF-8' }
      throw error
    }
  },
}

/** What a declaration says of a type that has a form. */
export const describeBashType = (type: ValueType): string => describe(type, false)

type Shape = 'scalar' | 'line' | 'lines'

function shapeOf(type: ValueType): Shape | undefined {
  switch (type.kind) {
    case 'optional':
      return shapeOf(type.item)
    case 'list':
      return shapeAround([type.item])
    case 'tuple':
      return shapeAround(type.items)
    case 'map':
      return shapeAround([type.item]) && 'lines'
    default:
      return 'scalar'
  }
}

function shapeAround(items: readonly ValueType[]): Shape | undefined {
  const shapes = items.map(shapeOf)
  if (shapes.every((shape) => shape === 'scalar')) return 'line'
  return shapes.every((shape) => shape === 'scalar' || shape === 'line') ? 'lines' : undefined
}

/** What a caller gets of what a function prints: `$(...)` takes the line ends off. */
const asPrinted = (text: string) => text.replace(/\n+$/, '')

function hasForm(
  { arguments: values, result }: CallTest,
  { parameters, result: type }: CallSignature,
): boolean {
  return (
    values.every((value, place) => staysItself(value, parameters[place]!)) &&
    staysItself(result, type, asPrinted)
  )
}

function staysItself(value: JsonValue, type: ValueType, passOn = (text: string) => text): boolean {
  if (shapeOf(type) === undefined) return false
  const text = write(value, type)
  if (text.includes('\0')) return false
  try {
    return compareResult(value, read(passOn(text), type), { kind: 'exact' })
  } catch (error) {
    if (error instanceof Misread) return false
    throw error
  }
}

function write(value: JsonValue, type: ValueType): string {
  if (value === null) return NULL
  if (type.kind === 'optional') return write(value, type.item)
  if (typeof value === 'string') return value
  const between = shapeOf(type) === 'lines' ? '\n' : ' '
  if (type.kind === 'list')
    return (value as readonly JsonValue[]).map((item) => write(item, type.item)).join(between)
  if (type.kind === 'tuple')
    return type.items.map((item, place) => write((value as readonly JsonValue[])[place]!, item)).join(between)
  if (type.kind === 'map')
    return Object.entries(value)
      .map(([key, item]) => `${key},${write(item, type.item)}`)
      .join(between)
  return JSON.stringify(value)
}

class Misread extends Error {}

/** @throws Misread where the text is no value of the type */
function read(text: string, type: ValueType): JsonValue {
  switch (type.kind) {
    case 'any':
    case 'text':
      return text
    case 'flag': {
      const word = text.trim()
      if (word !== 'true' && word !== 'false') throw new Misread(`${word.slice(0, 100)} is not true or false`)
      return word === 'true'
    }
    case 'integer':
    case 'number': {
      const word = text.trim()
      const number = Number(word)
      if (!NUMBER.test(word) || !Number.isFinite(number))
        throw new Misread(`${word.slice(0, 100)} is no number`)
      return number
    }
    case 'optional':
      return text.trim() === NULL ? null : read(text, type.item)
    case 'list':
      return partsOf(text, type).map((part) => read(part, type.item))
    case 'tuple': {
      const parts = partsOf(text, type)
      // Lines that are empty and last are gone.
      while (shapeOf(type) === 'lines' && parts.length < type.items.length) parts.push('')
      if (parts.length !== type.items.length)
        throw new Misread(`${parts.length} values in place of ${type.items.length}`)
      return type.items.map((item, place) => read(parts[place]!, item))
    }
    case 'map': {
      const entries = partsOf(text, type).map((line) => {
        const comma = line.indexOf(',')
        if (comma < 0) throw new Misread('a line without a comma between key and value')
        return [line.slice(0, comma), read(line.slice(comma + 1), type.item)] as const
      })
      const map = Object.fromEntries(entries)
      if (Object.keys(map).length < entries.length) throw new Misread('two keys that are one')
      return map
    }
  }
}

function partsOf(text: string, type: ValueType): string[] {
  if (shapeOf(type) === 'lines') return text === '' ? [] : text.split('\n')
  return text.split(/[ \t\r\n]+/).filter((word) => word !== '')
}

const SCALARS: Readonly<Partial<Record<ValueType['kind'], readonly [one: string, many: string]>>> = {
  flag: ['true or false', 'true or false'],
  integer: ['a whole number', 'whole numbers'],
  number: ['a number', 'numbers'],
  text: ['text', 'words'],
  any: ['anything', 'words'],
}

function describe(type: ValueType, isMany: boolean): string {
  switch (type.kind) {
    case 'optional':
      return `${describe(type.item, isMany)} or ${NULL}`
    case 'list':
      return shapeOf(type) === 'line'
        ? `${describe(type.item, true)}, separated by spaces`
        : `lines of ${describe(type.item, true)}`
    case 'tuple': {
      const parts = type.items.map((item) => describe(item, false))
      return shapeOf(type) === 'line'
        ? `${parts.join(' and ')}, separated by a space`
        : parts.map((part, place) => `line ${place + 1}: ${part}`).join('; ')
    }
    case 'map':
      return `lines of a key (${describe({ kind: type.key }, false)}), a comma and a value (${describe(type.item, false)})`
    default:
      return SCALARS[type.kind]![isMany ? 1 : 0]
  }
}
