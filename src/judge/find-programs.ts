/**
 * The programs of a language on this machine. Boxes see /usr and nothing else, so what lies elsewhere (in a home folder,
 * say) does not count; Node alone is brought into the box.
 */

import { realpathSync } from 'node:fs'
import { LANGUAGE_NAMES } from '../records/language.ts'
import { findExecutable } from '../toolchain/find-executable.ts'
import { remedy } from '../toolchain/locate-tools.ts'
import type { LanguageDefinition } from './languages/language-definition.ts'

const SEEN_BY_BOXES = { PATH: '/usr/local/bin:/usr/bin:/bin' }

/** Absolute paths by role; undefined where one is missing. */
export function findPrograms(definition: LanguageDefinition): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {}
  for (const [role, candidates] of Object.entries(definition.programs)) {
    const path = findExecutable(candidates, SEEN_BY_BOXES)
    if (path === undefined) return undefined
    const real = realpathSync(path)
    if (definition.aptPackage !== undefined && !/^\/(?:usr|bin|lib)\//.test(real)) return undefined
    // The name that was found, not what it stands for: compilers look at how they are called.
    found[role] = real.startsWith('/usr/lib/jvm/') ? real : path
  }
  return found
}

/** Why the language cannot be judged here, with the remedy. */
export function missingLanguage({ language, aptPackage }: LanguageDefinition): string {
  return `${LANGUAGE_NAMES[language]} is not installed: ${aptPackage === undefined ? 'set gepo up again' : remedy(aptPackage)}.`
}
