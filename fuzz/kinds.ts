/** The kinds of fuzzing by name: a kind is a file here and an entry. */
import type { FuzzKind } from './fuzz-kind.ts'

export const KINDS: Readonly<Record<string, () => Promise<FuzzKind>>> = {
  csmith: async () => (await import('./csmith-kind.ts')).csmithKind,
  files: async () => (await import('./files-kind.ts')).filesKind,
  answers: async () => (await import('./answers-kind.ts')).answersKind,
  attributes: async () => (await import('./attributes-kind.ts')).attributesKind,
}
