import { UserError } from '../../src/base/user-error.ts'

/**
 * What an error says out, last, after where it comes from, but for what a sentence says all of. Nothing of what else hangs
 * on it, which may be long.
 */
export function whyFailed(error: unknown): string {
  if (error instanceof UserError) return error.message
  if (!(error instanceof Error)) return String(error)
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at (?!.*\bnode:)/.test(line))
  return [...frames, `${error.name}: ${error.message}`].join('\n')
}
