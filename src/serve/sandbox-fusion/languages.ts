/** What SandboxFusion calls the languages, and which of them have a compilation to tell of. */
import type { Language } from '../../records/language.ts'

interface FusionLanguage {
  readonly names: readonly string[]
  readonly isCompiled: boolean
}

const BY_LANGUAGE: Readonly<Record<Language, FusionLanguage>> = {
  python: { names: ['python'], isCompiled: false },
  c: { names: ['c'], isCompiled: true },
  cpp: { names: ['cpp'], isCompiled: true },
  java: { names: ['java'], isCompiled: true },
  php: { names: ['php'], isCompiled: false },
  bash: { names: ['bash'], isCompiled: false },
  javascript: { names: ['nodejs', 'js', 'javascript'], isCompiled: false },
  typescript: { names: ['typescript', 'ts'], isCompiled: true },
  go: { names: ['go'], isCompiled: true },
  scala: { names: ['scala'], isCompiled: true },
  csharp: { names: ['csharp'], isCompiled: true },
  haskell: { names: ['haskell'], isCompiled: true },
  rust: { names: ['rust'], isCompiled: true },
}

const BY_NAME = new Map(
  Object.entries(BY_LANGUAGE).flatMap(([language, { names }]) =>
    names.map((name) => [name, language as Language]),
  ),
)

export const FUSION_NAMES: readonly string[] = [...BY_NAME.keys()]

/** @param name one of {@link FUSION_NAMES} */
export const languageByFusionName = (name: string): Language => BY_NAME.get(name)!

export const isCompiled = (language: Language): boolean => BY_LANGUAGE[language].isCompiled
