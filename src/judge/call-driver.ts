/** The texts that stand beside an answer whose function is called: native/judge-box/drivers, one a language. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PACKAGE_ROOT } from '../base/package-root.ts'
import type { BoxFile } from './box-frames.ts'

/** The driver of that name as a file of the box. */
export function callDriver(name: string): BoxFile {
  return { path: name, content: readFileSync(callDriverPath(name), 'utf8') }
}

/** Where it lies, for what is compiled once and outside of boxes. */
export const callDriverPath = (name: string): string => join(PACKAGE_ROOT, 'native/judge-box/drivers', name)
