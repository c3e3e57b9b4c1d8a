/**
 * The tasks of expression-tasks.ts as files: `node bench/write-expression-tasks.ts <folder> [--groups groups.db]
 * [--problems 400] [--pairs 3000] [--mistaken 0.6]` writes `problems/`, which `gepo problems` takes, and `pairs.jsonl`,
 * for supervised training to begin with: answers, of which that share is mistaken, and the groups' winners.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type ExpressionTask, makeExpressionTasks } from './expression-tasks.ts'
import { makeStartingPairs } from './starting-pairs.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    problems: { type: 'string', default: '400' },
    pairs: { type: 'string', default: '3000' },
    mistaken: { type: 'string', default: '0.6' },
    groups: { type: 'string' },
  },
})
const [folder = 'expressions'] = positionals

function writeProblem({ task }: ExpressionTask): void {
  const place = join(folder, 'problems', task.id)
  mkdirSync(place, { recursive: true })
  const { tests, comparison, limits } = task.suite
  writeFileSync(
    join(place, 'problem.json'),
    `${JSON.stringify({ tests, comparison, limits }, undefined, 2)}\n`,
  )
  writeFileSync(join(place, 'solution.py'), task.source.code)
}

makeExpressionTasks('problems', Number(values.problems), 'train').forEach(writeProblem)
const pairs = makeStartingPairs({
  seed: 0,
  answers: Number(values.pairs),
  mistaken: Number(values.mistaken),
  groups: values.groups,
})
writeFileSync(join(folder, 'pairs.jsonl'), pairs.map((pair) => `${JSON.stringify(pair)}\n`).join(''))
