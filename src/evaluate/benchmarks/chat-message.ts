/**
 * How a chat model is asked to complete a piece of code: the words are ours, in the manner of the instructions that code
 * models are evaluated by (the piece in a block, the whole program wanted in one block). A program of its own is wanted,
 * as one that only goes on cannot be told from one that says the prompt again.
 */
import { LANGUAGE_NAMES, type Language } from '../../records/language.ts'

export function completionMessage(language: Language, prompt: string): string {
  return `Complete this ${LANGUAGE_NAMES[language]} code. Answer with the whole code in one block that opens with \`\`\`${language}, the given part with its imports included and its names and types unchanged, without tests and without a main program.

\`\`\`${language}
${prompt.trimEnd()}
\`\`\`
`
}
