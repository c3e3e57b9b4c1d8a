import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { collectFigures } from '../../../src/evaluate/tables/collect-figures.ts'
import { type Cell, paperTables } from '../../../src/evaluate/tables/paper-tables.ts'
import { tablesAsMarkdown } from '../../../src/evaluate/tables/tables-as-markdown.ts'
import { tablesAsPage } from '../../../src/evaluate/tables/tables-as-page.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { type Told, writeResults } from './made-results.ts'

const scratch = scratchFolder()
let count = 0

function results(model: string, benchmark: string, told: Told): string {
  return writeResults(join(scratch, `results-${count++}`), { model, benchmark }, told)
}

const tablesOf = (...places: string[]) => paperTables(collectFigures(places))
const inPercent = (cell: Cell) => (cell.kind === 'figure' ? Math.round(1e4 * cell.value) / 100 : cell.kind)
const marked = (cell: Cell) => cell.kind === 'figure' && cell.isMarked

const ALL_OF_TABLE_2: Told = {
  python: 'PPPP',
  cpp: 'PPPF',
  java: 'PPFF',
  php: 'PFFF',
  bash: 'FFFF',
  javascript: 'PP',
  typescript: 'PF',
  csharp: 'PFPF',
}

describe('Table 2', () => {
  const [table] = tablesOf(
    results('small', 'multipl-e', ALL_OF_TABLE_2),
    results('large', 'multipl-e', { ...ALL_OF_TABLE_2, go: 'P' }),
  )

  test('has the columns of the paper, in its order, and others behind the average', () => {
    expect(table!.head).toEqual([
      ...['Model', 'Python', 'C++', 'Java', 'PHP', 'Bash', 'JS', 'TS', 'C#', 'Avg.', 'Go'],
    ])
    expect(table!.rows.map(({ name, cells }) => [name, ...cells.map(inPercent)])).toEqual([
      ['small', 100, 75, 50, 25, 0, 100, 50, 50, 56.25, 'missing'],
      ['large', 100, 75, 50, 25, 0, 100, 50, 50, 56.25, 100],
    ])
  })

  test('averages languages, not problems', () => {
    // 15 of 28 problems are solved: 53.57 %.
    expect(inPercent(table!.rows[0]!.cells[8]!)).toBe(56.25)
    expect(table!.rows.flatMap(({ cells }) => cells).some(marked)).toBe(false)
    expect(table!.notes).toEqual([])
  })
})

describe('what is not known', () => {
  test('is neither a pass nor a failure, is marked, and is told with its bounds', () => {
    const [table] = tablesOf(results('m', 'multipl-e', { ...ALL_OF_TABLE_2, cpp: 'PPF?-' }))
    const { cells } = table!.rows[0]!
    expect(inPercent(cells[1]!)).toBe(66.67)
    expect([marked(cells[1]!), marked(cells[8]!), marked(cells[0]!)]).toEqual([true, true, false])
    expect(table!.notes).toEqual([
      '* m, C++: 2 of 5 answers are not in the figure, 1 not given and 1 not judged (40.00 if all of them failed, 80.00 if all passed).',
    ])
  })

  test('a language without results is told, and the average is over the others', () => {
    const { cpp: _cpp, ...rest } = ALL_OF_TABLE_2
    const [table] = tablesOf(results('m', 'multipl-e', { ...rest, java: '??' }))
    const { cells } = table!.rows[0]!
    expect([inPercent(cells[1]!), inPercent(cells[2]!)]).toEqual(['missing', 'missing'])
    expect(inPercent(cells[8]!)).toBeCloseTo((100 + 25 + 0 + 100 + 50 + 50) / 6, 2)
    expect(marked(cells[8]!)).toBe(true)
    expect(table!.notes).toContain('* m has no figure for C++, Java: its averages are over the others.')
  })

  test('problems that nobody can solve, and models that were asked others, are told', () => {
    const [table] = tablesOf(
      results('a', 'multipl-e', { ...ALL_OF_TABLE_2, cpp: 'PPPu' }),
      results('b', 'multipl-e', { ...ALL_OF_TABLE_2, cpp: 'PP' }),
    )
    expect(table!.notes).toEqual([
      'C++: 1 of 4 problems cannot be solved, by the data; at most 75.00 can be reached.',
      'C++: the models were not asked the same problems (a 4; b 2); compare with care.',
    ])
  })
})

describe('Tables 3 and 4', () => {
  const targets = [
    ...[
      'python',
      'cpp',
      'java',
      'php',
      'javascript',
      'bash',
      'scala',
      'go',
      'typescript',
      'csharp',
      'haskell',
    ],
  ]
  const from = (source: string, marks: string) =>
    Object.fromEntries(
      targets.filter((target) => target !== source).map((target) => [`${source}-${target}`, marks]),
    )
  const translation = { ...from('go', 'PF'), ...from('python', 'PPPF') }
  const tables = tablesOf(
    `one=${results('x', 'multipl-e', ALL_OF_TABLE_2)}`,
    `one=${results('x', 'crosspleval', translation)}`,
    `two=${results('y', 'crosspleval', translation)}`,
  )

  test('Table 3 has a block for each source, and none of a language into itself', () => {
    const table = tables[1]!
    expect(table.head.slice(0, 3)).toEqual(['Source', 'Model', 'Python'])
    expect(table.rows.map(({ group, name }) => [group, name])).toEqual([
      ['Python', 'one'],
      ['Python', 'two'],
      ['Go', 'one'],
      ['Go', 'two'],
    ])
    expect(table.rows[0]!.cells.map(inPercent)).toEqual(['none', ...Array(10).fill(75), 75])
    expect(inPercent(table.rows[2]!.cells[7]!)).toBe('none')
  })

  test('Table 4 has the averages of both, and the mean over the sources', () => {
    expect(tables[2]!.head).toEqual(['Model', 'MultiPL-E', 'from Python', 'from Go', 'Avg.'])
    expect(tables[2]!.rows.map(({ name, cells }) => [name, ...cells.map(inPercent)])).toEqual([
      ['one', 56.25, 75, 50, 62.5],
      ['two', 'missing', 75, 50, 62.5],
    ])
  })

  test('as Markdown and as a page they say the same, and what a name holds is text', () => {
    const models = collectFigures([results('<b>a|b', 'multipl-e', { ...ALL_OF_TABLE_2, cpp: 'P?' })])
    const [markdown, page] = [
      tablesAsMarkdown(paperTables(models)),
      tablesAsPage(paperTables(models), models),
    ]
    expect(markdown).toContain('| \\<b>a\\|b | 100.00 | 100.00\\* |')
    expect(markdown).toContain('- \\* \\<b>a\\|b, C++: 1 of 2 answers are not in the figure')
    expect(page).toContain('&lt;b&gt;a|b</th>')
    expect(page).toContain('>100.00*<small>')
    expect(page).not.toContain('<b>a')
    expect(page).not.toMatch(/(?:src|href)=/)
  })
})

test('two folders with the same figures of one model are refused', () => {
  const folders = [results('m', 'multipl-e', { cpp: 'P' }), results('m', 'multipl-e', { cpp: 'F' })]
  expect(() => collectFigures(folders)).toThrow(/both have figures of m on multipl-e: name one of them/)
  expect(() => collectFigures([scratch])).toThrow(/holds no results/)
})
