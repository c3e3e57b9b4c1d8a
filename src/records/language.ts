/** The languages that an answer may be written in. Which of them can be judged depends on what is installed. */
export const LANGUAGES = [
  'python',
  'c',
  'cpp',
  'java',
  'php',
  'bash',
  'javascript',
  'typescript',
  'go',
  'scala',
  'csharp',
  'haskell',
  'rust',
] as const

export type Language = (typeof LANGUAGES)[number]

/** One file of source text. */
export interface Program {
  readonly language: Language
  readonly code: string
}
