/** Values of JSON, in which a float without a fraction, as 3.0, is not a whole number: to most languages it is none. */

export type JsonValue =
  | null
  | boolean
  | number
  | WholeFloat
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** @internal Left out of the package's types: nobody else's globals change. */
declare global {
  /** What Node has and the compiler's library does not know yet. */
  interface JSON {
    rawJSON(text: string): unknown
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { source: string }) => unknown,
    ): JsonValue
  }
}

/** A number that was written as a float and has no fraction. JSON.stringify writes it as it was. */
export class WholeFloat {
  readonly value: number
  readonly #text: string

  /** @param text as JSON has it, with a point or an exponent */
  constructor(text: string) {
    this.#text = text
    this.value = Number(text)
  }

  /** @example JSON.stringify(WholeFloat.of(3)) // '3.0' */
  static of(value: number): WholeFloat {
    const text = Object.is(value, -0) ? '-0' : `${value}`
    return new WholeFloat(/e/.test(text) ? text : `${text}.0`)
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.#text)
  }
}

export const isJsonNumber = (value: JsonValue): value is number | WholeFloat =>
  typeof value === 'number' || value instanceof WholeFloat

export const isJsonList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)

export const isJsonObject = (value: JsonValue): value is { readonly [key: string]: JsonValue } =>
  value !== null && typeof value === 'object' && !isJsonList(value) && !(value instanceof WholeFloat)

/**
 * JSON.parse, but 3.0 becomes a `WholeFloat`.
 *
 * @throws SyntaxError as JSON.parse does
 */
export function parseKeepingFloats(text: string): JsonValue {
  if (!/\d[.eE]/.test(text)) return JSON.parse(text)
  return JSON.parse(text, (_key, value, { source }) =>
    Number.isInteger(value) && /[.eE]/.test(source) ? new WholeFloat(source) : value,
  )
}

/** What of a value cannot be passed on, or told from something else; undefined if all of it can. */
export function lossOf(value: JsonValue): string | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return 'a number beyond 1.8e308'
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    return 'a whole number beyond 2^53'
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'half a character'
  if (value === null || typeof value !== 'object' || value instanceof WholeFloat) return undefined
  for (const [key, item] of Object.entries(value)) {
    const loss = lossOf(key) ?? lossOf(item)
    if (loss !== undefined) return loss
  }
  return undefined
}
