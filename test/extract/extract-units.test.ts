import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Extraction, extractUnits } from '../../src/extract/extract-units.ts'
import type { Unit } from '../../src/records/unit.ts'

const BOTH: readonly Unit['kind'][] = ['program', 'function']

function extract(text: string, kinds = BOTH): Promise<Extraction> {
  const id = createHash('sha256').update(text).digest('hex')
  return extractUnits({ id, dataset: 'test', split: '', row: '0', license: 'unknown', text }, { kinds })
}

/** What came out, in short: `program main`, `function f`, `f: trivial`, `no-main`. */
async function summary(text: string, kinds = BOTH): Promise<string[]> {
  const { units, drops } = await extract(text, kinds)
  return [
    ...units.map((unit) => `${unit.kind} ${unit.name}`),
    ...drops.map((drop) => (drop.unitName === null ? drop.reason : `${drop.unitName}: ${drop.reason}`)),
  ]
}

async function program(text: string): Promise<Unit | undefined> {
  return (await extract(text, ['program'])).units[0]
}

const SQUARE = 'int sq(int a) { return a * a; }\n'
const MAIN = '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n'

describe('kinds of units', () => {
  it('are a program for main and a function for each other definition, in source order', async () => {
    const text = `${SQUARE}int twice(int a) { return a + a; }\n${MAIN}`
    expect(await summary(text)).toEqual(['program main', 'function sq', 'function twice'])
  })
  it('are only those that were asked for', async () => {
    expect(await summary(SQUARE + MAIN, ['program'])).toEqual(['program main'])
    expect(await summary(SQUARE + MAIN, ['function'])).toEqual(['function sq'])
  })
  it('without main: functions, and a reason only where there are none', async () => {
    expect(await summary(SQUARE)).toEqual(['function sq'])
    expect(await summary(SQUARE, ['program'])).toEqual(['no-main'])
    expect(await summary('int a;\n')).toEqual(['no-main'])
    expect(await summary(MAIN, ['function'])).toEqual(['no-function'])
  })
})

describe('a program unit', () => {
  it('is the source as it is, comments and all', async () => {
    const text = `/* by hand */\n${MAIN}`
    const { units } = await extract(text)
    expect(units).toEqual([
      {
        id: createHash('sha256')
          .update(JSON.stringify(['program', 'main', 'gnu17', text]))
          .digest('hex'),
        sourceId: createHash('sha256').update(text).digest('hex'),
        kind: 'program',
        name: 'main',
        code: text,
        standard: 'gnu17',
        exitDefined: true,
      },
    ])
  })
})

describe('the standard', () => {
  it.each([
    ['gnu17', 'int main(void) { for (int i = 0; i < 2; i++) {} return 0; }'],
    ['gnu89', 'main() { return 0; }'],
    ['gnu89', 'int main(void) { puts("undeclared"); return 0; }'],
    ['gnu89', 'int *p; int main(void) { p = 5; return p; }'],
    ['gnu89', 'int f(a) char *a; { return; }\nint main(void) { return f("x"); }'],
    ['gnu89', 'void g(int a) {}\nint main(void) { int (*p)(char) = g; return p(0); }'],
    // Names of its own that headers have beyond the C standard.
    ['c17', '#include <math.h>\nint y0, j1;\nint main(void) { return y0 - j1; }'],
    [
      'c17',
      '#include <stdio.h>\nint getline(char *s) { return *s; }\nint main(void) { return getline(""); }',
    ],
    ['c89', '#include <stdio.h>\ngetline(s) char s[]; { return s[0]; }\nmain() { return getline(""); }'],
  ])('is %s for %j', async (standard, text) => {
    expect((await program(text))?.standard).toBe(standard)
  })
  it('of a function is the source’s', async () => {
    const { units } = await extract('f(a) { return a + 1; }\nmain() { return f(1); }\n', ['function'])
    expect(units.map(({ standard, code }) => [standard, code])).toEqual([
      ['gnu89', 'f(a) { return a + 1; }\n'],
    ])
  })
})

describe('the exit status', () => {
  it.each([
    [true, 'int main(void) { }'],
    [true, 'signed main() { }'],
    [true, 'main() { return 0; }'],
    [true, '#include <stdlib.h>\nmain() { exit(1); }'],
    [true, 'main() { for (;;) getchar(); }'],
    [true, 'main(c) { if (c) return 1; else { return 2; } }'],
    [true, 'main() { while (1) { if (getchar() < 0) return 3; } }'],
    [false, 'void main() { }'],
    [false, 'main() { puts("x"); }'],
    [false, 'main(c) { if (c) return 1; }'],
    [false, 'main(c) { if (c) return; return 0; }'],
    [false, 'main() { while (1) { if (getchar() < 0) break; } }'],
  ])('is defined: %j for %j', async (defined, text) => {
    expect((await program(text))?.exitDefined).toBe(defined)
  })
})

describe('what is not C', () => {
  it.each([
    ['not-c: cplusplus', '#include <iostream>\nusing namespace std;\nint main() { cout << 1; }\n'],
    ['not-c: cplusplus', 'template <class T> T id(T a) { return a; }\nint main() { return id(0); }\n'],
    ['not-c: missing-header', '#include "mine.h"\nint main(void) { return 0; }\n'],
    ['not-c: syntax', 'int main(void) { return 0 }\n'],
    ['not-c: syntax', 'print("hello")\n'],
    ['empty', ' \n'],
    ['too-large', `${MAIN}/*${'x'.repeat(1_000_000)}*/`],
  ])('is dropped as %s', async (reason, text) => {
    expect(await summary(text)).toEqual([reason])
  })
  it('is told with the compiler’s first error', async () => {
    const { drops } = await extract('int main(void) {\n  return x;\n}\n')
    expect(drops).toEqual([
      {
        stage: 'extract',
        unitName: null,
        reason: 'not-c: syntax',
        detail: "2:10: error: use of undeclared identifier 'x'",
      },
    ])
  })
  it('does not depend on what lies in the working folder', async () => {
    expect(await summary(`#include "package.json"\n${MAIN}`)).toEqual(['not-c: missing-header'])
  })
})

describe('a function is left out', () => {
  it.each([
    ['variadic', 'int f(int n, ...) { return n * 2; }'],
    ['trivial', 'void f(void) { }'],
    ['trivial', 'int f(int a) { return -(1); }'],
    ['trivial', 'void f(void) { int a; return; }'],
    ['unsupported-signature: function pointer', 'int f(int (*g)(int)) { return g(1); }'],
    ['unsupported-signature: function pointer', 'typedef int fn(int); int f(fn *g) { return g(1); }'],
    ['unsupported-signature: function pointer', 'int (*f(int a))(int) { return a ? 0 : (void *)1; }'],
    [
      'unsupported-signature: void pointer',
      'int f(const void *a, const void *b) { return *(int *)a - *(int *)b; }',
    ],
    ['unsupported-signature: void pointer', '#include <stdlib.h>\nvoid *f(int n) { return malloc(n * 4); }'],
    ['unsupported-signature: void pointer', 'typedef void *any; int f(any a) { return a == 0; }'],
    ['unsupported-signature: FILE', '#include <stdio.h>\nint f(FILE *in) { return fgetc(in); }'],
    ['unsupported-signature: va_list', '#include <stdarg.h>\nint f(va_list a) { return va_arg(a, int); }'],
    ['unsupported-signature: union', 'union u { int i; float f; }; int f(union u *a) { return a->i; }'],
    ['unsupported-signature: union', 'typedef union { int i; } u; int f(u a) { return a.i; }'],
    ['unsupported-signature: complex', 'double f(double _Complex z) { return __real__ z; }'],
    ['unsupported-signature: opaque struct', 'struct s; int f(struct s *a) { return a == 0; }'],
    [
      'unsupported-signature: flexible array',
      'struct s { int n; int a[]; }; int f(struct s a) { return a.n; }',
    ],
  ])('as %s: %j', async (reason, text) => {
    expect(await summary(text, ['function'])).toEqual([`f: ${reason}`])
  })
  it.each([
    'int f(int *a, char s[], double m[3][3]) { return a[0] + s[0] + (int)m[0][0]; }',
    'struct s { int n; int a[]; }; int f(struct s *a) { return a->n; }',
    'typedef struct node { int v; struct node *next; } *list; list f(list l) { return l->next; }',
    'void f(void) { extern int n; n++; } int n;',
    'int complex(int a) { return a; } int f(int complex) { return complex + 1; }',
  ])('but not %j', async (text) => {
    expect(await summary(text, ['function'])).toContain('function f')
  })
  it('when it calls main', async () => {
    const text = 'int main(void);\nint f(int a) { return a ? main() : 0; }\nint main(void) { return f(0); }\n'
    expect(await summary(text)).toEqual(['program main', 'f: calls-main'])
  })
})

describe('conditional compilation', () => {
  it('decides which functions exist', async () => {
    const text = `#if 0\nint never(int a) { return a + 1; }\n#elif defined(__x86_64__) || defined(__aarch64__)\n${SQUARE}#else\nint other(int a) { return a; }\n#endif\n`
    expect(await summary(text)).toEqual(['function sq'])
  })
  it('is resolved in a function’s unit and kept in a program’s', async () => {
    const text =
      '#define FAST 1\n#ifdef FAST\n#define STEP 2\n#else\n#define STEP 1\n#endif\nint f(int a) {\n#if STEP > 1\n  a++;\n#else\n  a--;\n#endif\n  return a * STEP;\n}\nint main(void) { return f(1); }\n'
    const { units } = await extract(text)
    expect(units.map((unit) => unit.code)).toEqual([
      text,
      '#define STEP 2\nint f(int a) {\n  a++;\n  return a * STEP;\n}\n',
    ])
  })
  it('is followed into nested groups and past unbalanced quotes in skipped ones', async () => {
    const text = `#if 1\n#if 0\ndon't\nint a(int x) { return x + 1; }\n#else\nint b(int x) { return x + 2; }\n#endif\n#else\nint c(int x) { return x + 3; }\n#endif\n`
    expect(await summary(text)).toEqual(['function b'])
  })
})

describe('macros that hide what a function needs', () => {
  it('lead to the coarse slice', async () => {
    const text =
      '#define DEFINE_MAX(T) static T T##_max(T a, T b) { return a > b ? a : b; }\nDEFINE_MAX(int)\nint unused(int a) { return a + 1; }\nint f(int a) { return int_max(a, 3); }\nint main(void) { return f(1); }\n'
    const unit = (await extract(text)).units.find(({ name }) => name === 'f')
    expect(unit?.code).toBe(
      '#define DEFINE_MAX(T) static T T##_max(T a, T b) { return a > b ? a : b; }\nDEFINE_MAX(int)\nint f(int a) { return int_max(a, 3); }\n',
    )
  })
  it('hide no borders by their brackets', async () => {
    const text =
      '#define BEGIN {\n#define END }\n#define FN(name) int name(int a) BEGIN\nFN(f) return a; END\nint g(int a) BEGIN return a * 2; END\nint h(int a) { return a + 1; }\n'
    expect(await summary(text, ['function'])).toEqual(['function g', 'function h'])
  })
  it('give a reason where no slice compiles', async () => {
    const text =
      '#define OPEN 1\n#undef OPEN\n#define OPEN int hidden = 3; int f(int a) {\nOPEN return a + hidden; }\nint g(int a) { return a + hidden; }\n'
    expect(await summary(text, ['function'])).toEqual(['g: slice-failed'])
  })
})

describe('ways to write a function', () => {
  const body = '{ if (a > b) return a - b; return a * 3 + b; }'
  it.each([
    ['in the old style, behind an attribute', `__attribute__((noinline)) int f(a, b) int a, b; ${body}`],
    ['in the old style, its type from a macro', `#define TYPE(t) t\nTYPE(int) f(a, b) int a, b; ${body}`],
    [
      'in the old style, static by a macro around its type',
      `#define LOCAL(t) static t\nLOCAL(int) f(a, b) int a, b; ${body}`,
    ],
    ['in the old style, its name in parentheses', `int (f)(a, b) int a, b; ${body}`],
    ['in the old style, returning a pointer', `int *f(a, b) int *a, *b; { return *a > *b ? a : b; }`],
    ['its name in parentheses', `int (f)(int a, int b) ${body}`],
    [
      'an attribute behind the star',
      'int * __attribute__((noinline)) f(int *a, int b) { return a[0] > b ? a : 0; }',
    ],
    ['by digraphs', 'int f(int a, int b) <% int v<:2:> = <% a, b %>; return v<:0:> > v<:1:>; %>'],
  ])('%s', async (_, text) => {
    const around = `int before(int a, int b) ${body}\n${text}\nint behind(int a, int b) ${body}\n`
    expect(await summary(around, ['function'])).toEqual(['function before', 'function f', 'function behind'])
  })
})

describe('arguments that cannot fit their formats', () => {
  const unit = (statement: string) =>
    `#include <stdio.h>\ntypedef long long wide;\nvoid f(int *p, int n) { char s[9], *t = s; long l; wide w; double d; int i; unsigned char u[4]; ${statement} }\n`
  it.each([
    'scanf("%d", &l);',
    'scanf("%c", &i);',
    'scanf("%lf %f", &d, &d);',
    'scanf("%s", &t);',
    'scanf("%hd", &i);',
    'printf("%s", &i);',
  ])('are refused: %s', async (statement) => {
    expect(await summary(unit(statement), ['function'])).toEqual(['f: undefined-behaviour'])
  })
  it.each([
    'scanf("%d %u", (unsigned *)p, &i);',
    'scanf("%ld %lld", &w, &l);',
    'scanf("%8s %3s", &s, u);',
    'printf("%s %p", u, &l);',
    'printf("%d", p ? i : n, 3);',
  ])('are not those of another sign, or of an array: %s', async (statement) => {
    expect(await summary(unit(statement), ['function'])).not.toContain('f: undefined-behaviour')
  })
})

describe('promises that nothing can check', () => {
  it.each([
    ['int f(__attribute__((noescape)) int *p) { return *p; }', 'forbidden'],
    ['int f(int *p) { int *restrict q = p; return q[0]; }', 'forbidden'],
    ['struct s { int *__restrict__ p; }; int f(struct s *x) { return *x->p; }', 'forbidden'],
    ['int f(int n) { return n + __builtin_nondeterministic_value(n); }', 'nondeterministic'],
    ['#pragma clang fp reassociate(on)\ndouble f(double x) { return x + 1; }', 'nondeterministic'],
  ])('are refused: %s', async (text, reason) => {
    expect(await summary(text, ['function'])).toEqual([reason])
  })
  it('are not those of parameters', async () => {
    const text = 'void f(int *restrict a, const int *__restrict__ b) { a[0] = b[0]; }\n'
    expect(await summary(text, ['function'])).toEqual(['function f'])
  })
})

describe('a source that would make the compiler read files', () => {
  it.each([
    ['include-not-allowed', '#include "/etc/passwd"\n'],
    ['include-not-allowed', '#include </dev/zero>\n'],
    ['include-not-allowed', '  # /* x */ include "../secret.h"\n'],
    ['include-not-allowed', '%:include "/dev/stdin"\n'],
    ['include-not-allowed', '#inc\\\nlude "/etc/passwd"\n'],
    ['include-not-allowed', '#include <sys/../../../etc/passwd>\n'],
    ['include-not-allowed', '#define FILE_NAME "/etc/passwd"\n#include FILE_NAME\n'],
    ['include-not-allowed', '#include_next <stdio.h>\n'],
    ['include-not-allowed', '#import "/etc/passwd"\n'],
    ['include-not-allowed', 'char a[] = {\n#embed "/etc/passwd"\n};\n'],
    ['include-not-allowed', '#if __has_include("/etc/passwd")\n#endif\n'],
    ['include-not-allowed', '#define ASK __has_\\\ninclude\n'],
    ['include-not-allowed', '# 1 "x.h" 1 3\n'],
    ['inline-asm', 'void f(void) { asm(".incbin \\"/etc/passwd\\""); }\n'],
    ['inline-asm', '__asm__(".incbin \\"/etc/passwd\\"");\n'],
    ['inline-asm', '#define A __asm\n'],
    ['inline-asm', '#define P(a, b) a##b\nvoid f(void) { P(as, m)(".incbin \\"/etc/passwd\\""); }\n'],
    ['raw-string', 'char *s = R"(")"; /* ")" */\n'],
  ])('is refused as %s: %j', async (reason, text) => {
    expect(await summary(text + MAIN)).toEqual([reason])
  })
  it.each([
    'char *s = "#include \\"/etc/passwd\\"\\n asm";\n',
    '// asm\n/*\n#include "/etc/passwd"\n*/\n',
    '#include "stdio.h" /* found in the include folders */\n',
    '#include <sys/types.h>;\n',
    '#define P(a, b) a##b\nint P(x, y);\n',
    '#line 7 "elsewhere.c"\n',
  ])('is not %j', async (text) => {
    expect(await summary(text + MAIN)).toEqual(['program main'])
  })
})

describe('a source that would exhaust the compiler', () => {
  it.each([
    ['memory', `int a[1 << 28] = {[0 ... (1 << 28) - 1] = 1};\n${MAIN}`],
    ['the stack', `int n;\nint f(void) { return ${'-'.repeat(200_000)}n; }\n`],
  ])('is dropped when it takes all of %s', async (_, text) => {
    expect(await summary(text)).toEqual(['compile'])
  })
  it('is dropped when it takes too long', { timeout: 120_000 }, async () => {
    const text = 'int a;'.repeat(160_000) + MAIN
    expect(await summary(text)).toEqual(['compile'])
  })
})
