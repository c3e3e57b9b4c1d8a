/** What nobody expected in, the text for standard error out: what to do with it, and the stack. */
import { printable } from '../../base/printable.ts'

export function bugText(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `gepo: this is a bug; please report it with what follows.\n${printable(stack)}\n`
}
