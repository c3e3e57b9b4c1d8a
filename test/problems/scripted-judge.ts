/** A judge that runs nothing: a program's text says which tests it passes, and every question is kept. */
import type { Judge } from '../../src/judge/judge.ts'
import type { Suite } from '../../src/records/suite.ts'
import type { Verdict } from '../../src/records/verdict.ts'

export interface ScriptedJudge extends Judge {
  readonly asked: string[]
}

export function scriptedJudge(answer: (code: string, suite: Suite) => Verdict): ScriptedJudge {
  const asked: string[] = []
  return {
    asked,
    async judge({ code }, suite) {
      asked.push(code)
      return answer(code, suite)
    },
    close: async () => {},
  }
}
