/** A judge that follows a simple script. */
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { TranslationTask } from '../../../src/records/translation-task.ts'
import type { Verdict } from '../../../src/records/verdict.ts'
import type { Judging } from '../../../src/train/policy/judging.ts'

/** Passes answers that begin with a small letter. Verdicts come in an order of their own. */
export async function openScriptedJudging(): Promise<Judging> {
  return scriptedJudging((_, text) =>
    /^[a-z]/.test(text) ? { kind: 'passed' } : { kind: 'wrong-answer', test: 0, expected: '', got: text },
  )
}

export function scriptedJudging(verdictOf: (task: TranslationTask, text: string) => Verdict): Judging {
  return {
    tasks: async ({ file, split, targets }) =>
      (JSON.parse(readFileSync(file, 'utf8')) as TranslationTask[]).filter(
        (task) => task.split === split && (targets === null || targets.includes(task.target)),
      ),
    async judge(task, text, { signal }) {
      await setTimeout(text.length % 3, undefined, { signal })
      return verdictOf(task, text)
    },
    async close() {},
  }
}
