/** A judge that follows a simple script. */
import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import type { TranslationTask } from '../../../src/records/translation-task.ts'
import type { Verdict } from '../../../src/records/verdict.ts'
import type { RolloutConfig } from '../../../src/train/config/train-config.ts'
import type { Judging } from '../../../src/train/policy/judging.ts'

/** Passes answers that begin with a small letter. Verdicts come in an order of their own. */
export async function openScriptedJudging(config: RolloutConfig): Promise<Judging> {
  return scriptedJudging(config, (_, text) =>
    /^[a-z]/.test(text) ? { kind: 'passed' } : { kind: 'wrong-answer', test: 0, expected: '', got: text },
  )
}

export function scriptedJudging(
  config: RolloutConfig,
  verdictOf: (task: TranslationTask, text: string) => Verdict,
): Judging {
  const tasks = JSON.parse(readFileSync(config.tasks.problems, 'utf8')) as TranslationTask[]
  return {
    tasks: async ({ split, targets }) =>
      tasks.filter((task) => task.split === split && (targets === null || targets.includes(task.target))),
    async judge(task, text, { signal }) {
      await setTimeout(text.length % 3, undefined, { signal })
      return verdictOf(task, text)
    },
    async close() {},
  }
}
