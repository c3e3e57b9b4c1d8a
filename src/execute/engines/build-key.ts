/** What an engine knows a build by: the same key is the same executable. */
import type { EntryPoint } from '../../call/entry-point.ts'
import type { Code } from '../../compile/code.ts'
import type { BuildKind } from '../build-kind.ts'

export const buildKey = ({ text, flags }: Code, build: BuildKind, entryPoint: EntryPoint): string =>
  JSON.stringify([build, flags, entryPoint.kind === 'function' ? entryPoint.driver : '', text])
