/** Problems of TACO and its like in, those that are functions out, each with the declaration that its solutions have. */
import type { ProblemItem, RawProblem } from '../../records/problem.ts'
import { declarationOf } from '../declaration.ts'
import { type ReadProblemsOptions, readProblems } from '../read-problems.ts'
import type { CrossItem, CrossProblem } from './cross-problem.ts'

/** @throws UserError as readProblems does */
export async function* readTaco(
  places: readonly string[],
  options: ReadProblemsOptions,
): AsyncGenerator<CrossItem> {
  for await (const item of readProblems(places, options)) yield asFunction(item)
}

function asFunction(item: ProblemItem): CrossItem {
  if (item.kind === 'dropped') return item
  const [first] = item.problem.readings[0]!
  if (first !== undefined && first.kind !== 'call') {
    const detail = 'its tests are of whole programs'
    return { kind: 'dropped', origin: item.problem.origin, reason: 'no-function', detail }
  }
  return { kind: 'problem', problem: named(item.problem, first?.name ?? '') }
}

function named(problem: RawProblem, name: string): CrossProblem {
  const { readings, comparison, limits, solutions } = problem
  const suite = { tests: readings[0]!, comparison, limits: limits! }
  return {
    ...problem,
    solutions: solutions.map((program) => ({
      program,
      name,
      declaration: definitionOf(program.code, name) ?? declarationOf(suite, 'python') ?? `def ${name}`,
    })),
  }
}

/** The last one is what a call of the name finds. */
function definitionOf(code: string, name: string): string | undefined {
  const definition = new RegExp(
    `^[ \\t]*(?:async )?def[ \\t]+${name}\\s*\\((?:[^()]|\\([^()]*\\))*\\)[^:\\n]*:`,
    'gm',
  )
  return [...code.matchAll(definition)].at(-1)?.[0].trim()
}
