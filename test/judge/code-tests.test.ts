/**
 * Tests in the form of code: fixtures/code-tests has for each language one test, answers that are right (their names begin
 * with `right`), and answers that are wrong and try to pass all the same. Each of those fails for what it does, and none
 * is left unjudged.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judge/judge.ts'
import { DEFINITIONS } from '../../src/judge/languages/languages.ts'
import type { Language } from '../../src/records/language.ts'
import type { Suite } from '../../src/records/suite.ts'
import { openTestJudge } from './open-test-judge.ts'
import { installed } from './suites.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/code-tests')
const PATIENCE_MS = 600_000
const MIB = 1024 * 1024

let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

const suite = (code: string): Suite => ({
  tests: [{ kind: 'code', code }],
  comparison: { kind: 'exact' },
  limits: { testMs: 10_000, memoryBytes: 256 * MIB, outputBytes: MIB },
})

const judgeFile = (language: Language, file: string, code: string) =>
  judge.judge({ language, code: readFileSync(join(FIXTURES, language, file), 'utf8') }, suite(code))

describe.each(
  DEFINITIONS.filter(({ language }) => existsSync(join(FIXTURES, language))).map(({ language }) => ({
    language,
  })),
)('$language', ({ language }) => {
  const files = readdirSync(join(FIXTURES, language))
  const tests = files.filter((file) => file.startsWith('test.'))
  const answers = files.filter((file) => !tests.includes(file))
  const code = readFileSync(join(FIXTURES, language, tests[0]!), 'utf8')

  test.skipIf(!installed(language))(
    'right answers pass, and no others',
    async () => {
      const verdicts = await Promise.all(
        answers.map(async (file) => ({ file, kind: (await judgeFile(language, file, code)).kind })),
      )
      const unjudged = verdicts.filter(({ kind }) => kind === 'unjudged')
      const passed = verdicts.filter(({ kind }) => kind === 'passed').map(({ file }) => file)
      expect(unjudged).toEqual([])
      expect(passed).toEqual(answers.filter((file) => file.startsWith('right')))
    },
    PATIENCE_MS,
  )
})
