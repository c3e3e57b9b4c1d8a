/** Two canonical effects in, whether they differ in more than the last digits of some floats out. */
import { floatEnds, isCloseFloatText, readFloatText } from './float-text.ts'

/**
 * @example
 * clearlyDifferentEffects('{"return":"1","memory":{}}', '{"return":"2","memory":{}}') // true
 */
export function clearlyDifferentEffects(a: string, b: string): boolean {
  if (a === b) return false
  // Programs have no effects: their text is empty.
  if (a === '' || b === '') return true
  const leavesA = leaves(JSON.parse(a))
  const leavesB = leaves(JSON.parse(b))
  for (const path of new Set([...leavesA.keys(), ...leavesB.keys()])) {
    if (!isClose(leavesA.get(path), leavesB.get(path))) return true
  }
  return false
}

function isClose(a: string | undefined, b: string | undefined): boolean {
  if (a === b) return true
  const endsA = a === undefined ? undefined : floatEnds(a)
  const endsB = b === undefined ? undefined : floatEnds(b)
  // A side that does not mention a float left it as it was, or, in new memory, left it at zero.
  const nowA = endsA?.now ?? endsB?.before ?? ZERO
  const nowB = endsB?.now ?? endsA?.before ?? ZERO
  return readFloatText(nowA) !== undefined && isCloseFloatText(nowA, nowB)
}

const ZERO = '0 [0000000000000000]'

/** Texts of a JSON value by their path. */
function leaves(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  if (value !== null && typeof value === 'object') {
    for (const [key, part] of Object.entries(value)) leaves(part, `${path}/${key}`, found)
  } else {
    found.set(path, String(value))
  }
  return found
}
