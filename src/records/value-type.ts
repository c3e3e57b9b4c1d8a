/** Types of JSON values, for languages in which a function must declare them: told from values, or stated. Pure. */
import { isJsonList, isJsonNumber, isJsonObject, type JsonValue, WholeFloat } from './json-value.ts'

export type ValueType =
  /** `any`: nothing is known, or values have nothing in common. `number` has whole numbers, too. */
  | { readonly kind: 'any' | 'flag' | 'integer' | 'number' | 'text' }
  | { readonly kind: 'list'; readonly item: ValueType }
  /** A list of fixed length, two at least, whose places have types of their own. */
  | { readonly kind: 'tuple'; readonly items: readonly ValueType[] }
  /** An object of JSON. Its keys are texts there, but may stand for whole numbers. */
  | { readonly kind: 'map'; readonly key: 'text' | 'integer'; readonly item: ValueType }
  /** Or null. */
  | { readonly kind: 'optional'; readonly item: ValueType }

/** Of a function. */
export interface CallSignature {
  readonly parameters: readonly ValueType[]
  readonly result: ValueType
}

const ANY: ValueType = { kind: 'any' }

/**
 * The narrowest type that has all of them. Lists of one length are tuples only where their items have no type in common.
 *
 * @param wholeKeys keys that are whole numbers, all of them, are such; else keys are texts, as JSON has them
 * @example commonType([[1, 2], [0.5]]) // { kind: 'list', item: { kind: 'number' } }
 * @example commonType([[1, 'a'], [2, 'b']]) // { kind: 'tuple', items: [{ kind: 'integer' }, { kind: 'text' }] }
 */
export function commonType(values: readonly JsonValue[], wholeKeys = false): ValueType {
  const present = values.filter((value) => value !== null)
  if (present.length < values.length) return { kind: 'optional', item: commonType(present, wholeKeys) }
  if (values.length === 0) return ANY
  if (values.every((value) => typeof value === 'boolean')) return { kind: 'flag' }
  if (values.every((value) => typeof value === 'string')) return { kind: 'text' }
  if (values.every(isJsonNumber)) return { kind: values.every(Number.isInteger) ? 'integer' : 'number' }
  if (values.every(isJsonList)) return listType(values, wholeKeys)
  return values.every(isJsonObject) ? mapType(values, wholeKeys) : ANY
}

function mapType(maps: readonly { readonly [key: string]: JsonValue }[], wholeKeys: boolean): ValueType {
  const keys = maps.flatMap((each) => Object.keys(each))
  const areWhole = wholeKeys && keys.length > 0 && keys.every((key) => isKey(key, 'integer'))
  const items = maps.flatMap((each) => Object.values(each))
  return { kind: 'map', key: areWhole ? 'integer' : 'text', item: commonType(items, wholeKeys) }
}

function listType(lists: readonly (readonly JsonValue[])[], wholeKeys: boolean): ValueType {
  const list: ValueType = { kind: 'list', item: commonType(lists.flat(), wholeKeys) }
  const [first] = lists
  if (isDefinite(list) || lists.some(({ length }) => length !== first!.length)) return list
  const items = first!.map((_, place) =>
    commonType(
      lists.map((each) => each[place]!),
      wholeKeys,
    ),
  )
  const tuple: ValueType = { kind: 'tuple', items }
  return items.length > 1 && isDefinite(tuple) ? tuple : list
}

/** Whether it says of every part what it is. */
export function isDefinite(type: ValueType): boolean {
  switch (type.kind) {
    case 'any':
      return false
    case 'list':
    case 'map':
    case 'optional':
      return isDefinite(type.item)
    case 'tuple':
      return type.items.every(isDefinite)
    default:
      return true
  }
}

/** Whether a value is of a type. A float without a fraction is a whole number, too. */
export function isOfType(value: JsonValue, type: ValueType): boolean {
  switch (type.kind) {
    case 'any':
      return true
    case 'flag':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isInteger(value) || value instanceof WholeFloat
    case 'number':
      return isJsonNumber(value)
    case 'text':
      return typeof value === 'string'
    case 'optional':
      return value === null || isOfType(value, type.item)
    case 'list':
      return isJsonList(value) && value.every((item) => isOfType(item, type.item))
    case 'tuple':
      return (
        isJsonList(value) &&
        value.length === type.items.length &&
        type.items.every((item, place) => isOfType(value[place]!, item))
      )
    case 'map':
      return (
        isJsonObject(value) &&
        Object.entries(value).every(([key, item]) => isKey(key, type.key) && isOfType(item, type.item))
      )
  }
}

/** Of whole numbers those that every language writes so, and holds. */
const isKey = (key: string, type: 'text' | 'integer') =>
  type === 'text' || (/^(?:0|-?[1-9]\d*)$/.test(key) && Number.isSafeInteger(Number(key)))
