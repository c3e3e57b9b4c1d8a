/**
 * How a function of a unit is called: its parameters, result and the unit's globals with their exact memory
 * layout. Plain data (it survives JSON), made by plan-call.ts from debug information, read by everything else here.
 */

export interface CallPlan {
  readonly kind: 'plan'
  readonly function: string
  /** False for `int f(a) char a;` definitions, whose callers pass promoted values. */
  readonly prototyped: boolean
  readonly parameters: readonly Field[]
  /** Key of the result's type; null for void. */
  readonly returns: number | null
  readonly globals: readonly Global[]
  /** All types reachable from here; other records refer to them by position. */
  readonly types: readonly PlanType[]
}

/** A parameter or global by its name; unnamed parameters are called `arg0`, `arg1`, ... */
export interface Field {
  readonly name: string
  readonly type: number
}

/** A variable of the unit with external linkage that is not const. */
export interface Global extends Field {
  /** False when the source gives it an initialiser other than zero. */
  readonly zero: boolean
  /** Bytes at its start that are compared; less than its size only for huge arrays. */
  readonly observedBytes: number
}

/** Sizes are bytes. */
export type PlanType =
  | IntegerType
  | BooleanType
  | EnumType
  | FloatType
  | PointerType
  | ArrayType
  | StructType
  | UnionType
  | OpaqueType

export interface IntegerType {
  readonly kind: 'integer'
  readonly size: number
  readonly signed: boolean
  /** One of C's three character types: shown as characters, arrays of it as strings. */
  readonly character: boolean
  readonly name: string
}

export interface BooleanType {
  readonly kind: 'boolean'
  readonly size: number
}

export interface EnumType {
  readonly kind: 'enum'
  readonly size: number
  readonly signed: boolean
  readonly name: string
  readonly values: readonly { readonly name: string; readonly value: string }[]
}

export interface FloatType {
  readonly kind: 'float'
  readonly size: number
  readonly format: FloatFormat
}

/** IEEE single and double, and the 80-bit format of x87 that occupies the first 10 of 16 bytes. */
export type FloatFormat = 'f32' | 'f64' | 'x87'

export interface PointerType {
  readonly kind: 'pointer'
  readonly size: number
  readonly to: number
  /** The pointee is const-qualified. */
  readonly constant: boolean
  /** A pointer to rows of variable length (`int a[n][n]`); `to` is the innermost element. */
  readonly flat: boolean
}

export interface ArrayType {
  readonly kind: 'array'
  readonly size: number
  readonly element: number
  /** 0 for a flexible array member. */
  readonly count: number
}

export interface StructType {
  readonly kind: 'struct'
  readonly size: number
  /** C spelling (`struct node`, or a typedef's name); '' when it has none. */
  readonly name: string
  readonly members: readonly Member[]
}

export interface Member {
  /** '' for an anonymous struct or union. */
  readonly name: string
  readonly type: number
  readonly bitOffset: number
  /** Width of a bit-field; null for other members. */
  readonly bits: number | null
}

export interface UnionType {
  readonly kind: 'union'
  readonly size: number
  readonly name: string
  /** The member that inputs are made for; null for an empty union. */
  readonly first: number | null
  /** Holds an address somewhere, so that its bytes differ from run to run. */
  readonly pointers: boolean
}

/** Something that can only be pointed at, or that inputs cannot be made for: void, functions, incomplete types. */
export interface OpaqueType {
  readonly kind: 'opaque'
  readonly size: number
  /** What it is, in words that fit a reason ('a function', 'FILE', 'struct x of unknown layout'). */
  readonly what: string
}

/** The type at a key. */
export function typeAt(plan: Pick<CallPlan, 'types'>, key: number): PlanType {
  const type = plan.types[key]
  if (type === undefined) throw new Error(`no type ${key} in the plan`)
  return type
}

/** True for types whose values have no parts. */
export function isScalar(type: PlanType): boolean {
  return type.kind !== 'array' && type.kind !== 'struct' && type.kind !== 'union' && type.kind !== 'opaque'
}

/** True for one of C's three character types. */
export function isCharacter(type: PlanType): boolean {
  return type.kind === 'integer' && type.character
}

/** True when a value of the type contains an address. */
export function holdsPointer(types: readonly PlanType[], key: number): boolean {
  const type = types[key]!
  switch (type.kind) {
    case 'pointer':
      return true
    case 'array':
      return holdsPointer(types, type.element)
    case 'struct':
      return type.members.some((member) => holdsPointer(types, member.type))
    case 'union':
      return type.pointers
    default:
      return false
  }
}

/** The C spelling of a type as an abstract declarator without dimensions: `int`, `struct node *`. */
export function typeName(plan: Pick<CallPlan, 'types'>, key: number): string {
  const type = typeAt(plan, key)
  switch (type.kind) {
    case 'integer':
      return type.name
    case 'boolean':
      return '_Bool'
    case 'float':
      return FLOAT_NAMES[type.format]
    case 'pointer': {
      const target = typeAt(plan, type.to)
      if (target.kind === 'opaque') return 'void *'
      if (target.kind === 'array') return `${typeName(plan, type.to).replace('[', '(*)[')}`
      const inner = typeName(plan, type.to)
      return inner.endsWith('*') ? `${inner}*` : `${inner} *`
    }
    case 'array': {
      const inner = typeName(plan, type.element)
      const at = inner.indexOf('[')
      return at < 0 ? `${inner}[${type.count}]` : `${inner.slice(0, at)}[${type.count}]${inner.slice(at)}`
    }
    case 'enum':
    case 'struct':
    case 'union':
      return type.name === '' ? `${type.kind} {...}` : type.name
    case 'opaque':
      return 'void'
  }
}

const FLOAT_NAMES: Readonly<Record<FloatFormat, string>> = { f32: 'float', f64: 'double', x87: 'long double' }
