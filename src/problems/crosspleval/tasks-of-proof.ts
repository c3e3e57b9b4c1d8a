/** A proven problem in, its tasks out: each solution, to be said again in each target that can declare the function. */
import type { CrossTask } from '../../records/cross-task.ts'
import type { JsonValue } from '../../records/json-value.ts'
import type { Language } from '../../records/language.ts'
import type { DropReason, ProblemOrigin } from '../../records/problem.ts'
import type { Suite } from '../../records/suite.ts'
import { taskId } from '../../records/translation-task.ts'
import { declarationOf } from '../declaration.ts'
import { type CrossProof, callsBy } from './prove-cross-problem.ts'
import { targetName } from './target-name.ts'

export interface TargetDrop extends DropReason {
  readonly target: Language
}

export interface ProblemTasks {
  readonly tasks: readonly CrossTask[]
  readonly drops: readonly TargetDrop[]
}

export function tasksOfProof(
  { id, suite, solutions }: CrossProof,
  { origin, license }: { readonly origin: ProblemOrigin; readonly license: string },
  targets: readonly Language[],
): ProblemTasks {
  const tasks: CrossTask[] = []
  const drops: TargetDrop[] = []
  for (const target of targets) {
    const asked = askedIn(target, suite)
    if ('reason' in asked) {
      drops.push({ target, ...asked })
      continue
    }
    for (const { program: source, declaration: sourceDeclaration } of solutions) {
      if (source.language === target) continue
      const task = { id: taskId(id, source, target), problem: id, origin, license }
      tasks.push({ ...task, source, sourceDeclaration, target, ...asked })
    }
  }
  return { tasks, drops }
}

function askedIn(target: Language, suite: Suite): Pick<CrossTask, 'declaration' | 'suite'> | DropReason {
  if (target !== 'python' && tellsWholeFloats(suite))
    return {
      reason: 'float-matters',
      detail: 'the tests tell 3.0 from 3, which are one value outside of Python',
    }
  const [first] = suite.tests
  const name = targetName(first?.kind === 'call' ? first.name : '', target)
  const own = callsBy(name, suite)
  const declaration = declarationOf(own, target)
  return declaration === undefined
    ? { reason: 'untyped', detail: "the tests' values have no type in common that it can declare" }
    : { declaration, suite: own }
}

/** Two tests call with the same values, but for points in numbers, and expect different results. */
function tellsWholeFloats({ tests }: Suite): boolean {
  const results = new Map<string, string>()
  return tests.some((test) => {
    if (test.kind !== 'call') return false
    const [key, result] = [withoutPoints(test.arguments), withoutPoints(test.result)]
    const before = results.get(key)
    results.set(key, result)
    return before !== undefined && before !== result
  })
}

const withoutPoints = (value: JsonValue) => JSON.stringify(JSON.parse(JSON.stringify(value)))
