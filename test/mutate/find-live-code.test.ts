/** Each marked constant stands for live code when it is mutated, for dead code when it is not. */
import { describe, expect, test } from 'vitest'
import { mutateUnit } from '../../src/mutate/mutate-unit.ts'
import { crp } from '../../src/mutate/operators/crp.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'

const native = await loadParser('native')
const wasm = await loadParser('wasm')

/** The constants from 100 on that are mutated. */
function liveConstants(code: string, name = 'f'): number[] {
  const unit = { id: 'unit', name, code }
  const mutants = mutateUnit(unit, native, [crp])
  expect(mutateUnit(unit, wasm, [crp])).toEqual(mutants)
  return [...new Set(mutants.map(({ original }) => Number(original)).filter((value) => value >= 100))]
}

/** The same within the body of a function `f`. */
const inBody = (body: string) => liveConstants(`int n; int f(int a) { ${body} }`)

describe('after a jump', () => {
  test.each([
    ['n = 100; return 101; n = 102;', [100, 101]],
    ['while (a--) { break; n = 100; } n = 101; return n;', [101]],
    ['while (a--) { n = 100; continue; n = 101; } return n;', [100]],
    ['goto end; n = 100; end: n = 101; return n;', [101]],
    ['return 100; { n = 101; again: n = 102; }', [100, 101, 102]],
    ['{ return 100; } n = 101;', [100]],
    ['if (a) return 100; n = 101; return n;', [100, 101]],
    ['if (a) return 100; else return 101; n = 102;', [100, 101]],
    ['exit(1); n = 100;', []],
    ['while (1) n = 100; n = 101;', [100]],
    ['for (;;) { if (a) break; n = 100; } n = 101; return n;', [100, 101]],
    ['while (1) { switch (a) { case 1: break; } } n = 100;', []],
    ['switch (a) { case 1: n = 100; break; n = 101; case 2: n = 102; } return n;', [100, 102]],
  ])('%s: live are %j', (body, expected) => {
    expect(inBody(body)).toEqual(expected)
  })
})

describe('under a constant condition', () => {
  test.each([
    ['if (0) n = 100; return n;', []],
    ['if (0) n = 100; else n = 101; return n;', [101]],
    ['if (1) n = 100; else n = 101; return n;', [100]],
    ['if (!1 || 0 > 1) n = 100; return n;', []],
    ['while (0) n = 100; return n;', []],
    ['if (0 && a == 100) n = 101; return n;', []],
    ['return 1 ? 100 : 101;', [100]],
    ['if (0) { again: n = 100; } goto again;', [100]],
    ['if (a) n = 100; return n;', [100]],
  ])('%s: live are %j', (body, expected) => {
    expect(inBody(body)).toEqual(expected)
  })

  test('a macro may be the constant', () => {
    expect(liveConstants('#define DEBUG 0\nint f(void) { if (DEBUG) return 100; return 101; }')).toEqual([
      101,
    ])
  })
})

describe('in functions', () => {
  test('only what the root reaches is live', () => {
    const code = `
      int used(void) { return 100; }
      int unused(void) { return 101; }
      int by_address(void) { return 102; }
      int in_table(void) { return 103; }
      int by_macro(void) { return 104; }
      int from_dead(void) { return 105; }
      int in_idle_table(void) { return 106; }
      #define CALL() by_macro()
      int (*table[])(void) = {in_table};
      int (*idle[])(void) = {in_idle_table};
      int apply(int (*g)(void)) { return g(); }
      int f(void) { int n = used() + apply(by_address) + table[0]() + CALL(); return n; from_dead(); }`
    expect(liveConstants(code)).toEqual([100, 102, 103, 104])
  })

  test('recursion ends', () => {
    expect(
      liveConstants('int g(int n); int f(int n) { return n ? g(100) : 101; } int g(int n) { return f(n); }'),
    ).toEqual([100, 101])
  })

  test('a unit without its root function has no live code', () => {
    expect(liveConstants('int g(void) { return 100; }')).toEqual([])
  })

  test.each([
    ['without a type', 'main() { return f(); } f() { return 100; }'],
    ['with K&R parameters', 'int f(a, b) int a; char *b; { return a + 100; }'],
    ['with K&R parameters and no type', 'f(a, b) int a; char *b; { return a + 100; }'],
    ['with a parameter and no type', 'f(int a) { return a + 100; }'],
  ])('an old definition %s is one', (_, code) => {
    expect(liveConstants(code)).toEqual([100])
  })
})

describe('in global variables', () => {
  test('an initialiser is live when the variable is used', () => {
    expect(
      liveConstants('int used = 100, idle = 101, table[2] = {102}; int f(void) { return used + table[0]; }'),
    ).toEqual([100, 102])
  })
})

describe('between preprocessor lines', () => {
  test.each([
    ['#if 0\nn = 100;\n#endif', []],
    ['#if 1\nn = 100;\n#else\nn = 101;\n#endif', [100]],
    ['#ifdef NEVER\nn = 100;\n#else\nn = 101;\n#endif', [101]],
    ['#ifndef NEVER\nn = 100;\n#endif', [100]],
    ['#ifdef YES\nn = 100;\n#endif', [100]],
    ['#if defined(YES) && LEVEL > 1\nn = 100;\n#elif defined(YES)\nn = 101;\n#else\nn = 102;\n#endif', [100]],
    ['#if defined(NO)\nn = 100;\n#elif LEVEL == 2\nn = 101;\n#else\nn = 102;\n#endif', [101]],
    ['#undef YES\n#ifdef YES\nn = 100;\n#endif', []],
    ['#ifdef __cplusplus\nn = 100;\n#endif', []],
    ['#ifdef __OPTIMIZE__\nn = 100;\n#else\nn = 101;\n#endif', []],
  ])('%s: live are %j', (lines, expected) => {
    expect(
      liveConstants(`#define YES\n#define LEVEL 2\nint n;\nint f(void) {\n${lines}\nreturn n;\n}`),
    ).toEqual(expected)
  })

  test('a macro body is out of reach', () => {
    expect(liveConstants('#define N 100\nint f(void) { return N; }')).toEqual([])
  })
})

describe('closed to mutation', () => {
  test.each([
    ['int w[100]; return 1;', 'an array size'],
    ['struct s { int x[100]; int y : 3; }; return 1;', 'a record'],
    ['enum e { A = 100 }; return 1;', 'an enumerator'],
    ['return sizeof(int[100]);', 'a size'],
    ['printf("100"); return 1;', 'a string'],
    ['scanf("%d", &n + 100); return 1;', 'an input'],
    ['memset(&n, 0, 100); return 1;', 'a size in bytes'],
    ['int w[3] = {[100] = 1}; return 1;', 'a designator'],
    ['n = 100 101; return 1;', 'what does not parse'],
  ])('%s: %s', (body) => {
    expect(inBody(body)).toEqual([])
  })
})
