/**
 * How a chat model is asked to complete a piece of code, or to say one again in another language: the words are ours, in
 * the manner of the instructions that code models are evaluated by (the piece in a block, the whole program wanted in one
 * block). A program of its own is wanted, as one that only goes on cannot be told from one that says the prompt again.
 */
import type { CrossTask } from '../../records/cross-task.ts'
import { LANGUAGE_NAMES, type Language } from '../../records/language.ts'

export function completionMessage(language: Language, prompt: string): string {
  return `Complete this ${LANGUAGE_NAMES[language]} code. Answer with the whole code in one block that opens with \`\`\`${language}, the given part with its imports included and its names and types unchanged, without tests and without a main program.

\`\`\`${language}
${prompt.trimEnd()}
\`\`\`
`
}

/** The same, for a function that is to be said again in another language. */
export function translationMessage({
  source,
  sourceDeclaration,
  target,
  declaration,
}: TranslatedFunction): string {
  const [from, to] = [LANGUAGE_NAMES[source.language], LANGUAGE_NAMES[target]]
  return `Translate this ${from} function to ${to}. Answer with the whole ${to} code in one block that opens with \`\`\`${target}, with all imports it needs, without tests and without a main program.

The ${from} function is declared as

\`\`\`${source.language}
${sourceDeclaration}
\`\`\`

and its code is

\`\`\`${source.language}
${source.code.trim()}
\`\`\`

The ${to} function must be declared as

\`\`\`${target}
${declaration}
\`\`\`
`
}

type TranslatedFunction = Pick<CrossTask, 'source' | 'sourceDeclaration' | 'target' | 'declaration'>
