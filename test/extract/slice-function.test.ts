import { describe, expect, it } from 'vitest'
import { buildOutline } from '../../src/extract/build-outline.ts'
import { checkSyntax } from '../../src/extract/check-syntax.ts'
import { type Grain, sliceFunction } from '../../src/extract/slice-function.ts'
import type { CStandard } from '../../src/extract/standard-flags.ts'
import { loadParser } from '../../src/syntax/parse-c.ts'
import { spawnClang } from '../../src/toolchain/clang-runner.ts'

const compile = spawnClang('clang-19')
const parse = await loadParser()

function slice(source: string, name: string, grain: Grain = 'fine'): string {
  const result = sliceFunction(buildOutline(source, parse), name, grain)
  if (result.kind !== 'ok') throw new Error(result.kind)
  return result.code
}

interface Case {
  readonly title: string
  readonly source: string
  /** What the slice of `f` must be, character for character. */
  readonly code: string
  readonly standard?: CStandard
}

const CASES: readonly Case[] = [
  {
    title: 'a function alone, without main and its neighbours',
    source:
      'int g(int a) { return a; }\nint f(int a) { return a + 1; }\nint main(void) { return f(1) + g(2); }\n',
    code: 'int f(int a) { return a + 1; }\n',
  },
  {
    title: 'all includes, for they only declare',
    source: '#include <stdio.h>\n#include <math.h>\n\nvoid f(int a) { printf("%d", a); }\n',
    code: '#include <stdio.h>\n#include <math.h>\n\nvoid f(int a) { printf("%d", a); }\n',
  },
  {
    title: 'callees of callees, in the order of the file',
    source:
      'int c(int a) { return a * 3; }\nint unused(int a) { return c(a); }\nint b(int a) { return c(a) + 1; }\nint f(int a) { return b(a); }\n',
    code: 'int c(int a) { return a * 3; }\nint b(int a) { return c(a) + 1; }\nint f(int a) { return b(a); }\n',
  },
  {
    title: 'recursion',
    source: 'int f(int n) { return n < 2 ? n : f(n - 1) + f(n - 2); }\nint g(int n) { return f(n); }\n',
    code: 'int f(int n) { return n < 2 ? n : f(n - 1) + f(n - 2); }\n',
  },
  {
    title: 'mutual recursion with the prototype it needs',
    source:
      'int odd(int n);\nint f(int n) { return n == 0 ? 1 : odd(n - 1); }\nint odd(int n) { return n == 0 ? 0 : f(n - 1); }\n',
    code: 'int odd(int n);\nint f(int n) { return n == 0 ? 1 : odd(n - 1); }\nint odd(int n) { return n == 0 ? 0 : f(n - 1); }\n',
  },
  {
    title: 'no prototype where the definition comes before every use',
    source: 'int g(int);\nint f(int);\nint g(int a) { return a; }\nint f(int a) { return g(a); }\n',
    code: 'int g(int a) { return a; }\nint f(int a) { return g(a); }\n',
  },
  {
    title: 'macros through macros, and none that nothing uses',
    source:
      '#define TWO 2\n#define DOUBLE(x) ((x) * TWO)\n#define OTHER 5\nint f(int a) { return DOUBLE(a); }\n',
    code: '#define TWO 2\n#define DOUBLE(x) ((x) * TWO)\nint f(int a) { return DOUBLE(a); }\n',
  },
  {
    title: 'a macro body that needs a global, a type and a function',
    source:
      'typedef long ll;\nint base = 3;\nint unused;\nint sq(int a) { return a * a; }\n#define POLY(x) ((ll)sq(x) + base)\nint f(int a) { return POLY(a); }\n',
    code: 'typedef long ll;\nint base = 3;\nint sq(int a) { return a * a; }\n#define POLY(x) ((ll)sq(x) + base)\nint f(int a) { return POLY(a); }\n',
  },
  {
    title: 'redefinitions of a macro, in order',
    source:
      '#define N 1\nint g(void) { return N; }\n#undef N\n#define N 2\nint f(int a) { return g() + a * N; }\n',
    code: '#define N 1\nint g(void) { return N; }\n#undef N\n#define N 2\nint f(int a) { return g() + a * N; }\n',
  },
  {
    title: 'a keyword that is a macro',
    source:
      '#define int long long\n#define char short\nint f(int a) { return a * a; }\nsigned main() { return 0; }\n',
    code: '#define int long long\nint f(int a) { return a * a; }\n',
  },
  {
    title: 'a loop macro that the parser cannot know',
    source:
      '#define rep(i, n) for (int i = 0; i < (n); i++)\nint a[9];\nint f(int n) {\n  int s = 0;\n  rep(i, n) s += a[i];\n  rep(j, n) { s ^= j; }\n  return s;\n}\n',
    code: '#define rep(i, n) for (int i = 0; i < (n); i++)\nint a[9];\nint f(int n) {\n  int s = 0;\n  rep(i, n) s += a[i];\n  rep(j, n) { s ^= j; }\n  return s;\n}\n',
  },
  {
    title: 'a macro defined inside another function',
    source: 'int g(int a) {\n#define LIMIT 7\n  return a % LIMIT;\n}\nint f(int a) { return a < LIMIT; }\n',
    code: '#define LIMIT 7\nint f(int a) { return a < LIMIT; }\n',
  },
  {
    title: 'macros that headers look at',
    source:
      '#define _GNU_SOURCE\n#define NDEBUG\n#define X 1\n#include <assert.h>\nvoid f(int *a) { assert(*a); ++*a; }\n',
    code: '#define _GNU_SOURCE\n#define NDEBUG\n#include <assert.h>\nvoid f(int *a) { assert(*a); ++*a; }\n',
  },
  {
    title: 'pragmas, which act on what follows',
    source:
      '#pragma pack(push, 1)\nstruct p { char c; int i; };\n#pragma pack(pop)\nint f(struct p *p) { return p->i; }\n',
    code: '#pragma pack(push, 1)\nstruct p { char c; int i; };\n#pragma pack(pop)\nint f(struct p *p) { return p->i; }\n',
  },
  {
    title: 'only the declarators it needs',
    source: 'int n, a[100], *p = a, unused;\nint f(int i) { return a[i] + n; }\n',
    code: 'int n, a[100];\nint f(int i) { return a[i] + n; }\n',
  },
  {
    title: 'a declarator whose initialiser needs another',
    source: 'int n, a[100], *p = a, unused;\nint f(int i) { return p[i]; }\n',
    code: 'int a[100], *p = a;\nint f(int i) { return p[i]; }\n',
  },
  {
    title: 'no global that a parameter or a local hides',
    source:
      'int n, i, s, k;\nint f(int n) {\n  int s = 0;\n  for (int i = 0; i < n; i++) s += i;\n  return s + k;\n}\n',
    code: 'int k;\nint f(int n) {\n  int s = 0;\n  for (int i = 0; i < n; i++) s += i;\n  return s + k;\n}\n',
  },
  {
    title: 'a global that is hidden only in an inner block',
    source: 'int n;\nint f(int a) {\n  if (a) { int n = 2; a += n; }\n  return a + n;\n}\n',
    code: 'int n;\nint f(int a) {\n  if (a) { int n = 2; a += n; }\n  return a + n;\n}\n',
  },
  {
    title: 'members and labels are no references',
    source:
      'int x, out;\nstruct p { int x; };\nint f(struct p *p) {\n  if (p->x) goto out;\n  p->x = 1;\nout:\n  return p->x;\n}\n',
    code: 'struct p { int x; };\nint f(struct p *p) {\n  if (p->x) goto out;\n  p->x = 1;\nout:\n  return p->x;\n}\n',
  },
  {
    title: 'globals that are declared inside the function',
    source:
      'int f(int a) { extern int n; int g(int); return g(a) + n; }\nint n = 4;\nint g(int a) { return a; }\n',
    code: 'int f(int a) { extern int n; int g(int); return g(a) + n; }\nint n = 4;\nint g(int a) { return a; }\n',
  },
  {
    title: 'typedef chains, tags apart from names',
    source:
      'struct node;\ntypedef struct node node;\nstruct node { int v; node *next; };\ntypedef node *list;\nstruct other { int o; };\nint f(list l) { return l ? l->v : 0; }\n',
    code: 'struct node;\ntypedef struct node node;\nstruct node { int v; node *next; };\ntypedef node *list;\nint f(list l) { return l ? l->v : 0; }\n',
  },
  {
    title: 'an anonymous struct with two names',
    source: 'typedef struct { int a, b; } pair, *pairs;\nint f(pairs p) { return p->a + p->b; }\n',
    code: 'typedef struct { int a, b; } pair, *pairs;\nint f(pairs p) { return p->a + p->b; }\n',
  },
  {
    title: 'an enum for one of its constants, and a typedef that looks built in',
    source:
      'typedef enum { false, true } bool;\nenum { RED, GREEN = 4 };\nenum { UNUSED };\nbool f(int a) { return a == GREEN ? true : false; }\n',
    code: 'typedef enum { false, true } bool;\nenum { RED, GREEN = 4 };\nbool f(int a) { return a == GREEN ? true : false; }\n',
  },
  {
    title: 'a struct that is defined together with variables',
    source: 'struct p { int x; } origin, points[4];\nint f(struct p *p) { return p->x; }\n',
    code: 'struct p { int x; } origin, points[4];\nint f(struct p *p) { return p->x; }\n',
  },
  {
    title: 'a table of functions and what they need',
    source:
      'int k = 2;\nint up(int a) { return a + k; }\nint down(int a) { return a - 1; }\nint (*table[])(int) = {up, down};\nint f(int i, int a) { return table[i & 1](a); }\n',
    code: 'int k = 2;\nint up(int a) { return a + k; }\nint down(int a) { return a - 1; }\nint (*table[])(int) = {up, down};\nint f(int i, int a) { return table[i & 1](a); }\n',
  },
  {
    title: 'external linkage for the function and for what it can be seen by',
    source:
      'static int count, unused;\nstatic int helper(int a) { static int calls; return a + ++calls; }\nstatic inline int f(int a) { count++; return helper(a); }\n',
    code: 'int count;\nstatic int helper(int a) { static int calls; return a + ++calls; }\nint f(int a) { count++; return helper(a); }\n',
  },
  {
    title: 'external linkage through a macro and a prototype',
    source:
      '#define LOCAL static inline\nLOCAL int f(int a);\nint g(int a) { return a; }\nLOCAL int f(int a) { return a ? f(g(a) - 1) : 0; }\n',
    code: '#define LOCAL static inline\nint g(int a) { return a; }\nint f(int a) { return a ? f(g(a) - 1) : 0; }\n',
  },
  {
    title: 'a target that is static by a macro around its type, in either style',
    source:
      '#define LOCAL(type) static type\n#define GLOBAL(type) type\nGLOBAL(int) g(a) int a; { return a; }\nLOCAL(const int *) f(a, b) const int *a; int b; { return g(b) ? a : a + b; }\n',
    code: '#define LOCAL(type) static type\n#define GLOBAL(type) type\nGLOBAL(int) g(a) int a; { return a; }\nconst int * f(a, b) const int *a; int b; { return g(b) ? a : a + b; }\n',
  },
  {
    title: 'a plain inline callee with a body to link with',
    source: 'inline int sq(int a) { return a * a; }\nint f(int a) { return sq(a); }\n',
    code: 'static inline int sq(int a) { return a * a; }\nint f(int a) { return sq(a); }\n',
  },
  {
    title: 'an extern inline callee and its prototype alike',
    source: 'int sq(int a);\nint f(int a) { return sq(a); }\nextern inline int sq(int a) { return a * a; }\n',
    code: 'static int sq(int a);\nint f(int a) { return sq(a); }\nstatic inline int sq(int a) { return a * a; }\n',
  },
  {
    title: 'old-style definitions with their prototypes and implicit int',
    source:
      'g();\nunused(a) char *a; { return *a; }\nf(a, b) int a; register short b; { return g(a) + b; }\ng(a) { return a; }\n',
    code: 'g();\nf(a, b) int a; register short b; { return g(a) + b; }\ng(a) { return a; }\n',
    standard: 'gnu89',
  },
  {
    title: 'implicit int of a global',
    source: 'static n;\nk;\nint f(a) { return a + n; }\n',
    code: 'n;\nint f(a) { return a + n; }\n',
    standard: 'gnu89',
  },
  {
    title: 'declarations that a macro makes',
    source:
      '#define TABLE(name, n) int name[n];\nTABLE(xs, 10)\nTABLE(ys, 10)\nint f(int i) { return xs[i]; }\n',
    code: '#define TABLE(name, n) int name[n];\nTABLE(xs, 10)\nint f(int i) { return xs[i]; }\n',
  },
  {
    title: 'a function pointer as result of a callee',
    source:
      'int inc(int a) { return a + 1; }\nint (*choose(int k))(int) { return k ? inc : 0; }\nint f(int a) { return choose(1)(a); }\n',
    code: 'int inc(int a) { return a + 1; }\nint (*choose(int k))(int) { return k ? inc : 0; }\nint f(int a) { return choose(1)(a); }\n',
  },
  {
    title: "names that are the C library's",
    source:
      '#include <stdlib.h>\nint max(int a, int b) { return a > b ? a : b; }\nint f(int a) { return max(a, abs(a)); }\n',
    code: '#include <stdlib.h>\nint max(int a, int b) { return a > b ? a : b; }\nint f(int a) { return max(a, abs(a)); }\n',
  },
  {
    title: 'the comments directly above and behind, and no others',
    source:
      '/* file */\n\n// counts\nint n; // so far\nint m; // unused\n\n// about g\nint g(int a) { return a; }\n\n// about f\n// in two lines\nint f(int a) { return a + n; /* inside */ }\n',
    code: '// counts\nint n; // so far\n\n// about f\n// in two lines\nint f(int a) { return a + n; /* inside */ }\n',
  },
  {
    title: 'braces in strings, characters and comments',
    source:
      "char c = '{'; /* } */\nchar *s = \"}{\\\"{\"; // {\nint f(int a) { return s[a] == '}'; }\nint g(void) { return c; }\n",
    code: 'char *s = "}{\\"{"; // {\nint f(int a) { return s[a] == \'}\'; }\n',
  },
]

describe('a slice holds', () => {
  it.each(CASES)('$title', async ({ source, code, standard = 'gnu17' }) => {
    expect(await checkSyntax(source, standard, compile)).toEqual({ kind: 'ok' })
    expect(slice(source, 'f')).toBe(code)
    expect(await checkSyntax(code, standard, compile)).toEqual({ kind: 'ok' })
  })
})

describe('the coarse slice', () => {
  it('keeps all but main and the functions out of reach', () => {
    const source =
      '#define N 3\nint a, b;\nint g(int x) { return x; }\nint h(int x) { return x; }\nstatic int f(int x) { return g(x) + a; }\nint main(void) { return h(1); }\n'
    expect(slice(source, 'f', 'coarse')).toBe(
      '#define N 3\nint a, b;\nint g(int x) { return x; }\nint f(int x) { return g(x) + a; }\n',
    )
  })
})

describe('a function that calls main', () => {
  it('has no slice, directly or through others', () => {
    const source =
      'int main(void);\nint g(void) { return main(); }\nint f(void) { return g(); }\nint main(void) { return 0; }\n'
    expect(sliceFunction(buildOutline(source, parse), 'f', 'fine')).toEqual({ kind: 'calls-main' })
  })
})

describe('a very deep expression', () => {
  it('does not overflow the stack', () => {
    const sum = Array.from({ length: 20_000 }, () => 'n').join(' + ')
    const source = `int n;\nint f(void) { return ${sum}; }\n`
    expect(slice(source, 'f')).toBe(source)
  })
})
