/** Nested options in, the same by dotted names out, and the other way; lists stay whole. */

/** @example flattenOptions({ seed: 1, engine: { device: 'cpu' } }) // [['seed', 1], ['engine.device', 'cpu']] */
export function flattenOptions(options: object, prefix = ''): [string, unknown][] {
  return Object.entries(options).flatMap(([name, inner]): [string, unknown][] =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? flattenOptions(inner, `${prefix}${name}.`)
      : [[`${prefix}${name}`, inner]],
  )
}

/**
 * What {@link flattenOptions} was given.
 * @example nestOptions([['seed', 1], ['engine.device', 'cpu']]) // { seed: 1, engine: { device: 'cpu' } }
 */
export function nestOptions(options: Iterable<readonly [string, unknown]>): Options {
  let nested: Options = {}
  for (const [name, value] of options) nested = putOption(nested, name.split('.'), value)
  return nested
}

type Options = Readonly<Record<string, unknown>>

/** The same with a value at that place. */
export function putOption(options: unknown, [name, ...rest]: readonly string[], value: unknown): Options {
  const inner = options !== null && typeof options === 'object' ? (options as Options) : {}
  const current = Object.hasOwn(inner, name!) ? inner[name!] : undefined
  return { ...inner, [name!]: rest.length === 0 ? value : putOption(current, rest, value) }
}
