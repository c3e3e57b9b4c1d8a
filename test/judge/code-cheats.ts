/**
 * fixtures/code-cheats: a file for each language with answers and tests in the form of code, one after another:
 *
 *     === name
 *     the answer
 *     --- test
 *     the test
 *
 * Those whose names begin with `right` are right, all others wrong and made to pass.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Language } from '../../src/records/language.ts'

export interface CodeCheat {
  readonly language: Language
  readonly name: string
  readonly answer: string
  readonly test: string
  readonly isRight: boolean
}

const FOLDER = join(import.meta.dirname, '../../fixtures/code-cheats')

export function readCodeCheats(): readonly CodeCheat[] {
  return readdirSync(FOLDER).flatMap((file) => {
    const language = file.replace(/\.txt$/, '') as Language
    const parts = readFileSync(join(FOLDER, file), 'utf8').split(/^=== /m).slice(1)
    return parts.map((part): CodeCheat => {
      const [name = '', ...lines] = part.split('\n')
      const [answer = '', test = ''] = lines.join('\n').split(/^--- test\n/m)
      return { language, name, answer, test, isRight: name.startsWith('right') }
    })
  })
}
