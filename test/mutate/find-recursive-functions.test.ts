import { expect, it } from 'vitest'
import { buildOutline } from '../../src/extract/build-outline.ts'
import { findRecursiveFunctions } from '../../src/mutate/find-recursive-functions.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'

const parse = await loadParser()

it.each([
  ['calls itself', 'int f(int a) { return f(a - 1); }', ['f']],
  [
    'is called by what it calls',
    'int g(int); int f(int a) { return g(a); } int g(int a) { return f(a); }',
    ['f', 'g'],
  ],
  ['is called by what a macro stands for', '#define AGAIN(x) f(x)\nint f(int a) { return AGAIN(a); }', ['f']],
  ['has a name that a macro may make', '#define CALL(x) x##1(2)\nint f1(int a) { return CALL(f); }', ['f1']],
  [
    'is called by a pointer that was made elsewhere',
    'int f(int); int (*p)(int) = f; int f(int a) { return p(a); } int main(void) { return f(1); }',
    ['f'],
  ],
  [
    'is called back by the library',
    'int f(const void *a, const void *b) { g(a, f); return 0; } int main(void) { q(f); return 0; }',
    ['f'],
  ],
  [
    'hands itself on',
    'int each(int (*h)(int), int n) { return h(n); } int f(int n) { return each(f, n); }',
    ['each', 'f'],
  ],
])('finds a function that %s', (_, code, expected) => {
  expect([...findRecursiveFunctions(buildOutline(code, parse))].sort()).toEqual(expected)
})

it.each([
  [
    'is declared, and called by another',
    'int f(int a); int f(int a) { return a; } int main(void) { return f(1); }',
  ],
  ['calls the library', 'int f(int a) { return printf("%d", a); }'],
  [
    'is compared by',
    'int f(const void *a, const void *b) { return *(int *) a; } int main(void) { qsort(a, 1, 4, f); return 0; }',
  ],
])('finds none that %s', (_, code) => {
  expect([...findRecursiveFunctions(buildOutline(code, parse))]).toEqual([])
})
