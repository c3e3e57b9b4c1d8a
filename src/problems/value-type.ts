/** The type that JSON values have in common, for languages in which a function must declare it. Pure. */
import { type JsonValue, WholeFloat } from '../records/json-value.ts'

export type ValueType =
  | { readonly kind: 'flag' | 'integer' | 'number' | 'text' }
  /** Of items of one type; undefined while there has been none. */
  | { readonly kind: 'list' | 'record'; readonly item: ValueType | undefined }

/**
 * @returns undefined where the values have no type in common, or one of them is null
 * @example commonType([[1, 2], [0.5]]) // { kind: 'list', item: { kind: 'number' } }
 */
export function commonType(values: readonly JsonValue[]): ValueType | undefined {
  let common: ValueType | undefined
  for (const value of values) {
    const type = typeOf(value)
    const joined = type && (common === undefined ? type : join(common, type))
    if (joined === undefined) return undefined
    common = joined
  }
  return common
}

function typeOf(value: JsonValue): ValueType | undefined {
  if (value === null) return undefined
  if (typeof value === 'boolean') return { kind: 'flag' }
  if (typeof value === 'string') return { kind: 'text' }
  if (value instanceof WholeFloat) return { kind: 'number' }
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'integer' : 'number' }
  const items = Object.values(value)
  const item = commonType(items)
  if (items.length > 0 && item === undefined) return undefined
  return { kind: Array.isArray(value) ? 'list' : 'record', item }
}

function join(a: ValueType, b: ValueType): ValueType | undefined {
  if ('item' in a && 'item' in b) {
    if (a.kind !== b.kind) return undefined
    if (a.item === undefined || b.item === undefined) return { kind: a.kind, item: a.item ?? b.item }
    const item = join(a.item, b.item)
    return item && { kind: a.kind, item }
  }
  if (a.kind === b.kind) return a
  const kinds = [a.kind, b.kind]
  return kinds.includes('integer') && kinds.includes('number') ? { kind: 'number' } : undefined
}
