/** What an answer to a problem with call tests must declare. Its parameters are named by their places. */
import type { Language } from '../judge/language.ts'
import type { Suite } from '../judge/suite.ts'

type Form = (name: string, parameters: readonly string[]) => string

const FORMS: Readonly<Partial<Record<Language, Form>>> = {
  python: (name, parameters) => `def ${name}(${parameters.join(', ')}):`,
  javascript: (name, parameters) => `function ${name}(${parameters.join(', ')})`,
  typescript: (name, parameters) =>
    `function ${name}(${parameters.map((each) => `${each}: any`).join(', ')}): any`,
  php: (name, parameters) => `function ${name}(${parameters.map((each) => `$${each}`).join(', ')})`,
}

/** @returns undefined for problems of whole programs */
export function declarationOf({ tests }: Suite, target: Language): string | undefined {
  const [first] = tests
  if (first?.kind !== 'call') return undefined
  const longest = Math.max(...tests.map((test) => (test.kind === 'call' ? test.arguments.length : 0)))
  const parameters = Array.from({ length: longest }, (_, index) => `p${index + 1}`)
  return FORMS[target]?.(first.name, parameters)
}
