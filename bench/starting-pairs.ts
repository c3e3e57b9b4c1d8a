/**
 * What a model is shown before it learns from answers: programs of expression-tasks.ts with answers, of which a share
 * is mistaken, and the winners of groups. Nothing is drawn but from the seed.
 */
import { createRandom } from '../src/base/random.ts'
import { promptOf } from '../src/records/prompt-template.ts'
import { openTrainingRows } from '../src/store/training-rows.ts'
import { type ExpressionTask, makeExpressionTasks } from './expression-tasks.ts'

export interface Pair {
  readonly prompt: string
  readonly response: string
}

/** The prompts of {@link makeStartingPairs} are what this gives for their tasks. */
export const TASK_TEMPLATE = '{{ code }}\n---'

export interface StartingPairsOptions {
  readonly seed: number
  readonly answers: number
  /** Share of answers that have a sum in the place of whatever comes last. */
  readonly mistaken: number
  /** A database of groups, whose train split's winners are shown too. */
  readonly groups: string | undefined
}

export function makeStartingPairs({ seed, answers, mistaken, groups }: StartingPairsOptions): Pair[] {
  const random = createRandom(`mistakes ${seed}`)
  const toPair = (one: ExpressionTask) => ({
    prompt: TASK_TEMPLATE.replace('{{ code }}', one.task.source.code.trimEnd()),
    response: random.chance(mistaken) ? one.mistaken : one.answer,
  })
  const pairs = makeExpressionTasks('pairs', answers, 'train').map(toPair)
  return groups === undefined ? pairs : [...pairs, ...winnersOf(groups)]
}

function winnersOf(database: string): Pair[] {
  const rows = openTrainingRows(database)
  try {
    return rows.groupIds('train').flatMap((id) => {
      const { code, winners } = rows.group(id)
      return winners.map(({ ir }) => ({ prompt: promptOf({ code }), response: ir }))
    })
  } finally {
    rows.close()
  }
}
