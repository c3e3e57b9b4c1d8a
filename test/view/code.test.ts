/** Code beside code: what stands beside what, what is folded, where edits are. */
import { describe, expect, it } from 'vitest'
import { alignIr, cutParts, foldRows } from '../../src/view/code/align-ir.ts'
import { codeLine } from '../../src/view/code/code-line.ts'
import { editedLines } from '../../src/view/code/edited-lines.ts'
import { highlightC, highlightIr } from '../../src/view/code/highlight.ts'

const shape = (left: string, right: string) =>
  alignIr(left, right).map(({ kind, left: a, right: b }) => [kind, a?.number ?? null, b?.number ?? null])

describe('alignIr', () => {
  it('puts a text beside itself line by line', () => {
    expect(shape('a\nb\n', 'a\nb\n')).toEqual([
      ['same', 1, 1],
      ['same', 2, 2],
    ])
  })

  it('puts a changed line beside what it became, and marks the words', () => {
    const [row] = alignIr('  %cmp = icmp slt i32 %x, 3\n', '  %cmp = icmp sle i32 %x, 3\n')
    expect(row).toMatchObject({ kind: 'changed' })
    const marked = ({ text, changes }: NonNullable<typeof row>['left'] & object) =>
      changes.map(({ start, end }) => text.slice(start, end))
    expect(marked(row!.left!)).toEqual(['slt'])
    expect(marked(row!.right!)).toEqual(['sle'])
  })

  it('leaves a place where a line has none beside it', () => {
    expect(shape('a\nstore i32 0, ptr %x\nb\n', 'a\nb\n')).toEqual([
      ['same', 1, 1],
      ['left', 2, null],
      ['same', 3, 2],
    ])
    expect(shape('', 'a\n')).toEqual([['right', null, 1]])
  })

  it('finds the line that one is most like, not the first', () => {
    const left = '  ret i32 %sum\n'
    const right = '  store i32 7, ptr @total, align 4\n  ret i32 %sum1\n'
    expect(shape(left, right)).toEqual([
      ['right', null, 1],
      ['changed', 1, 2],
    ])
  })

  it('puts texts that have nothing in common one below the other', () => {
    const text = (name: string) => Array.from({ length: 1200 }, (_, n) => `${name} ${n}\n`).join('')
    const rows = alignIr(text('left'), text('right'))
    expect(rows.map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 1200 }, () => 'left'),
      ...Array.from({ length: 1200 }, () => 'right'),
    ])
  })

  it('has each line of both sides once, in order', () => {
    const text = (seed: number) =>
      Array.from({ length: 120 }, (_, n) => `  %${n} = add i32 ${(n * seed) % 7}, ${(n * seed) % 5}\n`).join(
        '',
      )
    const rows = alignIr(text(3), text(11))
    for (const side of ['left', 'right'] as const)
      expect(rows.flatMap((row) => row[side]?.number ?? [])).toEqual(
        Array.from({ length: 120 }, (_, n) => n + 1),
      )
  })
})

describe('foldRows', () => {
  const lines = Array.from({ length: 40 }, (_, n) => `line ${n}\n`)
  const changed = lines.with(20, 'other\n')

  it('folds what is equal and far from a difference, and nothing else', () => {
    const parts = foldRows(alignIr(lines.join(''), changed.join('')))
    expect(parts.map(({ isFolded }) => isFolded)).toEqual([true, false, true])
    expect(parts.flatMap(({ rows }) => rows)).toHaveLength(alignIr(lines.join(''), changed.join('')).length)
    expect(parts[0]!.rows).toHaveLength(17)
  })
})

describe('cutParts', () => {
  const row = (kind: 'same' | 'left') => ({
    kind,
    left: { number: 1, text: '', changes: [] },
    right: undefined,
  })
  const rows = (kind: 'same' | 'left', count: number) => Array.from({ length: count }, () => row(kind))
  const parts = [
    { isFolded: true, rows: rows('same', 500) },
    { isFolded: false, rows: rows('left', 3) },
    { isFolded: true, rows: rows('same', 50) },
    { isFolded: false, rows: rows('left', 300) },
    { isFolded: false, rows: rows('left', 1) },
  ]

  it('keeps what differs far behind equal lines, and says how much of each part is left out', () => {
    const cut = cutParts(parts, 100)
    expect(cut.parts.map(({ isFolded, rows, leftOut }) => [isFolded, rows.length, leftOut])).toEqual([
      [true, 100, 400],
      [false, 3, 0],
      [true, 0, 50],
      [false, 97, 203],
    ])
    expect(cut.leftOut).toBe(400 + 50 + 203 + 1)
    expect(cutParts(parts, 1000)).toEqual({
      parts: parts.map((part) => ({ ...part, leftOut: 0 })),
      leftOut: 0,
    })
  })
})

describe('editedLines', () => {
  const code = 'int f(int x) {\n  if (x < 3)\n    x = 1;\n  return x;\n}\n'
  const edit = (original: string, replacement = '') => {
    const start = code.indexOf(original)
    return { operator: 'SDL', start, end: start + original.length, original, replacement }
  }

  it('says what an edit covers of each line, and where it ends', () => {
    const lines = editedLines(code, [
      { member: 0, edit: edit('<', '<=') },
      { member: 1, edit: edit('if (x < 3)\n    x = 1;') },
    ])
    expect(lines.map(({ covered }) => covered.map(({ member, start, end }) => [member, start, end]))).toEqual(
      [
        [],
        [
          [0, 8, 9],
          [1, 2, 12],
        ],
        [[1, 0, 10]],
        [],
        [],
      ],
    )
    expect(lines.map(({ ended }) => ended.map(({ member }) => member))).toEqual([[], [0], [1], [], []])
  })

  it('shows an insertion where it is made, also at the end', () => {
    const at = (offset: number) =>
      editedLines(code, [
        { member: 0, edit: { operator: 'X', start: offset, end: offset, original: '', replacement: ';' } },
      ]).findIndex(({ ended }) => ended.length > 0)
    expect(at(0)).toBe(0)
    expect(at(code.length)).toBe(4)
  })
})

describe('a line of code', () => {
  it('is highlighted and marked, and stays text', () => {
    const line = '  %"<img src=x onerror=alert(1)>" = add i32 1, 2'
    const made = codeLine(line, highlightIr(line), [{ start: 2, end: 6, look: 'word' }]).toString()
    expect(made).not.toContain('<img')
    expect(
      made
        .replaceAll(/<[^>]+>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"'),
    ).toBe(line)
    expect(made).toContain('word')
  })

  it('of C knows a comment over several lines', () => {
    const lines = highlightC('int a; /* one\n two */ int b;')
    expect(lines[0]!.at(-1)).toEqual({ start: 7, end: 13, kind: 'comment' })
    expect(lines[1]![0]).toEqual({ start: 0, end: 7, kind: 'comment' })
  })
})
