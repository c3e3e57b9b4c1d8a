/** The languages that an answer may be written in, as people call them. Which can be judged depends on what is installed. */
export const LANGUAGE_NAMES = {
  python: 'Python',
  c: 'C',
  cpp: 'C++',
  java: 'Java',
  php: 'PHP',
  bash: 'Bash',
  javascript: 'JavaScript',
  typescript: 'TypeScript',
  go: 'Go',
  scala: 'Scala',
  csharp: 'C#',
  haskell: 'Haskell',
  rust: 'Rust',
} as const

export type Language = keyof typeof LANGUAGE_NAMES

export const LANGUAGES = Object.keys(LANGUAGE_NAMES) as readonly Language[]

/** One file of source text. */
export interface Program {
  readonly language: Language
  readonly code: string
}
