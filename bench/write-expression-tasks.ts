/**
 * The tasks of expression-tasks.ts as files: `node bench/write-expression-tasks.ts <folder> [--problems 400] [--pairs
 * 3000] [--mistaken 0.6]` writes `problems/`, which `gepo problems` takes, and `pairs.jsonl`, for supervised training
 * to begin with, of which that share is mistaken.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createRandom } from '../src/execute/random.ts'
import { type ExpressionTask, makeExpressionTasks } from './expression-tasks.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    problems: { type: 'string', default: '400' },
    pairs: { type: 'string', default: '3000' },
    mistaken: { type: 'string', default: '0.6' },
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

const random = createRandom('mistakes')
const toPair = ({ task, answer, mistaken }: ExpressionTask) =>
  JSON.stringify({
    prompt: `${task.source.code.trimEnd()}\n---`,
    response: random.chance(Number(values.mistaken)) ? mistaken : answer,
  })

makeExpressionTasks('problems', Number(values.problems), 'train').forEach(writeProblem)
const lines = makeExpressionTasks('pairs', Number(values.pairs), 'train').map(toPair)
writeFileSync(join(folder, 'pairs.jsonl'), `${lines.join('\n')}\n`)
