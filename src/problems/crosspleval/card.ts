/** A benchmark's tasks and what was left out in, its figures and its card (Markdown) out. Pure. */
import type { CrossTask } from '../../records/cross-task.ts'
import { LANGUAGE_NAMES, type Language } from '../../records/language.ts'
import type { SettledItem } from './build-journal.ts'
import type { TargetDrop } from './tasks-of-proof.ts'

export interface BenchmarkCounts {
  readonly read: number
  readonly problems: number
  readonly tasks: number
  /** Solutions by language. */
  readonly solutions: Readonly<Record<string, number>>
  /** Tasks by source and target. */
  readonly pairs: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** Least, median and most tests of a problem. */
  readonly tests: { readonly least: number; readonly median: number; readonly most: number }
  readonly datasets: Readonly<Record<string, number>>
  readonly licenses: Readonly<Record<string, number>>
  /** Problems by reason. */
  readonly drops: Readonly<Record<string, number>>
  /** Solutions that do not pass the tests, by language and reason. */
  readonly solutionDrops: Readonly<Record<string, number>>
  /** Problems that a target cannot be asked, by target and reason. */
  readonly targetDrops: Readonly<Record<string, number>>
}

export interface CardSettings {
  readonly sources: readonly Language[]
  readonly targets: readonly Language[]
  readonly minTests: number
  readonly maxTests: number
}

export function countTasks(
  items: readonly SettledItem[],
  tasks: readonly CrossTask[],
  targetDrops: readonly TargetDrop[],
  { sources, targets }: CardSettings,
): BenchmarkCounts {
  const proven = items.filter((item) => item.kind === 'proven')
  const pairs = sources.map((source) => {
    const own = tasks.filter((task) => task.source.language === source)
    return [
      source,
      Object.fromEntries(
        targets.map((target) => [target, own.filter((task) => task.target === target).length]),
      ),
    ] as const
  })
  const sizes = proven.map(({ suite }) => suite.tests.length).sort((a, b) => a - b)
  return {
    read: items.length,
    problems: proven.length,
    tasks: tasks.length,
    solutions: tally(proven.flatMap(({ solutions }) => solutions.map(({ program }) => program.language))),
    pairs: Object.fromEntries(pairs),
    tests: { least: sizes[0] ?? 0, median: sizes[sizes.length >> 1] ?? 0, most: sizes.at(-1) ?? 0 },
    datasets: tally(proven.map(({ origin }) => origin.dataset)),
    licenses: tally(proven.map(({ license }) => license)),
    drops: tally(items.flatMap((item) => (item.kind === 'dropped' ? [item.reason] : []))),
    solutionDrops: tally(
      proven.flatMap(({ failed }) =>
        failed.map(({ language, reason }) => `${LANGUAGE_NAMES[language]}: ${reason}`),
      ),
    ),
    targetDrops: tally(targetDrops.map(({ target, reason }) => `${LANGUAGE_NAMES[target]}: ${reason}`)),
  }
}

/** Most frequent first. */
function tally(names: readonly string[]): Record<string, number> {
  const counts = [...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length] as const)
  return Object.fromEntries(counts.sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)))
}

export function cardOf(counts: BenchmarkCounts, settings: CardSettings): string {
  const { minTests, maxTests, targets } = settings
  const { tests } = counts
  const row = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
  const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]) =>
    rows.length === 0 ? ['None.'] : [row(head), row(head.map(() => '---')), ...rows.map(row)]
  const list = (name: string, count: string, entries: Readonly<Record<string, number>>) =>
    table([name, count], Object.entries(entries))
  const name = (language: string) => LANGUAGE_NAMES[language as Language]
  const lines = [
    '# An open CrossPLEval',
    '',
    "Tasks in the form of the paper's CrossPLEval: translate a function, given its solution and declaration in one",
    'language and its declaration in another. Made by `gepo benchmark build crosspleval`. For evaluation only: the data',
    'sets that it is made of are benchmarks themselves.',
    '',
    `${counts.tasks} tasks of ${counts.problems} problems, out of ${counts.read} that were read; ${tests.least} to ${tests.most} tests a problem, half have ${tests.median} or more.`,
    '',
    '## Tasks by source and target',
    '',
    ...table(
      ['from', 'solutions', ...targets.map(name)],
      Object.entries(counts.pairs).map(([source, by]) => [
        name(source),
        counts.solutions[source] ?? 0,
        ...targets.map((target) => (target === source ? '-' : by[target]!)),
      ]),
    ),
    '',
    '## Where they come from',
    '',
    ...list('data set', 'problems', counts.datasets),
    '',
    ...list('licence', 'problems', counts.licenses),
    '',
    'Each line names its own data set, place, row and licence.',
    '',
    '## What was left out',
    '',
    `Problems are kept whose tests, at least ${minTests} that differ and at most ${maxTests}, a Python solution has been seen to pass.`,
    '',
    ...list('problems, because', 'problems', counts.drops),
    '',
    'Solutions in other languages are sources where they pass the very same tests. Some of those that do not follow',
    'another convention than Python, as an empty text for None.',
    '',
    ...list('solutions, because', 'solutions', counts.solutionDrops),
    '',
    "A target's declaration is derived from the tests' values. Where they have no type in common, or where 3.0 and 3 must",
    'give different results, the target is not asked.',
    '',
    ...list('targets, because', 'problems', counts.targetDrops),
    '',
  ]
  return lines.join('\n')
}
