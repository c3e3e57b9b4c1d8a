/** Answers of one language with one call each, by the verdict that they get. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../../src/judge/judge.ts'
import { LANGUAGE_NAMES, type Language } from '../../../src/records/language.ts'
import type { Verdict } from '../../../src/records/verdict.ts'
import { openTestJudge } from '../open-test-judge.ts'
import { asCall, installed } from '../suites.ts'

/** The call is written as `asCall` reads it. */
export type CallCase = readonly [call: string, code: string]

export function testCalls(
  language: Language,
  cases: Readonly<Partial<Record<Verdict['kind'], readonly CallCase[]>>>,
): void {
  describe.skipIf(!installed(language))(LANGUAGE_NAMES[language], () => {
    let judge: Judge
    let close: () => Promise<void>
    beforeAll(async () => {
      ;({ judge, close } = await openTestJudge())
    })
    afterAll(() => close())

    for (const [kind, listed] of Object.entries(cases))
      test.each(listed)(`${kind}: %s by %s`, async (call, code) => {
        const verdict = await judge.judge({ language, code }, asCall(call))
        expect(verdict).toMatchObject({ kind })
      })
  })
}
