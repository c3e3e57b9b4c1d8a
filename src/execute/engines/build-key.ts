/** What an engine knows a build by: the same key is the same executable. */
import type { EntryPoint } from '../../call/entry-point.ts'
import type { BuildKind } from '../build-kind.ts'
import type { Code } from '../code-engine.ts'

export const buildKey = (
  { text, language, standard }: Code,
  build: BuildKind,
  entryPoint: EntryPoint,
): string =>
  JSON.stringify([build, language, standard, entryPoint.kind === 'function' ? entryPoint.driver : '', text])
