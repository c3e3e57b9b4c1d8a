/**
 * Models' figures in, the paper's Tables 2, 3 and 4 out as plain data. Pure.
 *
 * Averages as the paper makes them: the plain mean over a row's languages, whatever their numbers of problems, and over
 * the means of the sources. Nothing that is not known is hidden: an average over fewer languages says so, and each figure
 * that leaves answers out is marked, and its bounds are told.
 */
import { PAPERS_SOURCES, PAPERS_TARGETS } from '../../problems/crosspleval/crosspleval-config.ts'
import { LANGUAGE_NAMES, type Language } from '../../records/language.ts'
import type { Figure, ModelFigures } from './collect-figures.ts'

export interface PaperTable {
  readonly title: string
  readonly head: readonly string[]
  readonly rows: readonly {
    /** Rows of one source stand together under its name; empty where there are no sources. */
    readonly group: string
    readonly name: string
    readonly cells: readonly Cell[]
  }[]
  readonly notes: readonly string[]
}

export type Cell =
  /** Shares, from 0 to 1, and whether the notes have something to say of it. */
  | {
      readonly kind: 'figure'
      readonly value: number
      readonly low: number
      readonly high: number
      readonly isMarked: boolean
    }
  /** A language into itself. */
  | { readonly kind: 'none' }
  /** No results, or none that was judged. */
  | { readonly kind: 'missing' }

const SHORT: Readonly<Partial<Record<Language, string>>> = { javascript: 'JS', typescript: 'TS' }
const shortName = (language: Language) => SHORT[language] ?? LANGUAGE_NAMES[language]

/** In the order of the paper's table. */
const TABLE_2: readonly Language[] = [
  'python',
  'cpp',
  'java',
  'php',
  'bash',
  'javascript',
  'typescript',
  'csharp',
]
const TITLES: Readonly<Record<string, string>> = {
  'multipl-e': "MultiPL-E: programs from words (the paper's Table 2)",
  'multipl-e-mbpp': "MultiPL-E's MBPP, in the form of Table 2",
  'humaneval-x': 'HumanEval-X, in the form of Table 2',
  crosspleval: "Translation in the form of CrossPLEval (the paper's Table 3)",
}

export function paperTables(all: readonly ModelFigures[]): PaperTable[] {
  const benchmarks = Map.groupBy(all, ({ benchmark }) => benchmark)
  const names = [...new Set([...Object.keys(TITLES), ...benchmarks.keys()])].filter((name) =>
    benchmarks.has(name),
  )
  const tables = names.map((name) => {
    const own = benchmarks.get(name)!
    const isTranslation = own.some(({ figures }) => figures.some(({ source }) => source !== null))
    return isTranslation ? table3(TITLES[name] ?? name, own) : table2(TITLES[name] ?? name, own)
  })
  const [code, translation] = [benchmarks.get('multipl-e'), benchmarks.get('crosspleval')]
  return code && translation ? [...tables, table4(code, translation)] : tables
}

function table2(title: string, all: readonly ModelFigures[]): PaperTable {
  const others = otherTargets(all, TABLE_2)
  const rows = [...byModel(all)].map(([name, figures]) => {
    const cellOf = (target: Language) => cellFor(figures.find((figure) => figure.target === target))
    const cells = TABLE_2.map(cellOf)
    return { group: '', name, cells: [...cells, average(cells), ...others.map(cellOf)] }
  })
  return {
    title,
    head: ['Model', ...TABLE_2.map(shortName), 'Avg.', ...others.map(shortName)],
    rows,
    notes: notesOf(
      all,
      TABLE_2.map((target) => ({ source: null, target })),
    ),
  }
}

function table3(title: string, all: readonly ModelFigures[]): PaperTable {
  const others = otherTargets(all, PAPERS_TARGETS)
  const sources = sourcesOf(all)
  const wanted = sources.flatMap((source) =>
    PAPERS_TARGETS.filter((target) => target !== source).map((target) => ({ source, target })),
  )
  const rows = sources.flatMap((source) =>
    [...byModel(all)].map(([name, figures]) => {
      const { cells, mean } = translationCells(figures, source)
      const beside = others.map((target) => translationCell(figures, source, target))
      return { group: shortName(source), name, cells: [...cells, mean, ...beside] }
    }),
  )
  return {
    title,
    head: ['Source', 'Model', ...PAPERS_TARGETS.map(shortName), 'Avg.', ...others.map(shortName)],
    rows,
    notes: notesOf(all, wanted),
  }
}

function table4(code: readonly ModelFigures[], translation: readonly ModelFigures[]): PaperTable {
  const sources = sourcesOf(translation)
  const [codeFigures, translationFigures] = [byModel(code), byModel(translation)]
  const rows = [...new Set([...codeFigures.keys(), ...translationFigures.keys()])].map((name) => {
    const own = codeFigures.get(name) ?? []
    const codeMean = average(TABLE_2.map((target) => cellFor(own.find((figure) => figure.target === target))))
    const means = sources.map((source) => translationCells(translationFigures.get(name) ?? [], source).mean)
    return { group: '', name, cells: [codeMean, ...means, average(means)] }
  })
  const isMarked = rows.some(({ cells }) => cells.some((cell) => cell.kind === 'figure' && cell.isMarked))
  return {
    title: "Averages side by side (the paper's Table 4)",
    head: ['Model', 'MultiPL-E', ...sources.map((source) => `from ${shortName(source)}`), 'Avg.'],
    rows,
    notes: isMarked ? ['* An average leaves out what the notes above tell.'] : [],
  }
}

function translationCells(figures: readonly Figure[], source: Language) {
  const cells = PAPERS_TARGETS.map((target) => translationCell(figures, source, target))
  return { cells, mean: average(cells) }
}

function translationCell(figures: readonly Figure[], source: Language, target: Language): Cell {
  if (source === target) return { kind: 'none' }
  return cellFor(figures.find((figure) => figure.source === source && figure.target === target))
}

function cellFor(figure: Figure | undefined): Cell {
  if (figure?.pass === undefined) return { kind: 'missing' }
  const { value, low, high } = figure.pass
  return { kind: 'figure', value, low, high, isMarked: figure.judged < figure.asked }
}

/**
 * The mean of what is there, marked where something is not. Its interval is the mean of the intervals: as wide as if all
 * languages erred together, which their common problems make them do in part.
 */
function average(cells: readonly Cell[]): Cell {
  const figures = cells.filter((cell) => cell.kind === 'figure')
  if (figures.length === 0) return { kind: 'missing' }
  const mean = (of: (figure: (typeof figures)[number]) => number) =>
    figures.reduce((sum, figure) => sum + of(figure), 0) / figures.length
  return {
    kind: 'figure',
    value: mean(({ value }) => value),
    low: mean(({ low }) => low),
    high: mean(({ high }) => high),
    isMarked: cells.some((cell) => cell.kind === 'missing' || (cell.kind === 'figure' && cell.isMarked)),
  }
}

const byModel = (all: readonly ModelFigures[]): ReadonlyMap<string, readonly Figure[]> =>
  new Map(
    [...Map.groupBy(all, ({ model }) => model)].map(([model, own]) => [
      model,
      own.flatMap(({ figures }) => figures),
    ]),
  )

function otherTargets(all: readonly ModelFigures[], usual: readonly Language[]): Language[] {
  const there = all.flatMap(({ figures }) => figures.map(({ target }) => target))
  return [...new Set(there)].filter((target) => !usual.includes(target))
}

function sourcesOf(all: readonly ModelFigures[]): Language[] {
  const there = new Set(all.flatMap(({ figures }) => figures.flatMap(({ source }) => source ?? [])))
  return [...PAPERS_SOURCES.filter((source) => there.has(source)), ...there].filter(
    (source, index, list) => list.indexOf(source) === index,
  )
}

/** All that a figure does not say of itself. */
function notesOf(all: readonly ModelFigures[], wanted: readonly Pair[]): string[] {
  const notes = all.flatMap(({ model, figures }) => {
    const missing = figures
      .filter(({ judged, asked, pass }) => pass !== undefined && judged < asked)
      .map(missingNote)
    const cut = figures.reduce((sum, figure) => sum + figure.cut, 0)
    return [
      ...missing.map((note) => `* ${model}, ${note}`),
      ...(cut > 0
        ? [`${model}: ${cut} answers had not ended at their greatest length; they are judged as they are.`]
        : []),
    ]
  })
  return [...notes, ...absences(all, wanted), ...ceilings(all), ...otherProblems(all)]
}

function missingNote(figure: Figure): string {
  const { asked, judged, unanswered, passed } = figure
  const without = asked - judged
  const bounds = `${percent(passed / asked)} if all of them failed, ${percent((passed + without) / asked)} if all passed`
  return `${pairName(figure)}: ${without} of ${asked} answers are not in the figure, ${unanswered} not given and ${without - unanswered} not judged (${bounds}).`
}

/** Cells of the table that a model has no results for. */
function absences(all: readonly ModelFigures[], wanted: readonly Pair[]): string[] {
  return [...byModel(all)].flatMap(([model, figures]) => {
    const there = new Set(figures.filter(({ pass }) => pass !== undefined).map(pairName))
    const absent = wanted.map(pairName).filter((name) => !there.has(name))
    if (absent.length === 0) return []
    return [`* ${model} has no figure for ${listed(absent)}: its averages are over the others.`]
  })
}

function ceilings(all: readonly ModelFigures[]): string[] {
  const told = new Set<string>()
  for (const figure of all.flatMap(({ figures }) => figures)) {
    const { unanswerable, problems } = figure
    if (unanswerable > 0)
      told.add(
        `${pairName(figure)}: ${unanswerable} of ${problems} problems cannot be solved, by the data; at most ${percent((problems - unanswerable) / problems)} can be reached.`,
      )
  }
  return [...told]
}

/** Figures of different problems are not comparable, though they stand in one column. */
function otherProblems(all: readonly ModelFigures[]): string[] {
  const asked = all.flatMap(({ model, figures }) => figures.map((figure) => ({ model, figure })))
  const differing = [...Map.groupBy(asked, ({ figure }) => pairName(figure))].flatMap(([name, own]) => {
    const sets = [...Map.groupBy(own, ({ figure }) => figure.problemSet).values()]
    if (sets.length < 2) return []
    const parts = sets.map((set) => `${set.map(({ model }) => model).join(', ')} ${set[0]!.figure.problems}`)
    return [{ name, parts: parts.join('; ') }]
  })
  return [...Map.groupBy(differing, ({ parts }) => parts)].map(
    ([parts, own]) =>
      `${listed(own.map(({ name }) => name))}: the models were not asked the same problems (${parts}); compare with care.`,
  )
}

/** Beyond a line of names their number says more. */
const listed = (names: readonly string[]) => (names.length > 8 ? `${names.length} pairs` : names.join(', '))

type Pair = Pick<Figure, 'source' | 'target'>

const pairName = ({ source, target }: Pair) =>
  source === null ? LANGUAGE_NAMES[target] : `${LANGUAGE_NAMES[source]} to ${LANGUAGE_NAMES[target]}`

/** @example percent(0.71425) // '71.43' */
export const percent = (share: number): string => (100 * share).toFixed(2)
