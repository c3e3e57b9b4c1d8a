/** A judge of IR that follows a simple script, over real rows. */
import { setTimeout } from 'node:timers/promises'
import type { CompileTask } from '../../../src/records/compile-task.ts'
import type { IrVerdict } from '../../../src/records/ir-verdict.ts'
import { type EvidenceRows, openEvidenceRows } from '../../../src/store/evidence-rows.ts'
import type { OpenCompiling } from '../../../src/train/policy/compiling.ts'

/** By the first letter: small ones are equal, large ones differ, the rest is malformed. */
export const openScriptedCompiling: OpenCompiling = scriptedCompiling((task, text) => {
  if (/^[a-z]/.test(text)) return { kind: 'equal', inputs: 2, searched: 0 }
  if (!/^[A-Z]/.test(text)) return { kind: 'malformed', message: '1:1: expected top-level entity' }
  const result = { stdout: task.group, exit: 0, effects: '' }
  const input = { kind: 'stdin' as const, stdin: '1\n' }
  const answer = { ...result, stdout: text }
  return { kind: 'differs', witness: { input, inputIndex: 0, original: result, answer, isClear: true } }
})

/** Verdicts come in an order of their own. */
export function scriptedCompiling(verdictOf: (task: CompileTask, text: string) => IrVerdict): OpenCompiling {
  return async () => {
    const opened: EvidenceRows[] = []
    return {
      rows(database) {
        const rows = openEvidenceRows(database)
        opened.push(rows)
        return rows
      },
      async judge(task, text, { signal }) {
        await setTimeout(text.length % 3, undefined, { signal })
        return verdictOf(task, text)
      },
      async close() {
        for (const rows of opened) rows.close()
      },
    }
  }
}
