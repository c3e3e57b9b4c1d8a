/**
 * Runs that one wants to see as one, such as those of several seeds, in; a run out whose figures are their means, with what
 * lies between the lowest and the highest around them. Its options are those that all have; its samples are the first's, its mistakes those of all.
 */
import type { Range } from '../page/charts/plot-area.ts'
import { MOST_MISTAKES, type RunFigure, type RunView } from './read-run.ts'

/** @param runs at least one; of a single one only the name changes */
export function joinRuns(name: string, runs: readonly RunView[]): RunView {
  const [first, ...others] = runs as [RunView, ...RunView[]]
  if (others.length === 0) return { ...first, name }
  return {
    name: `${name} (${runs.length} runs)`,
    folder: runs.map(({ folder }) => folder).join(', '),
    figures: first.figures.flatMap((figure) => {
      const same = runs.map(({ figures }) =>
        figures.find((one) => one.kind === figure.kind && one.name === figure.name),
      )
      return same.every((one) => one !== undefined) ? joinFigures(same) : []
    }),
    step: Math.min(...runs.map(({ step }) => step)),
    steps: first.steps,
    samples: first.samples,
    ...joinOwnAnswers(runs),
    options: new Map(
      [...first.options].filter(([option, value]) =>
        others.every(({ options }) => options.get(option) === value),
      ),
    ),
  }
}

/** Of all of them, also where some have none. */
function joinOwnAnswers(runs: readonly RunView[]): Pick<RunView, 'ownAnswers'> {
  const own = runs.flatMap(({ ownAnswers }) => ownAnswers ?? [])
  if (own.length === 0) return {}
  const alike = Map.groupBy(
    own.flatMap(({ tally }) => tally),
    ({ kind, role }) => `${kind} ${role}`,
  )
  const tally = [...alike.values()].map((counts) => ({
    ...counts[0]!,
    count: counts.reduce((sum, { count }) => sum + count, 0),
  }))
  return {
    ownAnswers: {
      tally: tally.sort((a, b) => b.count - a.count),
      mistakes: own
        .flatMap(({ mistakes }) => mistakes)
        .sort((a, b) => b.step - a.step)
        .slice(0, MOST_MISTAKES),
    },
  }
}

/** At the steps that all of them have. */
function joinFigures(figures: readonly RunFigure[]): RunFigure[] {
  const [first, ...others] = figures as [RunFigure, ...RunFigure[]]
  const known = others.map(({ points }) => new Map(points))
  const joined = first.points.flatMap(([step, value]) => {
    const values = [value, ...known.flatMap((points) => points.get(step) ?? [])]
    return values.length === figures.length ? [{ step, values }] : []
  })
  if (joined.length === 0) return []
  return [
    {
      kind: first.kind,
      name: first.name,
      points: joined.map(({ step, values }) => [
        step,
        values.reduce((sum, one) => sum + one, 0) / values.length,
      ]),
      band: joined.map(({ step, values }): Range => [step, Math.min(...values), Math.max(...values)]),
    },
  ]
}
