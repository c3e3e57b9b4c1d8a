import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { mutateUnit } from '../../src/mutate/mutate-unit.ts'
import { aor } from '../../src/mutate/operators/aor.ts'
import { applyMutant } from '../../src/records/apply-mutant.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'

const native = await loadParser('native')
const wasm = await loadParser('wasm')

/** Non-ASCII text in front, so that byte offsets would be seen. */
const program = `
/* größe 数 🙂 */
#include <stdio.h>
int dx[4] = {1, 0, -1, 0};
static int best(const int *v, int n) {
  int m = v[0];
  for (int i = 1; i < n; i++) if (v[i] > m) m = v[i];
  return m;
}
int main(void) {
  int n, v[100];
  double mean = 0;
  scanf("%d", &n);
  for (int i = 0; i < n; i++) { scanf("%d", &v[i]); mean += v[i]; }
  if (n > 0 && dx[n & 3] != -1) printf("größe %d %.2f\\n", best(v, n), mean / n); else puts("none");
  return 0;
}
`
/** As the grammar of the parser does not have them: each has the mutants of its plain twin. */
test.each([
  ['a name in parentheses', 'int (f)(int a, int b) {', 'int f(int a, int b) {'],
  [
    'an attribute behind a star',
    'int * __attribute__((noinline)) f(int a, int b) {',
    'int *f(int a, int b) {',
  ],
  ['an old-style header that returns a pointer', 'int *f(a, b) int a; int b; {', 'int *f(int a, int b) {'],
  [
    'an old-style header behind an attribute',
    '__attribute__((cold)) int f(a, b) int a, b; {',
    'int f(int a, int b) {',
  ],
])('a function with %s has mutants', (_, header, plain) => {
  const mutants = (code: string) =>
    mutateUnit({ id: 'a', name: 'f', code: `${code} if (a > b) return a - b; return 0; }` }, native)
  const operators = (code: string) =>
    mutants(code).map(({ operator, replacement }) => [operator, replacement])
  expect(mutants(header).length).toBeGreaterThan(5)
  expect(operators(header)).toEqual(operators(plain))
})

const unit = { id: 'a'.repeat(64), name: 'main', code: program }

describe('mutateUnit', () => {
  const mutants = mutateUnit(unit, native)

  test('a mutant says what it replaces, where', () => {
    const code = 'int f(int a, int b) {\n  return a + b;\n}\n'
    const id = createHash('sha256')
      .update(JSON.stringify(['unit', 'AOR', 33, 34, '*']))
      .digest('hex')
    expect(mutateUnit({ id: 'unit', name: 'f', code }, native, [aor])).toEqual([
      { id, operator: 'AOR', start: 33, end: 34, original: '+', replacement: '*', line: 2 },
      expect.objectContaining({ replacement: '-' }),
    ])
  })

  test('both bindings give the same mutants', () => {
    expect(mutants.length).toBeGreaterThan(30)
    expect(mutateUnit(unit, wasm)).toEqual(mutants)
  })

  test('ids depend on the unit and the edit alone', () => {
    expect(mutateUnit(unit, native).map(({ id }) => id)).toEqual(mutants.map(({ id }) => id))
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length)
    const others = mutateUnit({ ...unit, id: 'b'.repeat(64) }, native)
    expect(others.map(({ replacement }) => replacement)).toEqual(
      mutants.map(({ replacement }) => replacement),
    )
    expect(others.some(({ id }) => mutants.some((mutant) => mutant.id === id))).toBe(false)
  })

  test('they come by position', () => {
    expect(mutants.map(({ start }) => start)).toEqual(
      mutants.map(({ start }) => start).toSorted((a, b) => a - b),
    )
  })

  test('every edit changes the code, and no two give the same', () => {
    const codes = mutants.map((mutant) => applyMutant(program, mutant))
    expect(new Set(codes).size).toBe(mutants.length)
    expect(codes).not.toContain(program)
    for (const { start, end, original } of mutants) expect(program.slice(start, end)).toBe(original)
  })

  test('two operators with one result count once', () => {
    const code = 'int f(int a) { if (a < 3) return 1; return 2; }'
    const never = mutateUnit({ id: 'unit', name: 'f', code }, native).filter(
      (mutant) => applyMutant(code, mutant) === 'int f(int a) { if (0) return 1; return 2; }',
    )
    expect(never.map(({ operator }) => operator)).toEqual(['DCR'])
  })

  test('input, strings and sizes are left alone', () => {
    const touched = mutants.map(({ start, end }) => [start, end] as const)
    for (const text of ['scanf("%d", &n)', '"größe %d %.2f\\n"', 'v[100]', 'dx[4]', '#include <stdio.h>']) {
      const at = program.indexOf(text)
      const inside = touched.filter(
        ([start, end]) => start < at + text.length && end > at && end - start <= text.length,
      )
      expect(inside, text).toEqual([])
    }
  })

  test.each([
    ['an empty unit', ''],
    ['no function', 'int n = 3;'],
    ['no C', '<html>{{{'],
    ['a broken function', 'int main( { return 1 + }'],
  ])('%s has no mutants', (_, code) => {
    expect(mutateUnit({ id: 'unit', name: 'main', code }, native)).toEqual([])
  })

  test.each([
    ['a long sum', `return ${Array(1500).fill('a').join(' + ')};`, 2 * 1499],
    ['nested parentheses', `return ${'('.repeat(5000)}a + a${')'.repeat(5000)};`, 2],
    ['nested blocks', `${'{'.repeat(5000)} a = a + a; ${'}'.repeat(5000)} return a;`, 2],
    ['nested operators', `return ${'- '.repeat(5000)}a + a;`, 2],
  ])('%s is no problem', (_, body, count) => {
    const code = `int f(int a) { ${body} }`
    expect(mutateUnit({ id: 'unit', name: 'f', code }, native, [aor])).toHaveLength(count)
  })
})
