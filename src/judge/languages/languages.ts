import type { Language } from '../language.ts'
import { bash } from './bash.ts'
import { c } from './c.ts'
import { cpp } from './cpp.ts'
import { csharp } from './csharp.ts'
import { go } from './go.ts'
import { haskell } from './haskell.ts'
import { java } from './java.ts'
import { javascript } from './javascript.ts'
import type { LanguageDefinition } from './language-definition.ts'
import { php } from './php.ts'
import { python } from './python.ts'
import { rust } from './rust.ts'
import { typescript } from './typescript.ts'

/** The languages that can be judged where their programs are installed; of the others it is known only that they exist. */
export const DEFINITIONS: readonly LanguageDefinition[] = [
  ...[python, c, cpp, java, php, bash, javascript],
  ...[typescript, go, csharp, haskell, rust],
]

export function definitionOf(language: Language): LanguageDefinition | undefined {
  return DEFINITIONS.find((definition) => definition.language === language)
}
