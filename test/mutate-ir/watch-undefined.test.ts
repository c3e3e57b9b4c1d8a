import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EntryPoint } from '../../src/call/entry-point.ts'
import { irCode } from '../../src/compile/code.ts'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import { watchUndefined } from '../../src/mutate-ir/watch-undefined.ts'
import type { RunOutcome } from '../../src/records/run-outcome.ts'
import { openTestEngine } from '../execute/open-test-engine.ts'

const entryPoint: EntryPoint = { kind: 'program', exitDefined: true }
let engine: CodeEngine

beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

/** `body` computes an i32 from `%n`, which the input gives, and returns `%r`. */
const program = (body: string) => `@.str = private constant [3 x i8] c"%d\\00", align 1
@table = global [4 x i32] [i32 1, i32 2, i32 3, i32 4], align 16
define i32 @main() {
entry:
  %place = alloca i32, align 4
  %call = call i32 (ptr, ...) @scanf(ptr noundef @.str, ptr noundef %place)
  %n = load i32, ptr %place, align 4
${body
  .split('\n')
  .map((line) => `  ${line.trim()}`)
  .join('\n')}
  ret i32 %r
}
declare i32 @scanf(ptr, ...)
declare i32 @printf(ptr, ...)
declare void @llvm.assume(i1)
define i32 @small(i32 range(i32 0, 10) %x) {
  ret i32 %x
}
define i32 @any(i32 %x) {
  ret i32 %x
}
define i32 @back(i32 returned %x) {
  %y = mul i32 %x, 3
  ret i32 %y
}
define i32 @reads(ptr readonly %p, i32 %n) {
  %c = icmp eq i32 %n, 1
  br i1 %c, label %write, label %done
write:
  store i32 7, ptr %p, align 4
  br label %done
done:
  ret i32 0
}
`

async function run(
  ir: string,
  build: 'plain' | 'asan' | 'msan',
  stdin: string,
  poison: 'made' | 'used' = 'made',
): Promise<RunOutcome> {
  const text = build === 'plain' ? ir : watchUndefined(ir, build, poison)
  const built = await engine.build(irCode(text), build, entryPoint)
  if (built.kind !== 'ok') throw new Error(built.detail)
  const runs = [{ input: { kind: 'stdin' as const, stdin }, fill: 0xa5, fuel: 0 }]
  return (await engine.run([{ executable: built.executable, runs }]))[0]![0]!
}

describe.each([
  ['nsw', '%r = add nsw i32 %n, 1', '5', '2147483647'],
  ['nuw', '%r = sub nuw i32 %n, 3', '3', '2'],
  [
    'both on vectors',
    '%v = insertelement <2 x i32> zeroinitializer, i32 %n, i32 1\n%w = mul nsw <2 x i32> %v, %v\n%r = extractelement <2 x i32> %w, i32 0',
    '9',
    '100000',
  ],
  ['the count of a shift', '%r = lshr i32 8, %n', '31', '32'],
  ['nsw of a shift', '%r = shl nsw i32 %n, 4', '-5', '134217728'],
  ['exact of a shift', '%r = ashr exact i32 %n, 1', '-4', '3'],
  ['exact of a division', '%r = sdiv exact i32 %n, 12', '-24', '25'],
  ['a divisor', '%r = urem i32 7, %n', '2', '0'],
  [
    'the quotient that there is not',
    '%m = trunc i32 %n to i8\n%q = sdiv i8 -128, %m\n%r = zext i8 %q to i32',
    '2',
    '-1',
  ],
  ['disjoint', '%r = or disjoint i32 %n, 1', '4', '5'],
  ['nneg', '%w = zext nneg i32 %n to i64\n%r = trunc i64 %w to i32', '4', '-4'],
  ['nuw of a truncation', '%m = trunc nuw i32 %n to i8\n%r = zext i8 %m to i32', '255', '256'],
  ['nsw of a truncation', '%m = trunc nsw i32 %n to i8\n%r = zext i8 %m to i32', '-128', '128'],
  [
    'a float too large',
    '%x = sitofp i32 %n to double\n%y = fmul double %x, 0x41DFFFFFFFC00000\n%r = fptosi double %y to i32',
    '1',
    '2',
  ],
  [
    'a negative float',
    '%x = sitofp i32 %n to float\n%y = fmul float %x, 5.000000e-01\n%r = fptoui float %y to i32',
    '-1',
    '-2',
  ],
  [
    'an address that is not aligned',
    '%g = getelementptr inbounds i8, ptr @table, i32 %n\n%r = load i32, ptr %g, align 4',
    '4',
    '2',
  ],
  [
    'an address outside',
    '%g = getelementptr inbounds i32, ptr @table, i32 %n\n%r = load i32, ptr %g, align 4',
    '3',
    '4',
  ],
  ['an intrinsic', '%r = call i32 @llvm.abs.i32(i32 %n, i1 true)', '-2147483647', '-2147483648'],
  [
    'nnan',
    '%x = sitofp i32 %n to double\n%y = fdiv double %x, %x\n%z = fadd nnan double %y, 1.0\n%r = fptosi double %z to i32',
    '1',
    '0',
  ],
  ['an element of a vector', '%r = extractelement <4 x i32> <i32 1, i32 2, i32 3, i32 4>, i32 %n', '3', '4'],
  ['an assumption', '%c = icmp sgt i32 %n, 2\ncall void @llvm.assume(i1 %c)\n%r = add i32 %n, 0', '3', '2'],
  [
    'an aligned pointer by a bundle',
    '%g = getelementptr i8, ptr @table, i32 %n\ncall void @llvm.assume(i1 true) [ "align"(ptr %g, i64 8) ]\n%r = add i32 %n, 0',
    '8',
    '4',
  ],
  [
    'memory by a bundle',
    '%g = getelementptr i32, ptr @table, i32 %n\ncall void @llvm.assume(i1 true) [ "dereferenceable"(ptr %g, i64 8) ]\n%r = add i32 %n, 0',
    '2',
    '3',
  ],
  ['a range of a parameter', '%r = call i32 @small(i32 %n)', '9', '10'],
  ['a range of a result', '%r = call range(i32 0, 10) i32 @any(i32 %n)', '9', '-1'],
  ['a parameter that is returned', '%r = call i32 @back(i32 %n)', '0', '1'],
  ['a parameter that is only read', '%r = call i32 @reads(ptr @table, i32 %n)', '0', '1'],
  [
    'another type than the function has',
    '%c = icmp eq i32 %n, 1\nbr i1 %c, label %x, label %y\nx:\n%q = call i32 @any(double 1.0)\nbr label %y\ny:\n%r = add i32 %n, 1',
    '2',
    '1',
  ],
  [
    'a format',
    '%c = icmp eq i32 %n, 1\nbr i1 %c, label %x, label %y\nx:\n%q = call i32 (ptr, ...) @printf(ptr @.str, double 1.0)\nbr label %y\ny:\n%r = add i32 %n, 1',
    '2',
    '1',
  ],
  [
    'unreachable',
    '%c = icmp eq i32 %n, 1\nbr i1 %c, label %x, label %y\nx:\nunreachable\ny:\n%r = add i32 %n, 1',
    '2',
    '1',
  ],
])('%s', (_, body, defined, undefined_) => {
  const ir = `${program(body).replaceAll(/^ {2}(\w):$/gm, '$1:')}${body.includes('@llvm') ? 'declare i32 @llvm.abs.i32(i32, i1)\n' : ''}`

  test(`on ${defined} is as it was`, async () => {
    const plain = await run(ir, 'plain', defined)
    expect(plain).toMatchObject({ kind: 'ok' })
    for (const build of ['asan', 'msan'] as const)
      expect(await run(ir, build, defined)).toMatchObject({
        kind: 'ok',
        exit: (plain as { exit: number }).exit,
      })
  })

  test(`on ${undefined_} is reported`, async () => {
    expect(await run(ir, 'asan', undefined_)).toMatchObject({ kind: 'sanitizer' })
  })
})

describe.each(['made', 'used'] as const)('an address in another object, poison where it is %s', (poison) => {
  const steps = (step: string) =>
    `${program(`%a = ptrtoint ptr %place to i64
      %b = ptrtoint ptr @table to i64
      %away = sub i64 %a, %b
      %c = icmp eq i32 %n, 0
      %d = select i1 %c, i64 %away, i64 12
      ${step}`).replaceAll(/^ {2}(\w+):$/gm, '$1:')}@kept = global ptr null, align 8
define i32 @first(ptr %p) {
  %x = load i32, ptr %p, align 4
  ret i32 %x
}
define ptr @moved(ptr %p, i64 %d) {
  %g = getelementptr i8, ptr %p, i64 %d
  ret ptr %g
}
`

  test.each([
    ['inbounds', '%g = getelementptr inbounds i8, ptr @table, i64 %d\n%r = load i32, ptr %g, align 4'],
    ['or not', '%g = getelementptr i8, ptr @table, i64 %d\n%r = load i32, ptr %g, align 4'],
    [
      'in two steps',
      '%f = getelementptr i8, ptr @table, i64 %d\n%g = getelementptr inbounds i8, ptr %f, i64 0\nstore i32 4, ptr %g, align 4\n%r = add i32 %n, 3',
    ],
    [
      'chosen',
      '%g = getelementptr i8, ptr @table, i64 %d\n%h = select i1 %c, ptr %g, ptr %g\n%r = load i32, ptr %h, align 4',
    ],
    [
      'around a loop',
      `br label %turn
turn:
       %i = phi i32 [ 0, %entry ], [ %j, %turn ]
       %p = phi ptr [ @table, %entry ], [ %q, %turn ]
       %r = load i32, ptr %p, align 4
       %q = getelementptr i8, ptr %p, i64 %d
       %j = add i32 %i, 1
       %more = icmp slt i32 %j, 2
       br i1 %more, label %turn, label %out
out:`,
    ],
    [
      'around a loop in a loop',
      `br label %outer
outer:
       %k = phi i32 [ 0, %entry ], [ %l, %behind ]
       %o = phi ptr [ @table, %entry ], [ %p, %behind ]
       br label %turn
turn:
       %p = phi ptr [ %o, %outer ], [ %q, %turn ]
       %i = phi i32 [ 0, %outer ], [ %j, %turn ]
       %r = load i32, ptr %p, align 4
       %q = getelementptr i8, ptr %p, i64 %d
       %j = add i32 %i, 1
       %more = icmp slt i32 %j, 2
       br i1 %more, label %turn, label %behind
behind:
       %l = add i32 %k, 1
       %again = icmp slt i32 %l, 1
       br i1 %again, label %outer, label %out
out:`,
    ],
    ['in a function', '%g = getelementptr i8, ptr @table, i64 %d\n%r = call i32 @first(ptr %g)'],
    ['of a function', '%g = call ptr @moved(ptr @table, i64 %d)\n%r = load i32, ptr %g, align 4'],
    [
      'by another',
      '%g = getelementptr i8, ptr @table, i64 %d\nstore ptr %g, ptr @kept, align 8\n%h = load ptr, ptr @kept, align 8\n%r = load i32, ptr %h, align 4',
    ],
  ])('%s', async (_, step) => {
    expect(await run(steps(step), 'asan', '1', poison)).toMatchObject({ kind: 'ok', exit: 4 })
    expect(await run(steps(step), 'asan', '0', poison)).toMatchObject({ kind: 'sanitizer' })
  })

  // As optimised walks over lists and arrays look: each pointer is loaded or led on, and all is well.
  test.each([
    [
      'a list',
      `store ptr @kept, ptr @kept, align 8
       br label %turn
turn:
       %p = phi ptr [ @kept, %entry ], [ %q, %turn ]
       %i = phi i32 [ 0, %entry ], [ %j, %turn ]
       %q = load ptr, ptr %p, align 8
       %j = add i32 %i, 1
       %more = icmp slt i32 %j, 3
       br i1 %more, label %turn, label %out
out:
       %r = add i32 %i, 1`,
    ],
    [
      'an array from behind, and its end given on',
      `%end = getelementptr i8, ptr @table, i64 16
       %all = call ptr @moved(ptr %end, i64 0)
       br label %turn
turn:
       %p = phi ptr [ %end, %entry ], [ %q, %turn ]
       %q = getelementptr i8, ptr %p, i64 -4
       %v = load i32, ptr %q, align 4
       %more = icmp ne ptr %q, @table
       br i1 %more, label %turn, label %out
out:
       %r = add i32 %v, 2`,
    ],
  ])('and %s is no report', async (_, step) => {
    expect(await run(steps(step), 'asan', '0', poison)).toMatchObject({ kind: 'ok', exit: 3 })
  })

  test('that nobody uses is no report', async () => {
    const ir = steps('%g = getelementptr i8, ptr @table, i64 %d\n%r = add i32 %n, 3')
    expect(await run(ir, 'asan', '0', poison)).toMatchObject({ kind: 'ok', exit: 3 })
  })
})

describe('a call that touches what its arguments lead to', () => {
  const compares = (
    pointer: string,
  ) => `${program(`%r = call i32 @compare(ptr @table, i32 %n)`)}@other = global i32 1
define i32 @compare(ptr %p, i32 %n) memory(readwrite, argmem: none) {
  %c = icmp eq i32 %n, 0
  br i1 %c, label %zero, label %done
zero:
  %x = call i32 @memcmp(ptr ${pointer}, ptr @other, i64 4)
  ret i32 %x
done:
  ret i32 0
}
declare i32 @memcmp(ptr, ptr, i64) memory(argmem: read)
`

  test('is fine where the function may touch that', async () => {
    expect(await run(compares('@table'), 'asan', '0')).toMatchObject({ kind: 'ok', exit: 0 })
  })

  test('is reported where the function promises not to', async () => {
    expect(await run(compares('%p'), 'asan', '1')).toMatchObject({ kind: 'ok', exit: 0 })
    expect(await run(compares('%p'), 'asan', '0')).toMatchObject({ kind: 'sanitizer' })
  })
})

describe('what is not initialised', () => {
  const branch = `%p = alloca i32, align 4
    %c = icmp sgt i32 %n, 0
    br i1 %c, label %x, label %y
    x:
    store i32 1, ptr %p, align 4
    br label %y
    y:
    %r = load i32, ptr %p, align 4`

  test.each([
    ['a returned value', program(branch)],
    [
      'a condition',
      program(
        branch
          .replace('%r = load', '%v = load')
          .concat(
            '\n%d = icmp eq i32 %v, 7\n%r = select i1 %d, i32 1, i32 2\nbr i1 %d, label %z, label %z\nz:',
          ),
      ),
    ],
    ['poison', program('%c = icmp sgt i32 %n, 0\n%r = select i1 %c, i32 1, i32 poison')],
  ])('%s', async (_, text) => {
    const ir = text.replaceAll(/^ {2}(\w):$/gm, '$1:')
    expect(await run(ir, 'msan', '1')).toMatchObject({ kind: 'ok' })
    expect(await run(ir, 'msan', '-1')).toMatchObject({ kind: 'sanitizer' })
  })
})

describe('poison that counts where it is used', () => {
  const used = async (ir: string, stdin: string) => [
    (await run(ir, 'asan', stdin, 'used')).kind,
    (await run(ir, 'msan', stdin, 'used')).kind,
  ]
  const ofLanes = (operation: string) =>
    program(
      `%v = insertelement <2 x i32> <i32 1, i32 1>, i32 %n, i32 1\n%w = ${operation}\n%r = extractelement <2 x i32> %w, i32 0`,
    )

  test.each([
    ['nsw', program('%a = add nsw i32 %n, 1\n%r = and i32 %a, 15'), '5', '2147483647'],
    ['a shift', program('%a = shl i32 1, %n\n%r = and i32 %a, 15'), '2', '32'],
    ['disjoint', program('%a = or disjoint i32 %n, 1\n%r = and i32 %a, 15'), '4', '5'],
    [
      'a float',
      program('%f = sitofp i32 %n to double\n%g = fmul double %f, 1.0e9\n%r = fptosi double %g to i32'),
      '1',
      '9',
    ],
    [
      'nnan of a choice',
      program(
        '%f = sitofp i32 %n to double\n%g = fdiv double %f, %f\n%c = icmp sge i32 %n, 0\nbr i1 %c, label %one, label %two\none:\nbr label %two\ntwo:\n%h = phi nnan double [ %g, %one ], [ 1.0, %entry ]\n%r = fptosi double %h to i32',
      ).replaceAll(/^ {2}(one|two):$/gm, '$1:'),
      '3',
      '0',
    ],
  ])('%s: used', async (_, ir, defined, undefined_) => {
    expect(await used(ir, defined)).toEqual(['ok', 'ok'])
    const [asan, msan] = await used(ir, undefined_)
    expect([asan, msan]).toContain('sanitizer')
    expect(await run(ir, 'plain', undefined_)).toMatchObject({ kind: 'ok' })
  })

  test.each([
    ['made in vain', program('%a = add nsw i32 %n, 1\n%r = add i32 0, 3'), '2147483647'],
    [
      'not chosen',
      program('%a = mul nsw i32 %n, %n\n%c = icmp sgt i32 %n, 1000\n%r = select i1 %c, i32 3, i32 %a'),
      '100000',
    ],
    ['in another lane', ofLanes('mul nsw <2 x i32> %v, %v'), '100000'],
  ])('%s: no report', async (_, ir, stdin) => {
    expect(await used(ir, stdin)).toEqual(['ok', 'ok'])
    expect(await run(ir, 'asan', stdin)).toMatchObject({ kind: 'sanitizer' })
  })

  test('what is undefined at once is reported all the same', async () => {
    expect(await used(program('%r = sdiv i32 7, %n'), '0')).toContain('sanitizer')
  })
})

test.each(['disable_sanitizer_instrumentation', 'nosanitize_bounds'])(
  '%s keeps no sanitizer from looking',
  async (attribute) => {
    const ir = program(
      '%slot = getelementptr [4 x i32], ptr @table, i64 0, i32 %n\nstore i32 1, ptr %slot, align 4, !nosanitize !0\n%r = add i32 0, 0',
    ).replace('@main() {', `@main() ${attribute} {`)
    expect(await run(`${ir}!0 = !{}\n`, 'asan', '4')).toMatchObject({ kind: 'sanitizer' })
    expect(await run(`${ir}!0 = !{}\n`, 'asan', '3')).toMatchObject({ kind: 'ok' })
  },
)
