/**
 * Translation tasks in, those that can be asked with the ids of their prompts out. Nothing is cut: a task whose prompt
 * leaves no room for an answer is left out and counted. All prompts are held in memory.
 */
import { createHash } from 'node:crypto'
import { sampleIds } from '../../base/sample-ids.ts'
import type { TranslationTask } from '../../records/translation-task.ts'
import type { TaskPrompt } from '../prompt/task-prompt.ts'
import { spellsMark, type TextTokenizer } from '../tokenizer/load-tokenizer.ts'

export interface EncodedTask<Task> {
  readonly task: Task
  readonly prompt: Int32Array
}

export interface TaskSource<Task> {
  /** Stands for the prompts of all its tasks and what they are judged by. */
  readonly scope: string
  /** Ids of the tasks that can be asked, ascending. */
  readonly ids: readonly string[]
  readonly survey: TaskSurvey
  load(ids: readonly string[]): readonly EncodedTask<Task>[]
}

export interface TaskSurvey {
  readonly tasks: number
  readonly longestPrompt: number
  /** Tasks that are left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>
}

export interface TaskSourceOptions {
  readonly tokenizer: TextTokenizer
  readonly prompt: TaskPrompt
  readonly maxPromptTokens: number
  /** Number of tasks, drawn by the seed among those that can be asked; null for all. */
  readonly limit: number | null
  readonly seed: number
}

export async function openTaskSource(
  tasks: readonly TranslationTask[],
  { tokenizer, prompt, maxPromptTokens, limit, seed }: TaskSourceOptions,
): Promise<TaskSource<TranslationTask>> {
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const all = [...byId.keys()].sort().map((id) => byId.get(id)!)
  const usable = new Map<string, EncodedTask<TranslationTask>>()
  const dropped: Record<string, number> = {}
  const drop = (reason: string) => {
    dropped[reason] = (dropped[reason] ?? 0) + 1
  }
  const prompts = await tokenizer.encode(all.map((task) => prompt.of(task)))
  for (const [i, task] of all.entries()) {
    const own = prompt.startMark ? Int32Array.of(...tokenizer.startIds, ...prompts[i]!) : prompts[i]!
    if (spellsMark(tokenizer, task.source.code)) drop('special-token')
    else if (own.length === 0 || own.length > maxPromptTokens) drop('overlong-prompt')
    else usable.set(task.id, { task, prompt: own })
  }
  const ids = limit === null ? [...usable.keys()] : sampleIds(usable.keys(), limit, seed)
  const encoded = new Map(ids.map((id) => [id, usable.get(id)!]))

  const hash = createHash('sha256').update('tasks 1')
  for (const { task, prompt: own } of encoded.values()) {
    hash.update(JSON.stringify([task.id, task.target, task.suite])).update(own)
  }
  return {
    scope: hash.digest('hex'),
    ids,
    survey: {
      tasks: encoded.size,
      longestPrompt: Math.max(0, ...[...encoded.values()].map((one) => one.prompt.length)),
      dropped,
    },
    load: (wanted) =>
      wanted.map((id) => {
        const found = encoded.get(id)
        if (found === undefined) throw new Error(`there is no task ${id}`)
        return found
      }),
  }
}
