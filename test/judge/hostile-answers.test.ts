/**
 * The judge's own test set: fixtures/judge has for each language the same answers to one problem, the sum of numbers,
 * some right and most of them not. No answer may pass that is not right, none fail that is, and nothing may be left.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, extname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { findPrograms } from '../../src/judge/find-programs.ts'
import type { Judge } from '../../src/judge/judge.ts'
import { DEFINITIONS } from '../../src/judge/languages/languages.ts'
import { EXPECTED, FIXTURES, suiteFor } from './fixture-answers.ts'
import { openTestJudge } from './open-test-judge.ts'

/** Slow compilers, seventeen times, on a busy machine. */
const PATIENCE_MS = 600_000

let folder: string
let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, folder, close } = await openTestJudge())
})
afterAll(() => close())

describe.each(DEFINITIONS.map((definition) => ({ definition, language: definition.language })))(
  '$language',
  ({ definition, language }) => {
    const files = readdirSync(join(FIXTURES, language))

    test('the answers that every language must have are there', () => {
      const names = files.map((file) => basename(file, extname(file)))
      expect(names).toEqual(expect.arrayContaining(Object.keys(EXPECTED).slice(0, 17)))
      expect(Object.keys(EXPECTED)).toEqual(expect.arrayContaining(names))
    })

    test.skipIf(findPrograms(definition) === undefined)(
      'right answers pass, and no others',
      async () => {
        const verdicts = await Promise.all(
          files.map(async (file) => {
            const name = basename(file, extname(file))
            const code = readFileSync(join(FIXTURES, language, file), 'utf8')
            return { name, verdict: await judge.judge({ language, code }, suiteFor(name)) }
          }),
        )
        const unexpected = verdicts.filter(({ name, verdict }) => !EXPECTED[name]!.includes(verdict.kind))
        expect(unexpected).toEqual([])
      },
      PATIENCE_MS,
    )
  },
)

test('nothing is left behind: no process, no file', async () => {
  await judge.close()
  expect(readdirSync(folder)).toEqual([])
  const left = () => commands().filter((command) => command.includes(folder) || /sleep 3600/.test(command))
  await expect.poll(left, { timeout: 10_000 }).toEqual([])
})

/** Of all processes. */
function commands(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
}
