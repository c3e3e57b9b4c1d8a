/**
 * `node bench/write-expression-tasks.ts [folder]`: the tasks of expression-tasks.ts as the files of fixtures/expressions,
 * which are written anew, or as files of another folder. `problems.jsonl` has rows as `gepo problems` takes them;
 * `pairs.jsonl` programs with answers, of which six of ten are mistaken, for supervised training to begin with.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ExpressionTask, makeExpressionTasks } from './expression-tasks.ts'
import { makeStartingPairs } from './starting-pairs.ts'

const [folder = join(import.meta.dirname, '../fixtures/expressions')] = process.argv.slice(2)

/** In the form of APPS: tests and solutions are JSON texts. */
function problemRow({ task }: ExpressionTask): object {
  const tests = task.suite.tests.filter((test) => test.kind === 'stdin')
  return {
    input_output: JSON.stringify({
      inputs: tests.map(({ input }) => input),
      outputs: tests.map(({ output }) => output),
    }),
    solutions: JSON.stringify([task.source.code]),
    license: task.license,
  }
}

function writeLines(name: string, records: readonly object[]): void {
  writeFileSync(join(folder, name), records.map((record) => `${JSON.stringify(record)}\n`).join(''))
}

mkdirSync(folder, { recursive: true })
writeLines('problems.jsonl', makeExpressionTasks('problems', 400, 'train').map(problemRow))
writeLines('pairs.jsonl', makeStartingPairs({ seed: 0, answers: 3000, mistaken: 0.6, groups: undefined }))
