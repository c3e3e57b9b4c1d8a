/** A database of problems in, translation tasks out: each proven solution, to be said again in each target language. */
import { LANGUAGES, type Language } from '../records/language.ts'
import type { Split } from '../records/split.ts'
import { type TranslationTask, taskId } from '../records/translation-task.ts'
import type { StoredProblem } from '../store/problems/problem-tables.ts'
import { openProblemsStore } from '../store/problems/problems-store.ts'
import { declarationOf } from './declaration.ts'

export interface TaskSelection {
  readonly split?: Split
  /** Languages of the programs given; default all that there are. */
  readonly sources?: readonly Language[]
  /** Languages asked for; default those that the database was made for. */
  readonly targets?: readonly Language[]
}

/**
 * All tasks of a database, in an order that depends on its contents alone. A program is never to be said again in its
 * own language, nor a function in a language that cannot declare it.
 *
 * @example readTasks('problems.db', { split: 'train', targets: ['cpp'] })
 * @throws UserError if the file is no database of problems
 */
export function readTasks(database: string, selection: TaskSelection = {}): TranslationTask[] {
  const store = openProblemsStore(database, { readonly: true })
  try {
    const targets = selection.targets ?? targetsOf(store.config())
    return store
      .problems()
      .filter(({ split }) => selection.split === undefined || split === selection.split)
      .flatMap((problem) => tasksOf(problem, targets, selection.sources))
  } finally {
    store.close()
  }
}

function targetsOf(config: unknown): readonly Language[] {
  const { targets } = config as { readonly targets?: readonly Language[] }
  return targets ?? LANGUAGES
}

function tasksOf(
  problem: StoredProblem,
  targets: readonly Language[],
  sources: readonly Language[] | undefined,
): TranslationTask[] {
  const { id, suite, dataset, license, split } = problem
  return problem.solutions
    .filter(({ language }) => sources === undefined || sources.includes(language))
    .flatMap((source) =>
      targets
        .filter((target) => target !== source.language)
        .flatMap((target): TranslationTask[] => {
          const declaration = declarationOf(suite, target)
          if (suite.tests[0]?.kind === 'call' && declaration === undefined) return []
          return [
            {
              id: taskId(id, source, target),
              problem: id,
              ...{ dataset, license, split, source, target, suite },
              ...(declaration === undefined ? {} : { declaration }),
            },
          ]
        }),
    )
}
