/** Nested options in, the same by dotted names out; lists stay whole. */

/** @example flattenOptions({ seed: 1, engine: { device: 'cpu' } }) // [['seed', 1], ['engine.device', 'cpu']] */
export function flattenOptions(options: object, prefix = ''): [string, unknown][] {
  return Object.entries(options).flatMap(([name, inner]): [string, unknown][] =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? flattenOptions(inner, `${prefix}${name}.`)
      : [[`${prefix}${name}`, inner]],
  )
}
