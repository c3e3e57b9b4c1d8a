/** What stands for a generic function's types: the scalars in what tests pass to it. Pure. */
import type { ValueType } from '../../records/value-type.ts'
import type { Calls } from './language-definition.ts'

export type ScalarKind = 'integer' | 'number' | 'text' | 'flag'

/**
 * Lists of types to try: each scalar alone, then all of them in their order.
 *
 * @param words how the language calls them, the likeliest first
 * @example passedScalars(calls, { integer: ['int'], ... }) // ['int', 'string', 'int, string']
 */
export function passedScalars(
  { signature }: Calls,
  words: Readonly<Record<ScalarKind, readonly string[]>>,
): string[] {
  const kinds = [...new Set(signature.parameters.flatMap(scalarsOf))]
  const inOrder = kinds.map((kind) => words[kind][0]).join(', ')
  return [...kinds.flatMap((kind) => words[kind]), ...(kinds.length > 1 ? [inOrder] : [])]
}

function scalarsOf(type: ValueType): ScalarKind[] {
  switch (type.kind) {
    case 'any':
      return []
    case 'list':
    case 'optional':
      return scalarsOf(type.item)
    case 'tuple':
      return type.items.flatMap(scalarsOf)
    case 'map':
      return [type.key, ...scalarsOf(type.item)]
    default:
      return [type.kind]
  }
}
