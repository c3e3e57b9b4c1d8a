/** Figures of runs by what one calls them: which come first, which a table has, and how they are written. Pure. */
import { figureText } from '../page/charts/ticks.ts'
import { defaultValue } from '../train/config/load-train-config.ts'
import { METHODS, type MethodName } from '../train/config/train-config.ts'
import type { RunFigure, RunView } from './read-run.ts'

export interface ShownFigure {
  readonly kind: string
  /** As {@link RunFigure} has it. */
  readonly name: string
  readonly title: string
  /** What it is, in one line. */
  readonly note?: string
  /** Of 1, and written in percent. */
  readonly isShare?: boolean
  /** What a table has of it: that of the last line, or the mean over all. */
  readonly of: 'last' | 'mean'
}

/** In the order of tables and charts; the most telling first. */
export const SHOWN: readonly ShownFigure[] = [
  {
    kind: 'evaluation',
    name: 'compile.passAt.1',
    title: 'verified equal',
    note: 'share of units whose IR does what the C does',
    isShare: true,
    of: 'last',
  },
  {
    kind: 'evaluation',
    name: 'compile.shares.malformed',
    title: 'malformed',
    note: 'share of the answers that no assembler takes',
    isShare: true,
    of: 'last',
  },
  {
    kind: 'evaluation',
    name: 'translation.passRate',
    title: 'tasks passed',
    note: 'share of translations that pass their tests',
    isShare: true,
    of: 'last',
  },
  { kind: 'evaluation', name: 'loss', title: 'loss', note: 'of groups that are not trained on', of: 'last' },
  {
    kind: 'evaluation',
    name: 'accuracy',
    title: 'accuracy',
    note: 'share of groups whose winners lie above their losers',
    isShare: true,
    of: 'last',
  },
  {
    kind: 'evaluation',
    name: 'margin',
    title: 'margin',
    note: 'of winners and losers, in nats',
    of: 'last',
  },
  {
    kind: 'evaluation',
    name: 'winnerScore',
    title: 'winners moved',
    note: 'their log-ratio, in nats: below 0 they are less likely than before',
    of: 'last',
  },
  {
    kind: 'evaluation',
    name: 'winnerVariance',
    title: 'winner variance',
    note: 'of their log-ratios in a group',
    of: 'last',
  },
  { kind: 'train', name: 'loss', title: 'training loss', of: 'last' },
  {
    kind: 'train',
    name: 'rollout.passRate',
    title: 'answers passed',
    note: 'share of the answers to tasks that it trains on',
    isShare: true,
    of: 'last',
  },
  { kind: 'train', name: 'tokensPerSecond', title: 'tokens/s', of: 'mean' },
]

/** What brackets and bands are. */
export const INTERVALS = '95% intervals; of several runs that are drawn as one, the lowest and the highest'

/** Figures that another one says as well. */
export const HIDDEN: ReadonlySet<string> = new Set(['compile.equalRate'])

export function figureOf(
  { figures }: RunView,
  { kind, name }: Pick<ShownFigure, 'kind' | 'name'>,
): RunFigure | undefined {
  return figures.find((one) => one.kind === kind && one.name === name)
}

/** The columns that some of the runs have a figure for. */
export function columnsOf(runs: readonly RunView[]): ShownFigure[] {
  return SHOWN.filter((column) => runs.some((run) => figureOf(run, column) !== undefined))
}

/** @example cellText(run, equal) // '10.7% [7.6, 14.7]' */
export function cellText(run: RunView, column: ShownFigure): string {
  const figure = figureOf(run, column)
  if (figure === undefined) return '–'
  const values = figure.points.map(([, value]) => value)
  const value =
    column.of === 'last' ? values.at(-1)! : values.reduce((sum, one) => sum + one, 0) / values.length
  const [, low, high] = (column.of === 'last' && figure.band?.at(-1)) || []
  const interval =
    low === undefined || low === high
      ? ''
      : ` [${valueText(low, column, '')}, ${valueText(high!, column, '')}]`
  return `${valueText(value, column)}${interval}`
}

function valueText(value: number, { isShare }: ShownFigure, unit = '%'): string {
  return isShare ? `${(100 * value).toFixed(1)}${unit}` : figureText(Number(value.toPrecision(3)))
}

/**
 * Options that not all of the runs have alike, each with its values in the order of the runs. Of one that some methods do
 * not have, a default says nothing.
 */
export function differingOptions(
  runs: readonly RunView[],
): { readonly name: string; readonly values: readonly (string | undefined)[] }[] {
  const names = [...new Set(runs.flatMap(({ options }) => [...options.keys()]))]
  return names
    .map((name) => ({ name, values: runs.map(({ options }) => options.get(name)) }))
    .filter(({ name, values }) => {
      const usual = defaultText(name, runs)
      return new Set(values.map((value) => value ?? usual)).size > 1
    })
}

/** As the options of a run are written; undefined where no run has the option, or it has no default. */
function defaultText(name: string, runs: readonly RunView[]): string | undefined {
  const method = runs.find(({ options }) => options.has(name))?.options.get('method')
  const known = Object.keys(METHODS) as MethodName[]
  const found = known.find((one) => JSON.stringify(one) === method)
  return found && JSON.stringify(defaultValue(found, name))
}
