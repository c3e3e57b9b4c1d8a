import type { Language } from '../../records/language.ts'
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
import { scala } from './scala.ts'
import { typescript } from './typescript.ts'

const BY_LANGUAGE: Readonly<Record<Language, LanguageDefinition>> = {
  ...{ python, c, cpp, java, php, bash, javascript },
  ...{ typescript, go, scala, csharp, haskell, rust },
}

/** All of them, those that set-up brings first. Which can be judged depends on what is installed. */
export const DEFINITIONS: readonly LanguageDefinition[] = Object.values(BY_LANGUAGE)

export const definitionOf = (language: Language): LanguageDefinition => BY_LANGUAGE[language]
