/** Answers that bring their own test, by which they try to pass though they are wrong; beside them right ones that do the like. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judge/judge.ts'
import { readCodeCheats } from './code-cheats.ts'
import { openTestJudge } from './open-test-judge.ts'
import { installed } from './suites.ts'

const PATIENCE_MS = 600_000
const MIB = 1024 * 1024

let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

describe.each([...Map.groupBy(readCodeCheats(), ({ language }) => language)])('%s', (language, cheats) => {
  test.skipIf(!installed(language))(
    'right answers pass, and no others',
    async () => {
      const verdicts = await Promise.all(
        cheats.map(async ({ name, answer, test: code }) => ({
          name,
          verdict: await judge.judge(
            { language, code: answer },
            {
              tests: [{ kind: 'code', code }],
              comparison: { kind: 'exact' },
              limits: { testMs: 10_000, memoryBytes: 512 * MIB, outputBytes: MIB },
            },
          ),
        })),
      )
      const unjudged = verdicts.filter(({ verdict }) => verdict.kind === 'unjudged')
      const passed = verdicts.filter(({ verdict }) => verdict.kind === 'passed').map(({ name }) => name)
      expect(unjudged).toEqual([])
      expect(passed).toEqual(cheats.filter(({ isRight }) => isRight).map(({ name }) => name))
    },
    PATIENCE_MS,
  )
})
