/** What an engine makes once and then knows by a key. */
import type { EntryPoint } from '../call/entry-point.ts'
import type { BuildKind } from './build-kind.ts'
import type { Code } from './code-engine.ts'

/** The value of a key, made at its first use. */
export function once<T>(values: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  let value = values.get(key)
  if (value === undefined) {
    value = make()
    values.set(key, value)
  }
  return value
}

/** The same for builds that give the same executable. */
export const buildKey = (
  { text, language, standard }: Code,
  build: BuildKind,
  entryPoint: EntryPoint,
): string =>
  JSON.stringify([build, language, standard, entryPoint.kind === 'function' ? entryPoint.driver : '', text])
