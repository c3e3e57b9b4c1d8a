/**
 * Groups of a database in, the C of each as a task to be compiled by a model out, once for every level where the prompt
 * asks for one. Nothing is cut: what leaves no room for an answer is left out and counted.
 */
import { createHash } from 'node:crypto'
import { rankIds } from '../../base/sample-ids.ts'
import type { CompileTask } from '../../records/compile-task.ts'
import type { Level } from '../../records/level.ts'
import type { Split } from '../../records/split.ts'
import type { EvidenceRows } from '../../store/evidence-rows.ts'
import type { PromptStyle } from '../prompt/prompt-style.ts'
import { spellsMark, type TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import { atLevel } from './rows-by-level.ts'
import type { EncodedTask, TaskSource } from './task-source.ts'

export interface CompileSourceOptions {
  readonly tokenizer: TextTokenizer
  readonly style: PromptStyle
  readonly split: Split
  /** Of use where the prompt asks for a level. */
  readonly levels: readonly Level[]
  readonly maxPromptTokens: number
  /** Number of groups, drawn by the seed among those that can be asked; null for all. */
  readonly limit: number | null
  readonly seed: number
}

/** Groups whose prompts become ids at a time. */
const PAGE = 64

export async function openCompileSource(
  rows: EvidenceRows,
  options: CompileSourceOptions,
): Promise<TaskSource<CompileTask>> {
  const { split, limit, seed } = options
  const ranked = rankIds(rows.groupIds(split), seed)
  const wanted = limit ?? ranked.length
  const kept = new Map<string, EncodedTask<CompileTask>>()
  const dropped: Record<string, number> = {}
  let groups = 0
  for (let start = 0; start < ranked.length && groups < wanted; start += PAGE) {
    const page = ranked.slice(start, start + PAGE).map((id) => tasksOf(rows, id, options))
    for (const asked of await encodePage(page, options)) {
      if (groups === wanted) break
      if (typeof asked === 'string') {
        dropped[asked] = (dropped[asked] ?? 0) + 1
        continue
      }
      groups++
      for (const one of asked) kept.set(one.task.id, one)
    }
  }
  const ids = [...kept.keys()].sort()
  const hash = createHash('sha256').update('compile tasks 1')
  for (const id of ids) hash.update(id).update(kept.get(id)!.prompt)
  return {
    scope: hash.digest('hex'),
    ids,
    survey: {
      tasks: ids.length,
      longestPrompt: Math.max(0, ...[...kept.values()].map(({ prompt }) => prompt.length)),
      dropped,
    },
    load: (asked) =>
      asked.map((id) => {
        const found = kept.get(id)
        if (found === undefined) throw new Error(`there is no task ${id}`)
        return found
      }),
  }
}

function tasksOf(
  rows: EvidenceRows,
  groupId: string,
  { style, levels }: CompileSourceOptions,
): readonly CompileTask[] {
  return style.asksForLevel
    ? levels.map((level) => compileTask(rows, groupId, level))
    : [compileTask(rows, groupId, null)]
}

/** @param level what the prompt asks for; null for none */
export function compileTask(rows: EvidenceRows, groupId: string, level: Level | null): CompileTask {
  const {
    unit: { id, kind, name, sourceId },
    code,
  } = rows.code(groupId)
  return {
    id: level === null ? groupId : atLevel(groupId, level),
    database: rows.path,
    group: groupId,
    level,
    source: sourceId,
    unit: { id, kind, name },
    code,
  }
}

/** Of each group its tasks, or why it cannot be asked. */
async function encodePage(
  page: readonly (readonly CompileTask[])[],
  { tokenizer, style, maxPromptTokens }: CompileSourceOptions,
): Promise<(readonly EncodedTask<CompileTask>[] | 'special-token' | 'overlong-prompt')[]> {
  const prompts = await tokenizer.encode(page.flat().map(({ code, level }) => style.prompt(code, level)))
  let next = 0
  return page.map((tasks) => {
    const encoded = tasks.map((task) => {
      const own = prompts[next++]!
      return { task, prompt: style.startMark ? Int32Array.of(...tokenizer.startIds, ...own) : own }
    })
    if (tasks.some(({ code }) => spellsMark(tokenizer, code))) return 'special-token'
    const fits = encoded.every(({ prompt }) => prompt.length > 0 && prompt.length <= maxPromptTokens)
    return fits ? encoded : 'overlong-prompt'
  })
}
