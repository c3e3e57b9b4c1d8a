import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EntryPoint } from '../../src/call/entry-point.ts'
import type { CodeEngine } from '../../src/execute/code-engine.ts'
import { unitCode } from '../../src/languages/languages.ts'
import type { RunOutcome } from '../../src/records/run-outcome.ts'
import { openTestEngine } from './open-test-engine.ts'

/** What C code promises of itself, and no sanitizer of clang's looks at: native/watch-undefined does. */

const entryPoint: EntryPoint = { kind: 'program', exitDefined: true }
let engine: CodeEngine

beforeAll(async () => {
  engine = await openTestEngine()
})
afterAll(() => engine.close())

async function run(
  code: string,
  stdin: string,
  standard: 'gnu17' | 'gnu89' = 'gnu17',
  build: 'asan' | 'msan' = 'asan',
): Promise<RunOutcome> {
  const built = await engine.build(unitCode({ code, standard }), build, entryPoint)
  if (built.kind !== 'ok') throw new Error(built.detail)
  const runs = [{ input: { kind: 'stdin' as const, stdin }, fill: 0xa5, fuel: 0 }]
  return (await engine.run([{ executable: built.executable, runs }]))[0]![0]!
}

/** `n` is what the input gives. */
const program = (functions: string, statements: string) => `#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
int here[4], there[4];
const int table[4] = {1, 2, 3, 4};
${functions}
int main(void) {
  int n;
  if (scanf("%d", &n) != 1) return 1;
  ${statements}
  return 0;
}
`

describe.each([
  ['an assumption', '', '__builtin_assume(n > 2);', '3', '2', 'assumption'],
  ['an assumption as an attribute', '', '__attribute__((assume(n > 2)));', '3', '2', 'assumption'],
  [
    'separate storage',
    '',
    '__builtin_assume_separate_storage(here, n ? there : here + 1);',
    '1',
    '0',
    'apart',
  ],
  [
    'nonnull',
    '__attribute__((nonnull)) int f(int *p) { return p != 0; }',
    'int *p = n ? &n : 0; int (*g)(int *) = f; return g(p) == 7;',
    '1',
    '0',
    'null',
  ],
  [
    'an array parameter that is static',
    'int f(int a[static 3]) { return a[0]; }',
    'f(here + n);',
    '1',
    '2',
    'memory',
  ],
  [
    'restrict',
    'void f(int *restrict a, const int *restrict b) { a[0] = b[0]; }',
    'f(here, n ? there : here + 1);',
    '1',
    '0',
    'apart',
  ],
  [
    'restrict, and a global that is used by name',
    'void g(void) { here[0]++; } int f(int *restrict a) { a[0] = 1; g(); return a[0]; }',
    'f(n ? there : here);',
    '1',
    '0',
    'restrict',
  ],
  [
    'const that reads a global',
    '__attribute__((const)) int f(int n) { return n ? n : here[0]; }',
    'return f(n) == 77;',
    '1',
    '0',
    'promises',
  ],
  [
    'const that reads through a pointer',
    '__attribute__((const)) int f(const int *p, int n) { int own[2] = {1, 2}; const int *q = n == 0 ? p : n == 1 ? own : table; return q[1]; }',
    'return f(here, n) == 77;',
    '1',
    '0',
    'promises',
  ],
  [
    'const with constants, mathematics and helpers',
    'static int h(int n) { int own = n; return own * 2; } __attribute__((const)) int f(int n) { return n ? h(table[1]) + (int)sqrt(n) : rand(); }',
    'return f(n) == 77;',
    '1',
    '0',
    'promises',
  ],
  [
    'pure that writes',
    '__attribute__((pure)) int f(int n) { if (!n) there[1] = 5; return here[1] + (int)strlen("a"); }',
    'return f(n) == 77;',
    '1',
    '0',
    'promises',
  ],
  [
    'malloc',
    '__attribute__((malloc)) int *f(int n) { return n ? malloc(8) : here; }',
    'f(n);',
    '1',
    '0',
    'fresh',
  ],
  [
    'alloc_size',
    '__attribute__((alloc_size(1))) char *f(int n) { return malloc(n == 2 ? 1 : n); }',
    'f(n);',
    '3',
    '2',
    'memory',
  ],
  ['noreturn', '_Noreturn void f(int n) { if (n) exit(0); }', 'f(n);', '1', '0', 'unreachable'],
  [
    'assume_aligned',
    '__attribute__((assume_aligned(16))) char *f(char *p) { return p; } _Alignas(16) char wide[32];',
    'return *f(wide + n);',
    '16',
    '8',
    'lignment',
  ],
  [
    'alloc_align',
    '__attribute__((alloc_align(2))) char *f(char *p, int n) { return p; } _Alignas(16) char wide[32];',
    'return *f(wide + n, 16);',
    '16',
    '8',
    'lignment',
  ],
  [
    'returns_nonnull',
    '__attribute__((returns_nonnull)) int *f(int n) { return n ? here : 0; }',
    'f(n);',
    '1',
    '0',
    'null',
  ],
])('%s', (_, functions, statements, defined, undefined_, reason) => {
  const code = program(functions, statements)

  test('is fine where it holds', async () => {
    expect(await run(code, defined)).toMatchObject({ kind: 'ok', exit: 0 })
  })

  test('is reported where it does not', async () => {
    expect(await run(code, undefined_)).toMatchObject({
      kind: 'sanitizer',
      report: expect.stringContaining(reason),
    })
  })
})

describe('arguments of calls', () => {
  test('a function in the old style gets as many as it takes', async () => {
    const code = (call: string) => `int f(a, b) int a, b; { return a - b; } int main() { return ${call}; }`
    expect(await run(code('f(3, 3)'), '', 'gnu89')).toMatchObject({ kind: 'ok', exit: 0 })
    for (const call of ['f(3)', 'f(3, 3, 3)'])
      expect(await run(code(call), '', 'gnu89'), call).toMatchObject({ kind: 'sanitizer' })
  })

  test.each([
    'printf("%d %i %u %x %c %hd %hhu", n, n, n, 7u, n, n, n)',
    'printf("%ld %lld %lu %zu %jd %td %Ld", 1l, 2ll, 3l, 4l, 5l, 6l, 7l)',
    'printf("%f %lf %.*e %*g %Lf %5.1f%%", 1.0, 2.0f, 3, 1.0, 4, 1.0, 1.0L, 2.0)',
    'printf("%s %.3s %p %-*s", "a", "bcdef", (void *)0, 5, "x")',
    'printf("%2$s %1$d", n, "a")',
    'printf("%d", n, n)',
    'printf(n ? "%d" : "%s", n)',
    'fprintf(stdout, "%d", n)',
    'sprintf(text, "%d", n)',
    'snprintf(text, 9, "%s", "ab")',
    'sscanf("1 2 a", "%d %lf %c", &n, &real, text)',
    'sscanf("a", "%*d")',
    'sscanf("ab", "%3[^]0-9]", text)',
  ])('%s fits its format', async (call) => {
    expect(await run(program('char text[99]; double real;', `${call};`), '1')).toMatchObject({ kind: 'ok' })
  })

  test.each([
    'printf("%f", n)',
    'printf("%d", 1.0)',
    'printf("%d", 1l)',
    'printf("%ld", n)',
    'printf("%lld", n)',
    'printf("%Lf", 1.0)',
    'printf("%f", 1.0L)',
    'printf("%d %d", n)',
    'printf("%*d", 1l, n)',
    'printf("%s", n)',
    'printf("%d", text)',
    'printf("%v", n)',
    'printf("%d %", n)',
    'printf(n ? "%s" : "%d", n)',
    'fprintf(stdout, "%d", 1.0)',
    'snprintf(text, 9, "%s")',
    'sscanf("1", "%d", n)',
    'sscanf("1", "%d%d", &n)',
  ])('%s does not', async (call) => {
    expect(await run(program('char text[99];', `${call};`), '1')).toMatchObject({ kind: 'sanitizer' })
  })

  test('a call that is never made says nothing', async () => {
    expect(await run(program('', 'if (n > 5) printf("%s", n);'), '1')).toMatchObject({ kind: 'ok' })
  })
})

describe('what a variadic function takes', () => {
  const takes = (type: string) => `#include <stdarg.h>
long take(int count, ...) {
  va_list all;
  long sum = 0;
  va_start(all, count);
  while (count--) sum += va_arg(all, ${type});
  va_end(all);
  return sum;
}
${program('', 'long (*by)(int, ...) = n > 8 ? take : 0; return (by ? by(n - 9, n, n) : CALL) == 77;')}`

  test.each([
    ['fewer than there are', 'int', 'take(n, 1, 2)', '1', 'ok'],
    ['all', 'int', 'take(n, 1, 2)', '2', 'ok'],
    ['all, by a pointer', 'int', '0', '11', 'ok'],
    ['more than registers hold', 'double', 'take(n * 5, 1., 2., 3., 4., 5., 6., 7., 8., 9., 1.)', '2', 'ok'],
    ['pointers and wide numbers', 'long', 'take(n, 1l, (long)"a")', '2', 'ok'],
    ['wide numbers in memory', 'long', 'take(n * 4, 1l, 2l, 3l, 4l, 5l, 6l, 7l, 8l)', '2', 'ok'],
    ['what is wider than a word', 'long double', 'take(n, 1.0L, 2.0L)', '2', 'ok'],
    ['one more', 'int', 'take(n, 1, 2)', '3', 'sanitizer'],
    ['one more, by a pointer', 'int', '0', '12', 'sanitizer'],
    ['one more float', 'double', 'take(n, 1.0, 2.0)', '3', 'sanitizer'],
    ['a number for a float', 'int', 'take(n, 1.0, 2.0)', '2', 'sanitizer'],
    ['a float for a number', 'double', 'take(n, 1, 2)', '2', 'sanitizer'],
    ['a wider number in memory', 'long', 'take(n * 4, 1l, 2l, 3l, 4l, 5l, 6l, 7l, n)', '2', 'sanitizer'],
    ['a wider number', 'long', 'take(n, n, n)', '2', 'sanitizer'],
  ])('%s', async (_, type, call, stdin, kind) => {
    const code = takes(type).replace('CALL', call)
    expect(await run(code, stdin, 'gnu17', 'msan')).toMatchObject({ kind })
  })
})

describe('characters that the library knows', () => {
  test.each([
    ['by a macro', 'return isalpha(n) == 77;', 300],
    ['by a function', 'return (isalpha)(n) == 77;', 300],
    ['below', 'return isspace(n) == 77;', -129],
    ['in the other case', 'return toupper(n) == 77;', 256],
    ['far away', 'return isdigit(n) == 77;', 1_000_000],
  ])('%s', async (_, statements, strange) => {
    const code = `#include <ctype.h>\n${program('', statements)}`
    for (const known of [-128, -1, 0, 65, 255])
      expect(await run(code, `${known}`), `${known}`).toMatchObject({ kind: 'ok', exit: 0 })
    expect(await run(code, `${strange}`)).toMatchObject({ kind: 'sanitizer' })
  })
})

describe('a text that a number is read from', () => {
  test.each([
    'atof(text) == 12',
    'strtod(text, 0) == 12',
    'strtoul(text, 0, 10) == 12',
    'sscanf(text, "%d", &n) == 1',
  ])('%s', async (reads) => {
    const code = program(
      'char open[4] = "  12", closed[5] = "  12";',
      `char *text = n ? closed : open; return !(${reads});`,
    )
    expect(await run(code, '1')).toMatchObject({ kind: 'ok', exit: 0 })
    expect(await run(code, '0')).toMatchObject({ kind: 'sanitizer' })
  })

  test('may go on without an end behind the number', async () => {
    const code = program('char open[4] = "12 3";', 'return strtod(open, 0) != 12;')
    expect(await run(code, '1')).toMatchObject({ kind: 'ok', exit: 0 })
  })
})

test.each(['_Thread_local', '__attribute__((common))'])('a global that is %s has an end', async (kind) => {
  const code = program(
    `${kind} int own[4]; ${kind} int next[4];`,
    'int *p = own; next[0] = own[3] = 0; return p[n];',
  )
  expect(await run(code, '3')).toMatchObject({ kind: 'ok', exit: 0 })
  expect(await run(code, '4')).toMatchObject({ kind: 'sanitizer' })
})

describe('a step into another object', () => {
  const steps = (step: string) =>
    program(
      'struct pair { int first[6]; int second; } pairs[2]; int *shift(int *p, long by) { return p + by; } long last(int *p, long at) { return p[at]; }',
      `char *a = malloc(50), *b = malloc(50); int *large = calloc(5000, 4), own[4] = {0}, other[4] = {0};
       struct pair *p = n ? pairs : (struct pair *)malloc(8);
       memset(a, 0, 50); memset(b, 0, 50); other[1] = 0; own[1] = 0;
       ${step}`,
    )

  // On 0 each leads to memory that may be touched, wherever things lie.
  test.each([
    ['of the heap, read', 'return a[n ? 49 : b - a];'],
    ['of the heap, written', 'a[n ? 49 : b - a] = 0;'],
    ['from one that is large', 'return large[n ? 4999 : (int *)b - large];'],
    ['to one that is large', 'return ((int *)b)[n ? 11 : large - (int *)b];'],
    ['of the stack', 'return last(own, n ? 3 : other - own);'],
    ['from a global to the heap', 'return last(here, n ? 3 : large + 100 - here);'],
    ['by a name that is no array any more', 'return *(here + (n ? 3 : large + 100 - here));'],
    ['from the end', 'return (a + 50)[n ? -50 : b - a - 50];'],
    ['for the library', 'memset(a + (n ? 30 : b - a), 0, 20);'],
    ['for nothing', 'return shift(here, n ? 4 : large + 100 - here) == 0;'],
    ['in pieces', 'return last(shift((int *)a, n ? 10 : (int *)b - (int *)a), 1);'],
    ['by a member that is not there', 'return p->second;'],
    ['compared', 'return (n ? a + 50 : b) < a;'],
    ['subtracted', 'return (n ? large + 5000 : here) - large == 7;'],
  ])('%s', async (_, step) => {
    expect(await run(steps(step), '1')).toMatchObject({ kind: 'ok', exit: 0 })
    expect(await run(steps(step), '0')).toMatchObject({ kind: 'sanitizer' })
  })

  test.each([
    ['in a large object', 'return large[4999] + (large + 5000)[-4999] + last(large + 2000, -2000);'],
    ['to the end', 'int *end = large + 5000; return end - large == 0;'],
    ['that counts from one', 'int *one = large - 1; return one[5000];'],
    ['over rows and members', 'int rows[9][9] = {0}; return (&rows[0][0])[80] + pairs[1].second;'],
    [
      'compared',
      'char *at = a + 49; while (at >= a) at--; return (at > (char *)0) - 1 + ((int *)0 > large);',
    ],
    ['in an array whose length is known late', 'int late[n + 40]; late[40] = 0; return last(late, 40);'],
    ['in what the library has', 'return strlen(strchr("a text that is long enough" + 18, 32)) - 7;'],
  ])('is none: %s', async (_, step) => {
    expect(await run(steps(step), '1')).toMatchObject({ kind: 'ok', exit: 0 })
  })
})
