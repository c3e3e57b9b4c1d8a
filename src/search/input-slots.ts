/**
 * An input in, the places in it that hold a number or a text out, each with a way to get the same input with something
 * else there. Inputs are never changed in place.
 */
import { floatBits, floatValue } from '../call/bits.ts'
import { type CallPlan, type FloatFormat, isCharacter, type PlanType, typeAt } from '../call/call-plan.ts'
import type { EntryPoint } from '../call/entry-point.ts'
import { type FieldRole, fieldRoles, type NamedField } from '../call/inputs/field-roles.ts'
import type { CallInput, Input, Value } from '../records/input.ts'

export interface NumberSlot {
  /** Names the place: the same in inputs of the same shape. */
  readonly id: string
  readonly bits: number
  readonly signed: boolean
  readonly value: bigint
  /** What does not fit the width is wrapped. */
  with(value: bigint): Input
}

export interface FloatSlot {
  readonly id: string
  readonly format: FloatFormat
  readonly value: number
  with(value: number): Input
}

export interface TextSlot {
  readonly id: string
  readonly text: string
  with(text: string): Input
}

export interface Slots {
  readonly numbers: readonly NumberSlot[]
  readonly floats: readonly FloatSlot[]
  readonly texts: readonly TextSlot[]
}

/** Elements, characters and tokens looked at in one array, text or standard input. */
const MOST_ELEMENTS = 64
/** What an array or a text may be made to hold. */
const MOST_LENGTH = 512n
const MOST_BLOCK_BYTES = 1 << 16

/** @example slotsOf(entryPoint, { kind: 'stdin', stdin: '3 x' }).numbers.map(({ value }) => value) // [3n, 51n, 32n, 120n] */
export function slotsOf(entryPoint: EntryPoint, input: Input): Slots {
  const slots: MutableSlots = { numbers: [], floats: [], texts: [] }
  if (entryPoint.kind === 'function' && input.kind === 'call') callSlots(entryPoint.plan, input, slots)
  stdinSlots(input, slots)
  return slots
}

interface MutableSlots {
  readonly numbers: NumberSlot[]
  readonly floats: FloatSlot[]
  readonly texts: TextSlot[]
}

// ---- calls ----

/** Steps from an input to the content of a block. */
const BLOCK_VALUE = 3

type Path = readonly (string | number)[]

function callSlots(plan: CallPlan, input: CallInput, slots: MutableSlots): void {
  const replaced = (path: Path, value: unknown) => replaceAt(input, path, value) as CallInput
  const roles = parameterRoles(plan)

  function visit(key: number, value: Value, path: Path, bits?: number | null): void {
    const type = typeAt(plan, key)
    if (type.kind === 'array') visitElements(type.element, value, path, type.count)
    else if (type.kind === 'struct' && 'a' in value) {
      value.a.forEach((part, at) => {
        const member = type.members[at]!
        visit(member.type, part, [...path, 'a', at], member.bits)
      })
    } else if (type.kind === 'union') {
      if (type.first !== null) visit(type.first, value, path)
    } else if ('f' in value && type.kind === 'float') {
      slots.floats.push({
        id: path.join('.'),
        format: type.format,
        value: floatValue(value.f, type.format),
        with: (next) => replaced(path, { f: floatBits(next, type.format) }),
      })
    } else if ('i' in value) slots.numbers.push(numberSlot(type, bits ?? type.size * 8, value, path))
  }

  function numberSlot(type: PlanType, bits: number, value: { readonly i: string }, path: Path): NumberSlot {
    const width = type.kind === 'boolean' ? 1 : bits
    const signed = (type.kind === 'integer' || type.kind === 'enum') && type.signed
    const put = (next: bigint) =>
      replaced(path, { i: String(signed ? BigInt.asIntN(width, next) : BigInt.asUintN(width, next)) })
    const parameter = path[0] === 'args' && path.length === 2 ? Number(path[1]) : undefined
    const isLength = parameter !== undefined && roles[parameter]?.kind === 'length'
    return {
      id: path.join('.'),
      bits: width,
      signed,
      value: BigInt(value.i),
      with: isLength ? (next) => withLength(plan, roles, put(next), parameter, next) : put,
    }
  }

  function visitElements(key: number, value: Value, path: Path, room: number): void {
    const type = typeAt(plan, key)
    if ('s' in value) {
      visitText(value.s, path, room)
      return
    }
    if (!('a' in value)) return
    value.a.slice(0, MOST_ELEMENTS).forEach((part, at) => {
      visit(key, part, [...path, 'a', at])
    })
    // The last ones matter as much as the first.
    if (value.a.length > MOST_ELEMENTS && isScalarKind(type))
      visit(key, value.a.at(-1)!, [...path, 'a', value.a.length - 1])
  }

  function visitText(text: string, path: Path, room: number): void {
    // Blocks grow with their text, arrays within structures cannot.
    const put = (next: string): Input =>
      path[0] === 'blocks' && path.length === BLOCK_VALUE
        ? growTo(plan, replaced(path, { s: next }), Number(path[1]), next.length + 1)
        : replaced(path, { s: next.slice(0, Math.max(0, room - 1)) })
    pushTokens(slots, path.join('.'), text, put)
    slots.numbers.push({
      id: `${path.join('.')} length`,
      bits: 16,
      signed: false,
      value: BigInt(text.length),
      with: (next) => put(next > MOST_LENGTH ? text : repeated([...text], Number(next), () => 'a').join('')),
    })
    pushText(slots, path.join('.'), text, put)
  }

  plan.parameters.forEach(({ type }, at) => {
    visit(type, input.args[at]!, ['args', at])
  })
  for (const { name, type } of plan.globals) {
    const value = input.globals[name]
    if (value !== undefined) visit(type, value, ['globals', name])
  }
  for (const [at, block] of input.blocks.entries())
    visitElements(block.type, block.value, ['blocks', at, 'value'], block.count)
}

const isScalarKind = ({ kind }: PlanType) => kind === 'integer' || kind === 'float' || kind === 'enum'

function pushText(slots: MutableSlots, id: string, text: string, put: (text: string) => Input): void {
  slots.texts.push({ id, text, with: put })
  for (let at = 0; at < Math.min(text.length, MOST_ELEMENTS); at++) {
    slots.numbers.push({
      id: `${id}[${at}]`,
      bits: 8,
      signed: false,
      value: BigInt(text.charCodeAt(at)),
      with: (next) => put(text.slice(0, at) + String.fromCharCode(Number(next & 0xffn)) + text.slice(at + 1)),
    })
  }
}

function replaceAt(node: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value
  if (Array.isArray(node)) return node.with(Number(step), replaceAt(node[Number(step)], rest, value))
  const fields = node as Readonly<Record<string, unknown>>
  return { ...fields, [step]: replaceAt(fields[step], rest, value) }
}

/** Which parameters count the elements of which. */
function parameterRoles(plan: CallPlan): readonly FieldRole[] {
  return fieldRoles(
    plan.parameters.map(({ name, type }) => ({ name, shape: shapeOf(plan, typeAt(plan, type)) })),
  )
}

function shapeOf(plan: CallPlan, type: PlanType): NamedField['shape'] {
  if (type.kind === 'integer' && !type.character) return 'integer'
  if (type.kind !== 'pointer') return 'other'
  const target = typeAt(plan, type.to)
  return target.kind === 'pointer' || target.kind === 'opaque' || target.kind === 'struct' ? 'other' : 'data'
}

/** Arrays that the parameter counts get as many elements, those that are there repeated. */
function withLength(
  plan: CallPlan,
  roles: readonly FieldRole[],
  input: CallInput,
  parameter: number,
  length: bigint,
): CallInput {
  if (length < 0n || length > MOST_LENGTH) return input
  let resized = input
  for (const [at, role] of roles.entries()) {
    const value = resized.args[at]!
    if (role.kind !== 'data' || role.length !== parameter || !('p' in value) || value.p === null) continue
    resized = resize(plan, resized, value.p.block, Number(length))
  }
  return resized
}

function resize(plan: CallPlan, input: CallInput, at: number, length: number): CallInput {
  const block = input.blocks[at]!
  const pointer = plan.parameters.map(({ type }) => typeAt(plan, type))
  const isFlat = pointer.some((type) => type.kind === 'pointer' && type.flat && type.to === block.type)
  const wanted = isFlat ? length * length : length
  const type = typeAt(plan, block.type)
  if (wanted * type.size > MOST_BLOCK_BYTES) return input
  if ('s' in block.value || isCharacter(type)) {
    const text = 's' in block.value ? block.value.s : ''
    const next = repeated([...text], wanted, () => 'a').join('')
    return growTo(plan, replaceAt(input, ['blocks', at, 'value'], { s: next }) as CallInput, at, wanted + 1)
  }
  const elements = 'a' in block.value ? block.value.a : []
  const zero = emptyValue(plan, block.type)
  const value = { a: repeated(elements, wanted, () => zero) }
  const filled = replaceAt(input, ['blocks', at, 'value'], value) as CallInput
  return growTo(plan, filled, at, Math.max(1, wanted))
}

const repeated = <T>(items: readonly T[], count: number, otherwise: () => T): T[] =>
  Array.from({ length: count }, (_, at) => (items.length > 0 ? items[at % items.length]! : otherwise()))

function emptyValue(plan: CallPlan, key: number): Value {
  const type = typeAt(plan, key)
  switch (type.kind) {
    case 'float':
      return { f: floatBits(0, type.format) }
    case 'pointer':
      return { p: null }
    case 'array':
    case 'struct':
    case 'opaque':
      return { a: [] }
    case 'union':
      return type.first === null ? { a: [] } : emptyValue(plan, type.first)
    default:
      return { i: '0' }
  }
}

function growTo(plan: CallPlan, input: CallInput, at: number, count: number): CallInput {
  const block = input.blocks[at]!
  if (block.count >= count || count * typeAt(plan, block.type).size > MOST_BLOCK_BYTES) return input
  return { ...input, blocks: input.blocks.with(at, { ...block, count }) }
}

// ---- texts ----

const NUMBER = /-?\d+(\.\d+)?(?:[eE][-+]?\d+)?/g
const NUMBER_BITS = 64

function stdinSlots(input: Input, slots: MutableSlots): void {
  if (input.stdin === '' && input.kind === 'call') return
  const put = (next: string): Input => ({ ...input, stdin: next })
  pushTokens(slots, 'stdin', input.stdin, put)
  pushText(slots, 'stdin', input.stdin, put)
}

/** Numbers that are written out in a text. */
function pushTokens(slots: MutableSlots, origin: string, text: string, put: (text: string) => Input): void {
  let count = 0
  for (const match of text.matchAll(NUMBER)) {
    if (count++ === MOST_ELEMENTS) break
    const [token, fraction] = match
    const replace = (next: string) =>
      put(text.slice(0, match.index) + next + text.slice(match.index + token.length))
    const id = `${origin} ${TOKEN} ${count}`
    if (fraction === undefined && /^-?\d{1,25}$/.test(token))
      slots.numbers.push({
        id,
        bits: NUMBER_BITS,
        signed: true,
        value: BigInt(token),
        with: (next) => replace(String(BigInt.asIntN(NUMBER_BITS, next))),
      })
    slots.floats.push({ id, format: 'f64', value: Number(token), with: (next) => replace(decimal(next)) })
  }
}

/** Whether the number is written out, so that its type is not known. */
export const isToken = ({ id }: Pick<NumberSlot, 'id'>): boolean => id.includes(` ${TOKEN} `)

/** Whether the place can take the number as it is. */
export function holds({ bits, signed }: Pick<NumberSlot, 'bits' | 'signed'>, value: bigint): boolean {
  const top = 1n << BigInt(signed ? bits - 1 : bits)
  return value < top && value >= (signed ? -top : 0n)
}

const TOKEN = 'token'

/** As scanf reads it, and small integers as they were. */
const decimal = (value: number): string =>
  Number.isNaN(value) ? 'nan' : Number.isFinite(value) ? String(value) : value < 0 ? '-inf' : 'inf'
