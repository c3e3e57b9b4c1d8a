/** Answers in IR of known kind: members of a group, and texts that are wrong, undefined, hostile or no IR at all. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import type { GroupTools } from '../../src/group/group-tools.ts'
import { judgeIr } from '../../src/judge-ir/judge-ir.ts'
import { type JudgedUnit, openJudgedUnit } from '../../src/judge-ir/open-judged-unit.ts'
import { unitCode } from '../../src/languages/languages.ts'
import type { GroupRecord } from '../../src/records/group-record.ts'
import type { IrVerdict } from '../../src/records/ir-verdict.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'
import { openDefaultTestEngine } from '../execute/open-test-engine.ts'
import { groupOf } from './group-of.ts'

let engine: CodeEngine
let tools: GroupTools
beforeAll(async () => {
  engine = await openDefaultTestEngine()
  tools = { engine, parse: await loadParser() }
})
afterAll(() => engine.close())

async function judgedOf(text: string, name: string): Promise<{ judged: JudgedUnit; group: GroupRecord }> {
  const stored = await groupOf(tools, text, name)
  const opened = await openJudgedUnit(engine, stored)
  if (opened.kind !== 'ok') throw new Error(opened.reason)
  return { judged: opened.judged, group: stored.group }
}

const PROGRAM = `#include <stdio.h>
int main(void) {
  int n, sum = 0;
  if (scanf("%d", &n) != 1) return 1;
  for (int i = 0; i < n && i < 50; i++) sum += i % 3 == 0 ? i : 1;
  printf("%d\\n", sum);
  return 0;
}`

const COUNTER = `int calls;
int count(const int *values, int n, int wanted) {
  int found = 0;
  for (int i = 0; i < n; i++)
    if (values[i] == wanted) found++;
  calls += n;
  return found;
}`

/** In C a comparison that comes out the same whatever `y` is; in IR `mul nsw` of what was never written is poison. */
const DOUBLED = `#include <stdio.h>
int main(void) {
  int x, y;
  scanf("%d%d", &x, &y);
  printf("%d", x <= y * 2);
  return 0;
}`

describe('inputs on which the IR of the unit itself is undefined', () => {
  const stdins = ['2147483647 ', '1 1 ', '3 1 ']
  const INVERTED = DOUBLED.replace('<=', '>')
  async function judgedOn(given: readonly string[]) {
    const { group: whole, unit } = await groupOf(tools, DOUBLED, 'main')
    // The group may be about a mutant; this one is to be about the text.
    const { subject: _, ...group } = whole
    const [any] = group.expected
    const of = (stdin: string) => ({ ...any!, stdout: stdin === '1 1 ' ? '1' : '0' })
    const inputs = given.map((stdin) => ({ kind: 'stdin', stdin }) as const)
    const opened = await openJudgedUnit(engine, {
      group: { ...group, inputs, expected: given.map(of) },
      unit,
    })
    if (opened.kind !== 'ok') throw new Error(opened.reason)
    const irOf = async (code: string) => {
      const emitted = await engine.emitIr({ ...opened.judged.source, text: code }, 'O1')
      if (emitted.kind !== 'ok') throw new Error(emitted.kind)
      return emitted.stdout
    }
    return { judged: opened.judged, irOf, right: await irOf(DOUBLED), wrong: await irOf(INVERTED) }
  }

  test('are held against no answer, and show none to be right', async () => {
    const { judged, right, wrong } = await judgedOn(stdins)
    expect(await judgeIr(engine, judged, right)).toEqual({ kind: 'equal', inputs: 2, searched: 0 })
    expect(await judgeIr(engine, judged, wrong)).toMatchObject({
      kind: 'differs',
      witness: { inputIndex: 1 },
    })
  })

  test('do not spare an answer that crashes on them what is asked about the others', async () => {
    const { judged, irOf } = await judgedOn(stdins)
    const reading = (above: number) =>
      DOUBLED.replace(
        '  printf',
        `  volatile int two[2] = {0, 0};\n  if (x > ${above}) (void)two[x];\n  printf`,
      )
    expect(await judgeIr(engine, judged, await irOf(reading(3)))).toEqual({
      kind: 'equal',
      inputs: 2,
      searched: 0,
    })
    expect(await judgeIr(engine, judged, await irOf(reading(2)))).toMatchObject({
      kind: 'undefined',
      inputIndex: 2,
    })
  })

  test('and where there are no others, nothing is said', async () => {
    const { judged, right, wrong } = await judgedOn(stdins.slice(0, 1))
    for (const answer of [right, wrong])
      expect(await judgeIr(engine, judged, answer)).toEqual({
        kind: 'unjudged',
        reason: 'of the unit: its own IR is undefined on every input',
      })
  })
})

/** Inlined at -O1: it then reads the buffer of stdin itself. */
const UNLOCKED = `#include <stdio.h>
int main(void) {
  int digits = 0, sum = 0;
  for (int c = getchar_unlocked(); c != '\\n' && c != EOF; c = getchar_unlocked())
    if (c >= '0' && c <= '9') digits++, sum += c - '0';
  printf("%d of %d\\n", sum, digits);
  return 0;
}`

/** LLVM takes the first byte off the memset, which is then said to have one more than it sets. */
const SHORTENED = `#include <stdio.h>
#include <string.h>
int main(void) {
  char read[11], kept[11];
  memset(kept, 0, 11);
  if (scanf("%10s", read) != 1) return 1;
  kept[0] = read[0] == 'B' ? 'x' : read[0];
  for (int i = 1; i < 10 && read[i]; i++) kept[i] = read[i] == 'B' ? kept[i - 1] : read[i];
  puts(kept);
  return 0;
}`

test('the optimiser does to these texts what they are here for', async () => {
  const emitted = await Promise.all(
    [UNLOCKED, SHORTENED].map((text) => engine.emitIr(unitCode({ code: text, standard: 'gnu17' }), 'O2')),
  )
  const [unlocked, shortened] = emitted.map((one) => (one.kind === 'ok' ? one.stdout : one.kind))
  expect(unlocked).toContain('@__uflow')
  expect(shortened).toMatch(/@llvm\.memset[^\n]* dereferenceable\(11\) [^\n]* i64 10,/)
})

describe.each([
  ['a program', PROGRAM, 'main'],
  ['a program that reads the buffer of stdin itself', UNLOCKED, 'main'],
  ['a program whose memset is shortened', SHORTENED, 'main'],
  ['a function with memory and a global', COUNTER, 'count'],
  ['a function of floats', 'double mean(double a, double b) { return (a + b) / 2 + a * 0.1; }', 'mean'],
])('members of the group of %s', (_, text, name) => {
  let judged: JudgedUnit
  let group: GroupRecord
  beforeAll(async () => {
    ;({ judged, group } = await judgedOf(text, name))
  })

  test('winners at every level are equal', async () => {
    for (const { ir } of group.winners)
      expect(await judgeIr(engine, judged, ir)).toEqual({
        kind: 'equal',
        inputs: group.inputs.length,
        searched: 0,
      })
  })

  test('losers differ with a witness, malformed ones have their message', async () => {
    expect(group.losers.length).toBeGreaterThan(1)
    for (const loser of group.losers) {
      const verdict = await judgeIr(engine, judged, loser.ir)
      if (loser.class === 'malformed') {
        expect(verdict).toEqual({ kind: 'malformed', message: loser.message })
        continue
      }
      expect(verdict.kind).toBe('differs')
      const { witness } = verdict as Extract<IrVerdict, { kind: 'differs' }>
      expect(witness.isClear).toBe(true)
      expect(witness.input).toEqual(group.inputs[witness.inputIndex!])
      expect(witness.original).toEqual(group.expected[witness.inputIndex!])
      expect(witness.answer).not.toEqual(witness.original)
    }
  })
})

/** Of `int add3(int x)`, which is x + 3 for what a group's inputs hold. */
const add3 = (body: string, around = '') => `${around}
define i32 @add3(i32 noundef %x) {
entry:
${body}
}
`
const RIGHT =
  '  %wide = sext i32 %x to i64\n  %sum = add i64 %wide, 3\n  %r = trunc i64 %sum to i32\n  ret i32 %r'

describe('answers for a function of a number', () => {
  let judged: JudgedUnit
  beforeAll(async () => {
    ;({ judged } = await judgedOf('unsigned add3(unsigned x) { return x + 3; }', 'add3'))
  })
  const kindOf = async (answer: string) => (await judgeIr(engine, judged, answer)).kind

  test.each([
    ['another way', add3(RIGHT)],
    ['in a block', `Here it is:\n\`\`\`llvm\n${add3(RIGHT)}\`\`\`\nIt adds 3.`],
    ['in a block without a word', `\`\`\`\n${add3(RIGHT)}\`\`\``],
    [
      'poison that is made and not used',
      add3(
        `  %unused = add nsw i32 %x, 2147483647\n  %far = shl i32 1, %x\n  %c = icmp eq i32 %x, %x\n  %s = select i1 %c, i32 %x, i32 %unused\n  %t = select i1 %c, i32 %s, i32 %far\n  %r = add i32 %t, 3\n  ret i32 %r`,
      ),
    ],
    [
      'helpers and constants of its own',
      add3(
        '  %r = call i32 @more(i32 %x)\n  ret i32 %r',
        '@three = private constant i32 3\ndefine internal i32 @more(i32 %y) {\n  %t = load i32, ptr @three\n  %r = add i32 %y, %t\n  ret i32 %r\n}',
      ),
    ],
  ])('equal: %s', async (_, answer) => {
    expect(await kindOf(answer)).toBe('equal')
  })

  test.each([
    ['by one', add3('  %r = add i32 %x, 4\n  ret i32 %r')],
    [
      'output besides',
      add3(
        '  %p = call i32 @putchar(i32 65)\n  %r = add i32 %x, 3\n  ret i32 %r',
        'declare i32 @putchar(i32)',
      ),
    ],
    [
      'on one side only',
      add3(
        '  %c = icmp eq i32 %x, 0\n  %r0 = add i32 %x, 3\n  %r = select i1 %c, i32 7, i32 %r0\n  ret i32 %r',
      ),
    ],
  ])('differs: %s', async (_, answer) => {
    expect(await kindOf(answer)).toBe('differs')
  })

  test.each([
    [
      'signed overflow that is used',
      add3(
        '  %a = add nsw i32 %x, 2147483647\n  %b = sub i32 %a, 2147483647\n  %r = add i32 %b, 3\n  ret i32 %r',
      ),
    ],
    [
      'what was never written',
      add3(
        '  %p = alloca i32\n  %v = load i32, ptr %p\n  %z = and i32 %v, 0\n  %w = xor i32 %v, %v\n  %c = icmp eq i32 %v, 7\n  br i1 %c, label %a, label %a2\na:\n  br label %a2\na2:\n  %r = add i32 %x, 3\n  ret i32 %r',
      ),
    ],
    [
      'behind an array',
      add3(
        '  %p = alloca [4 x i32]\n  %q = getelementptr i32, ptr %p, i64 4\n  store i32 1, ptr %q\n  %r = add i32 %x, 3\n  ret i32 %r',
      ),
    ],
    [
      'behind an array, where no sanitizer is to look',
      `${add3(
        '  %p = alloca [4 x i32]\n  %q = getelementptr i32, ptr %p, i64 4\n  store i32 1, ptr %q, !nosanitize !0\n  %r = add i32 %x, 3\n  ret i32 %r',
      ).replace('noundef %x) {', 'noundef %x) disable_sanitizer_instrumentation {')}!0 = !{}\n`,
    ],
    ['a value that may be any', add3('  %u = freeze i32 undef\n  %r = add i32 %u, 3\n  ret i32 %r')],
    [
      'an assumption that does not hold',
      add3(
        '  %c = icmp ugt i32 %x, 4294967294\n  call void @llvm.assume(i1 %c)\n  %r = add i32 %x, 3\n  ret i32 %r',
        'declare void @llvm.assume(i1)',
      ),
    ],
    ['unreachable', add3('  unreachable')],
  ])('undefined: %s', async (_, answer) => {
    expect(await kindOf(answer)).toBe('undefined')
  })

  test.each([
    ['timeout', 'an endless loop', add3('  br label %l\nl:\n  br label %l')],
    ['crash', 'abort', add3('  call void @abort()\n  unreachable', 'declare void @abort()')],
    ['malformed', 'no IR', 'I am sorry, but I cannot do that.'],
    ['mismatch', 'nothing', ''],
    ['malformed', 'two blocks', `\`\`\`llvm\n${add3(RIGHT)}\`\`\`\n\`\`\`llvm\n${add3(RIGHT)}\`\`\``],
    ['malformed', 'a block that is not closed', `\`\`\`llvm\n${add3(RIGHT)}`],
    ['malformed', 'a wrong type', add3('  ret i64 3')],
    ['malformed', 'a name twice', add3('  %r = add i32 %x, 3\n  %r = add i32 %x, 3\n  ret i32 %r')],
    ['mismatch', 'another name', add3(RIGHT).replace('@add3', '@add4')],
    ['mismatch', 'another type', 'define i64 @add3(i64 %x) {\n  %r = add i64 %x, 3\n  ret i64 %r\n}\n'],
    ['mismatch', 'not to be called from outside', add3(RIGHT).replace('define', 'define internal')],
    ['mismatch', 'a main beside it', `${add3(RIGHT)}define i32 @main() {\n  ret i32 0\n}\n`],
    ['mismatch', 'for another machine', `target triple = "aarch64-unknown-linux-gnu"\n${add3(RIGHT)}`],
    [
      'refused',
      'system',
      add3(
        '  %s = call i32 @system(ptr null)\n  %r = add i32 %x, 3\n  ret i32 %r',
        'declare i32 @system(ptr)',
      ),
    ],
    [
      'refused',
      'assembly in it',
      add3('  call void asm sideeffect "nop", ""()\n  %r = add i32 %x, 3\n  ret i32 %r'),
    ],
    ['refused', 'assembly beside it', `module asm "nop"\n${add3(RIGHT)}`],
    [
      'refused',
      'a constructor',
      add3(
        RIGHT,
        '@llvm.global_ctors = appending global [1 x { i32, ptr, ptr }] [{ i32, ptr, ptr } { i32 1, ptr @early, ptr null }]\ndefine internal void @early() {\n  ret void\n}',
      ),
    ],
    ['refused', 'an alias', `${add3(RIGHT)}@other = alias i32 (i32), ptr @add3\n`],
    [
      'refused',
      'an ifunc',
      `${add3(RIGHT)}@other = ifunc i32 (i32), ptr @resolve\ndefine ptr @resolve() {\n  ret ptr @add3\n}\n`,
    ],
    ['refused', 'a printf of its own', `${add3(RIGHT)}define i32 @printf(ptr %f, ...) {\n  ret i32 0\n}\n`],
  ] as const)('%s: %s', async (kind, _, answer) => {
    expect(await kindOf(answer)).toBe(kind)
  })

  test('a difference beyond the inputs of the group is found where it is looked for', async () => {
    const answer = add3(
      '  %c = icmp eq i32 %x, 123456\n  %r0 = add i32 %x, 3\n  %r = select i1 %c, i32 0, i32 %r0\n  ret i32 %r',
    )
    expect(await kindOf(answer)).toBe('equal')
    const verdict = await judgeIr(engine, judged, answer, { searchInputs: 500 })
    expect(verdict).toMatchObject({ kind: 'differs', witness: { isClear: true } })
    const right = await judgeIr(engine, judged, add3(RIGHT), { searchInputs: 100 })
    expect(right).toMatchObject({ kind: 'equal' })
    expect((right as Extract<IrVerdict, { kind: 'equal' }>).searched).toBeGreaterThan(50)
  })
})
