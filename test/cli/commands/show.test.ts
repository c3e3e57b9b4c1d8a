import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printable, printableBytes } from '../../../src/base/printable.ts'
import { markEdits, showEdit } from '../../../src/cli/render/mark-edits.ts'
import { paletteFor, plain } from '../../../src/cli/render/palette.ts'
import { renderGroup } from '../../../src/cli/render/render-group.ts'
import type { AstLoser, GroupRecord, StoredGroup } from '../../../src/records/group-record.ts'
import { openStore } from '../../../src/store/store.ts'
import {
  groupOfAllClasses,
  syntheticGroup,
  syntheticOutcome,
  syntheticSource,
  syntheticUnit,
} from '../../store/synthetic-records.ts'
import { capture, run } from '../captured-context.ts'

const stored = { group: syntheticGroup(3), unit: syntheticUnit(3), source: syntheticSource(3) }

function withLoser(change: Partial<AstLoser>, inputs: Partial<GroupRecord> = {}): StoredGroup {
  const [first] = stored.group.losers
  return { ...stored, group: { ...stored.group, ...inputs, losers: [{ ...first!, ...change }] } }
}

const rendered = (group: StoredGroup, full = false) => renderGroup(group, { paint: plain, full })

describe('a group in the terminal', () => {
  it('shows of an edit of IR whose it is, and of a malformed text what the assembler says', () => {
    const group = groupOfAllClasses(3)
    const text = rendered({ ...stored, group })
    expect(text).toContain(`loser 2: IR-PRED on line 5 of winner 2, O2, difficulty 0.50, class ir
  6.3% of the tokens, 13% of the lines differ from the nearest winner, shown by 2 of 2 inputs
  IR against winner 2 (O1 O2 O3)
    @@ -3,5 +3,5 @@
       %x = alloca i32
       %0 = tail call i32 @read()
    -  %cmp = icmp slt i32 %0, 3
    +  %cmp = icmp sle i32 %0, 3
       br i1 %cmp, label %then, label %else
     }
  witness: input 2
`)
    expect(
      text.split('loser 3: ')[1],
    ).toBe(`MF-TYPE on line 5 of winner 2, O2, difficulty 0.50, class malformed
  6.3% of the tokens, 13% of the lines differ from the nearest winner
  IR against winner 2 (O1 O2 O3)
    @@ -3,5 +3,5 @@
       %x = alloca i32
       %0 = tail call i32 @read()
    -  %cmp = icmp slt i32 %0, 3
    +  %cmp = icmp slt ptr i32 %0, 3
       br i1 %cmp, label %then, label %else
     }
  the assembler refuses it
    6:10: expected type 'é'
`)
  })

  it('shows the source with marks, winners, diffs and witnesses', () => {
    expect(rendered(stored)).toBe(
      `group ${stored.group.id}
program main of synthetic all 3 (license MIT), split train
2 inputs stored of 12 tried, 3 of 4 edges reached, seed 1

C source, edits marked
 1 | #include <stdio.h>
 2 | int main(void) {
 3 |   int x;
 4 |   scanf("%d", &x);
 5 |   if (x < 3)
   |         ^ loser 1 ROR: <=
   |         ^ loser 2 ROR: !=
 6 |     puts("small");
 7 |   else
 8 |     puts("large");
 9 |   return 0;
10 | }

winners
   1  O0                     7 lines
   2  O1 O2 O3               7 lines
   3  Os Oz                  7 lines  (not in the group)

loser 1: ROR on line 5, O0, difficulty 0.75
  1.0% of the tokens, 20% of the lines differ from the nearest winner, shown by 1 of 2 inputs, depth 5
    5 -   if (x < 3)
                ^
    5 +   if (x <= 3)
                ^^
  IR against winner 1 (O0)
    @@ -3,5 +3,5 @@
       %x = alloca i32
       %0 = load i32, ptr %x
    -  %cmp = icmp slt i32 %0, 3
    +  %cmp = icmp sle i32 %0, 3
       br i1 %cmp, label %then, label %else
     }
  witness: input 1
    stdin: 3
  original gives
    stdout: large
    exit: 0
  loser gives
    stdout: small
    exit: 0

loser 2: ROR on line 5, O0, difficulty 0.50
  2.0% of the tokens, 20% of the lines differ from the nearest winner, shown by 1 of 2 inputs, depth 5
    5 -   if (x < 3)
                ^
    5 +   if (x != 3)
                ^^
  IR against winner 1 (O0)
    @@ -3,5 +3,5 @@
       %x = alloca i32
       %0 = load i32, ptr %x
    -  %cmp = icmp slt i32 %0, 3
    +  %cmp = icmp ne i32 %0, 3
       br i1 %cmp, label %then, label %else
     }
  witness: input 2
    stdin: 4
  original gives
    stdout: large é
    exit: 0
  loser gives
    stdout: small
    exit: 0
`,
    )
  })

  it('shows a call by its arguments, the result and the memory', () => {
    const effects = (value: string) => JSON.stringify({ return: value, memory: { '*count': value } })
    const witness = {
      inputIndex: 0,
      original: { stdout: '', exit: 0, effects: effects('3') },
      mutant: { stdout: '', exit: 0, effects: effects('4') },
    }
    const inputs = [{ kind: 'call', args: [{ i: '7' }], blocks: [], globals: {}, stdin: '1\n' }] as const
    expect(rendered(withLoser({ witness }, { inputs }))).toContain(`    args: [{"i":"7"}]
    stdin: 1
  original gives
    return: 3
    memory: {"*count":"3"}
    stdout: (nothing)
    exit: 0
  loser gives
    return: 4
`)
    expect(rendered(withLoser({ witness }, { inputs, callTexts: ['limit = 2;\nf(7)'] }))).toContain(
      '  witness: input 1\n    limit = 2;\n    f(7)\n    stdin: 1\n',
    )
  })

  it('shows output of several lines, and where it has no line end', () => {
    const result = (stdout: string) => ({ stdout, exit: 0, effects: '' })
    const text = rendered(
      withLoser({ witness: { inputIndex: 0, original: result('1\n2\n'), mutant: result('1') } }),
    )
    expect(text).toContain('original gives\n    stdout:\n      1\n      2\n    exit: 0')
    expect(text).toContain('loser gives\n    stdout:\n      1\n      (no line end)\n')
  })

  it('cuts long output and says so, and shows all of it with --full', () => {
    const long = Array.from({ length: 100 }, (_, i) => `${i}\n`).join('')
    const group = withLoser({
      witness: {
        inputIndex: 0,
        original: { stdout: long, exit: 0, effects: '' },
        mutant: { stdout: 'x\n', exit: 0, effects: '' },
      },
    })
    expect(rendered(group)).toContain('... 90 more lines (--full shows them)')
    expect(rendered(group)).not.toContain('      99\n')
    expect(rendered(group, true)).toContain('      99\n')
  })

  it('lets no program write to the terminal by its output or source', () => {
    const text = rendered(
      withLoser({
        witness: {
          inputIndex: 0,
          original: { stdout: '\x1b]0;owned\x07\n', exit: 0, effects: '' },
          mutant: { stdout: 'x\n', exit: 0, effects: '' },
        },
      }),
    )
    expect(text).toContain('\\x1b]0;owned\\x07')
    expect(text).not.toContain('\x1b')
  })

  it('has the same text with and without colours', () => {
    const paint = paletteFor(capture(true).stream, {})
    const coloured = renderGroup(stored, { paint, full: false })
    expect(coloured).not.toBe(rendered(stored))
    expect(stripVTControlCharacters(coloured)).toBe(rendered(stored))
  })
})

describe('colours', () => {
  const colours = (isTTY: boolean, env: NodeJS.ProcessEnv) =>
    paletteFor(capture(isTTY).stream, env)('red', 'x') !== 'x'
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
  ])('terminal %s, environment %o: %s', (isTTY, env, expected) => {
    expect(colours(isTTY, env)).toBe(expected)
  })
})

describe('an edit', () => {
  const edit = (code: string, original: string, replacement: string) => ({
    start: code.indexOf(original),
    end: code.indexOf(original) + original.length,
    replacement,
  })

  it('behind tabs has its carets behind the same tabs', () => {
    const code = 'f()\n{\n\treturn a\t+ b;\n}\n'
    expect(showEdit(code, edit(code, '+', '-'), plain)).toEqual([
      '    3 - \treturn a\t+ b;',
      `        \t        \t^`,
      '    3 + \treturn a\t- b;',
      `        \t        \t^`,
    ])
  })

  it('of several lines shows them all, and the deletion', () => {
    const code = 'f()\n{\n  for (;;) {\n    g();\n  }\n}\n'
    const deletion = edit(code, 'for (;;) {\n    g();\n  }', '')
    expect(showEdit(code, deletion, plain)).toEqual([
      '    3 -   for (;;) {',
      '    4 -     g();',
      '    5 -   }',
    ])
    expect(markEdits(code, [{ label: 'loser 1 SDL', edit: deletion }], plain, false).slice(4, 6)).toEqual([
      '5 |   }',
      '  |   ^ (from line 3) loser 1 SDL: deleted',
    ])
  })

  it('at the ends of the code is shown too', () => {
    expect(showEdit('a', { start: 0, end: 1, replacement: 'b' }, plain)).toEqual([
      '    1 - a',
      '        ^',
      '    1 + b',
      '        ^',
    ])
  })

  it('in long code is shown with the lines around it alone, unless all is asked for', () => {
    const code = Array.from({ length: 300 }, (_, i) => `line${i + 1};\n`).join('')
    const marked = [{ label: 'x', edit: edit(code, 'line150', 'z') }]
    const lines = markEdits(code, marked, plain, false)
    expect(lines).toHaveLength(9 + 1 + 2)
    expect([lines[0], lines.at(-1)]).toEqual(['    ...', '    ...'])
    expect(markEdits(code, marked, plain, true)).toHaveLength(301)
  })
})

describe('text made printable', () => {
  it('escapes controls, keeps tabs and line ends', () => {
    expect(printable('a\tb\nc\r\x00\x7f\x9b\u202e')).toBe('a\tb\nc\\r\\x00\\x7f\\x9b\\u202e')
  })
  it('reads bytes as UTF-8 where they are', () => {
    expect(printableBytes('\xc3\xa9')).toBe('é')
    expect(printableBytes('\xe9')).toBe('é')
  })
})

describe('gepo show', () => {
  let folder: string
  let db: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gepo-show-'))
    db = join(folder, 'groups.db')
    const store = openStore(db)
    for (let n = 0; n < 20; n++) {
      store.saveSource(syntheticSource(n))
      store.saveExtraction(syntheticSource(n).id, [syntheticUnit(n)], [])
      store.saveUnitOutcome(syntheticOutcome(n))
    }
    store.close()
    openStore(join(folder, 'empty.db')).close()
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('takes an id by its first digits', async () => {
    const { exit, stdout } = await run(['show', db, syntheticGroup(3).id.slice(0, 16)])
    expect({ exit, stdout }).toEqual({ exit: 0, stdout: rendered(stored) })
  })

  it('takes the first group, or one by seed', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => syntheticGroup(n).id).toSorted()
    expect((await run(['show', db])).stdout).toContain(`group ${ids[0]}\n`)
    const drawn = await Promise.all([1, 2, 3, 4].map((seed) => run(['show', db, '--seed', String(seed)])))
    expect(new Set(drawn.map(({ stdout }) => stdout)).size).toBeGreaterThan(1)
  })

  it('prints the whole record with --json', async () => {
    const { stdout } = await run(['show', db, syntheticGroup(3).id, '--json'])
    expect(JSON.parse(stdout)).toEqual(stored)
  })

  it('says what to do when there is nothing to show', async () => {
    expect(await run(['show', join(folder, 'empty.db')])).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('holds no groups; gepo stats'),
    })
    expect((await run(['show', db, 'main'])).stderr).toBe(
      'gepo: "main" is not a group id; give its first hex digits, such as 3fa9c1.\n',
    )
  })
})
