import type { CommanderError } from 'commander'

/** What was wrong with a command line, in one sentence that names where to look. */
export function usageSentence({ message }: CommanderError, help: string): string {
  const sentence = message
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ')
    .replace(/\.$/, '')
  return `${sentence}; see ${help}.`
}
