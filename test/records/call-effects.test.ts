import { describe, expect, it } from 'vitest'
import { floatBits } from '../../src/call/bits.ts'
import { canonicalEffects } from '../../src/call/effects/canonical-effects.ts'
import type { Block, CallInput, Value } from '../../src/records/input.ts'
import { BUILDS, type Build, buildCall, planOf, runCall } from '../call/call-unit.ts'

const int = (value: number | bigint): Value => ({ i: String(value) })
const list = (...values: (number | bigint)[]): Value => ({ a: values.map(int) })
const double = (value: number): Value => ({ f: floatBits(value, 'f64') })
const block = (index: number, offset = 0): Value => ({ p: { block: index, offset } })
const NULL: Value = { p: null }

interface Case {
  readonly what: string
  readonly code: string
  readonly call: string
  readonly standard?: string
  readonly args?: readonly Value[]
  /** Without `type`: what the parameter that points to the block points to. */
  readonly blocks?: readonly (Omit<Block, 'type'> & { of?: string })[]
  readonly globals?: Readonly<Record<string, Value>>
  readonly stdin?: string
  readonly stdout?: string
  readonly exit?: number
  readonly effects: unknown
}

const CASES: readonly Case[] = [
  {
    what: 'a result and a changed element',
    code: 'int f(int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s += a[i]; a[n - 1] = s; return -s; }',
    call: 'f',
    args: [block(0), int(3)],
    blocks: [{ count: 4, value: list(1, 2, 4, 9) }],
    effects: { return: '-7', memory: { 'a[2]': '7' } },
  },
  {
    what: 'neighbouring elements in one entry',
    code: 'void reverse(short *a, int n) { for (int i = 0, j = n - 1; i < j; i++, j--) { short t = a[i]; a[i] = a[j]; a[j] = t; } }',
    call: 'reverse',
    args: [block(0), int(5)],
    blocks: [{ count: 5, value: list(1, -2, 3, 4, 5) }],
    effects: { memory: { 'a[0..1]': '{5, 4}', 'a[3..4]': '{-2, 1}' } },
  },
  {
    what: 'out-parameters',
    code: 'void divide(int a, int b, int *q, long long *r) { *q = a / b; *r = a % b - 5000000000LL; }',
    call: 'divide',
    args: [int(17), int(5), block(0), block(1)],
    blocks: [
      { count: 1, value: list(0) },
      { count: 1, value: list(0) },
    ],
    effects: { memory: { '*q': '3', '*r': '-4999999998' } },
  },
  {
    what: 'strings as text, with their terminator',
    code: 'void upper(char *s) { for (; *s; s++) if (*s >= 97 && *s <= 122) *s -= 32; } void cut(char *s) { upper(s); s[2] = 0; }',
    call: 'cut',
    args: [block(0)],
    blocks: [{ count: 6, value: { s: 'ab"yz' } }],
    effects: { memory: { 's[0..4]': '"AB\\0YZ"' } },
  },
  {
    what: 'a pointer into an argument',
    code: 'char *find(char *s, char c) { while (*s && *s != c) s++; return *s ? s : 0; }',
    call: 'find',
    args: [block(0), int(108)],
    blocks: [{ count: 6, value: { s: 'hello' } }],
    effects: { return: '&s[2]', memory: {} },
  },
  {
    what: 'NULL in and out',
    code: 'char *find(char *s) { return s ? s + 1 : s; }',
    call: 'find',
    args: [NULL],
    effects: { return: 'NULL', memory: {} },
  },
  {
    what: 'string literals and static buffers by their text',
    code: 'const char *name(int k) { static char other[8]; other[0] = (char)(48 + k); return k == 3 ? "Fizz" : other; }',
    call: 'name',
    args: [int(3)],
    effects: { return: '"Fizz"', memory: {} },
  },
  {
    what: 'doubles with their bits',
    code: 'double mean(const double *v, int n, double *worst) { double s = 0; for (int i = 0; i < n; i++) s += v[i]; *worst = v[0] - s / n; return s / n; }',
    call: 'mean',
    args: [block(0), int(2), block(1)],
    blocks: [
      { count: 2, value: { a: [double(0.5), double(1)] } },
      { count: 1, value: { a: [double(0)] } },
    ],
    effects: {
      return: '0.75 [3fe8000000000000]',
      memory: { '*worst': '-0.25 [bfd0000000000000] was 0 [0000000000000000]' },
    },
  },
  {
    what: 'float and long double',
    code: 'long double f(float a, long double b) { return a * b; }',
    call: 'f',
    args: [{ f: floatBits(0.5, 'f32') }, { f: floatBits(3, 'x87') }],
    effects: { return: '1.5 [3fffc000000000000000]', memory: {} },
  },
  {
    what: 'one NaN for all',
    code: 'double f(double a) { return a / a; }',
    call: 'f',
    args: [double(0)],
    effects: { return: 'nan', memory: {} },
  },
  {
    what: 'structures by value, padding left out',
    code: 'typedef struct { char tag; double w; short v[3]; } Item; Item heavier(Item a, Item b) { Item r = a.w > b.w ? a : b; r.v[1]++; return r; }',
    call: 'heavier',
    args: [{ a: [int(65), double(1.5), list(1, 2, 3)] }, { a: [int(66), double(2.5), list(4, 5)] }],
    effects: { return: { tag: "'B'", w: '2.5 [4004000000000000]', v: ['4', '6', '0'] }, memory: {} },
  },
  {
    what: 'bit-fields, by value and in memory',
    code: 'struct b { unsigned a : 3; int b : 5; unsigned long c : 40; _Bool d : 1; }; struct b f(struct b x, struct b *p) { p->b = x.b - 1; p->c = 0xABCDEF0123; x.a += 7; x.d = !x.d; return x; }',
    call: 'f',
    args: [{ a: [int(2), int(-3), int(77), int(0)] }, block(0)],
    blocks: [{ count: 1, value: { a: [{ a: [int(1), int(1), int(1), int(1)] }] } }],
    effects: {
      return: { a: '1', b: '-3', c: '77', d: '1' },
      memory: { 'p->b': '-4', 'p->c': '737894400291' },
    },
  },
  {
    what: '_Bool, enumerations, unsigned and 128-bit integers',
    code: 'enum e { A, B = 7 }; __int128 f(_Bool a, enum e b, unsigned char c, unsigned long d) { return (__int128)d * (__int128)(d >> 2) + a + b - c; }',
    call: 'f',
    args: [int(1), int(7), int(255), int(18446744073709551615n)],
    effects: {
      return: String(18446744073709551615n * (18446744073709551615n >> 2n) + 8n - 255n),
      memory: {},
    },
  },
  {
    what: 'two dimensions',
    code: 'void transpose(int m[][3], int n) { for (int i = 0; i < n; i++) for (int j = 0; j < i; j++) { int t = m[i][j]; m[i][j] = m[j][i]; m[j][i] = t; } }',
    call: 'transpose',
    args: [block(0), int(2)],
    blocks: [{ count: 3, value: { a: [list(1, 2, 3), list(4, 5, 6), list(7, 8, 9)] } }],
    effects: { memory: { 'm[0][1]': '4', 'm[1][0]': '2' } },
  },
  {
    what: 'a linked list, its cells named by the way to them',
    code: 'typedef struct node { int val; struct node *next; } Node; Node *unlink_second(Node *head) { Node *n = head->next; head->next = n->next; n->next = 0; n->val *= 2; return n; }',
    call: 'unlink_second',
    args: [block(0)],
    blocks: [
      { count: 1, value: { a: [{ a: [int(1), block(1)] }] } },
      { count: 1, value: { a: [{ a: [int(2), block(2)] }] }, of: 'head' },
      { count: 1, value: { a: [{ a: [int(3), NULL] }] }, of: 'head' },
    ],
    effects: {
      return: 'head->next',
      memory: { 'head->next': 'head->next->next', 'head->next->val': '4', 'head->next->next': 'NULL' },
    },
  },
  {
    what: 'memory that the function allocates and links in',
    code: '#include <stdlib.h>\ntypedef struct node { int val; struct node *next; char pad; } Node; Node *push(Node *head, int v) { Node *n = malloc(sizeof *n); n->val = v; n->next = head; return n; }',
    call: 'push',
    args: [NULL, int(5)],
    effects: { return: 'new0', memory: {}, allocated: { new0: [{ val: '5', next: 'NULL', pad: '?' }] } },
  },
  {
    what: 'new strings, and nothing of what was only used in between',
    code: '#include <stdlib.h>\n#include <string.h>\nchar *twice(const char *s) { char *t = malloc(100), *r = malloc(2 * strlen(s) + 9); strcpy(t, s); strcpy(r, t); strcat(r, t); free(t); return r; }',
    call: 'twice',
    args: [block(0)],
    blocks: [{ count: 3, value: { s: 'ab' } }],
    effects: { return: 'new0', memory: {}, allocated: { new0: '"abab\\0"' } },
  },
  {
    what: 'freed and moved blocks',
    code: '#include <stdlib.h>\nint *grow(int *a, int *b, int n) { a = realloc(a, (n + 1) * sizeof *a); a[n] = 7; free(b); return a; }',
    call: 'grow',
    args: [block(0), block(1), int(2)],
    blocks: [
      { count: 2, value: list(3, 4) },
      { count: 1, value: list(1) },
    ],
    effects: { return: 'new0', memory: { a: 'freed', b: 'freed' }, allocated: { new0: ['3', '4', '7'] } },
  },
  {
    what: 'globals: set before, compared after; static variables are out of sight',
    code: 'int n = 4, total; const int step = 2; static int hidden; double rate; struct { int x; char name[8]; } box; int table[1000]; int f(void) { static int calls; hidden += ++calls; for (int i = 0; i < n; i += step) total += table[i]; box.x = n; box.name[0] = 65; table[900] = hidden; rate = -0.0; return calls; }',
    call: 'f',
    globals: { n: int(3), table: list(10, 20, 30) },
    effects: {
      return: '1',
      memory: {
        'box.x': '3',
        'box.name[0]': "'A'",
        rate: '-0 [8000000000000000] was 0 [0000000000000000]',
        'table[900]': '1',
        total: '40',
      },
    },
  },
  {
    what: 'pointers among globals',
    code: 'int a[10], x; int *p, *q; char *s; struct { int k; int v[4]; } g; int *f(int *a2) { p = &a[3]; q = &x; s = "lit"; *a2 = 1; return &g.v[2]; }',
    call: 'f',
    args: [block(0)],
    blocks: [{ count: 1, value: list(0) }],
    effects: { return: '&g.v[2]', memory: { '*a2': '1', p: '&a[3]', q: '&x', s: '"lit"' } },
  },
  {
    what: 'pointers to ends, members and bytes',
    code: 'struct s { char data[6]; short n; char *top; short *nth; void *raw; }; int v[3], *end; void f(struct s *s, int *a) { s->top = s->data + 6; s->nth = &s->n; s->raw = (char *)a + 5; end = v + 3; a[0] = 1; }',
    call: 'f',
    args: [block(0), block(1)],
    blocks: [
      { count: 1, value: { a: [] } },
      { count: 2, value: list(0) },
    ],
    effects: {
      memory: {
        's->top': '&s->data[6]',
        's->nth': '&s->n',
        's->raw': '(char *)&a[1] + 1',
        'a[0]': '1',
        end: '&v[3]',
      },
    },
  },
  {
    what: 'a parameter that hides a global',
    code: 'int v; void set(int x) { v = x; } int f(int *v) { set(9); return *v; }',
    call: 'f',
    args: [block(0)],
    blocks: [{ count: 1, value: list(4) }],
    effects: { return: '4', memory: { '::v': '9' } },
  },
  {
    what: 'exit inside',
    code: '#include <stdio.h>\n#include <stdlib.h>\nint g; int f(int x) { g = x; printf("bye"); if (x > 2) exit(3); return 0; }',
    call: 'f',
    args: [int(5)],
    stdout: 'bye',
    exit: 3,
    effects: { exited: true, memory: { g: '5' } },
  },
  {
    what: 'standard input and output beside',
    code: '#include <stdio.h>\nint f(void) { int x = 0; scanf("%d", &x); printf("%d\\n", x); return x + 1; }',
    call: 'f',
    stdin: '41\n',
    stdout: '41\n',
    effects: { return: '42', memory: {} },
  },
  {
    what: 'definitions in the old style, with narrow parameters',
    code: 'int f(a, b, c) char a; float b; short c; { return a + (int)(b * 2) + c; } ',
    call: 'f',
    standard: 'gnu89',
    args: [int(-5), { f: floatBits(1.5, 'f32') }, int(-300)],
    effects: { return: '-302', memory: {} },
  },
  {
    what: 'a function with a library function name, and globals with the harness names',
    code: 'unsigned long strlen(const char *s) { unsigned long n = 0; while (s[n]) n++; return n + 100; } int main_, read, write, image, objects = 3;',
    call: 'strlen',
    args: [block(0)],
    blocks: [{ count: 4, value: { s: 'abc' } }],
    effects: { return: '103', memory: {} },
  },
  {
    what: 'unions by their bytes',
    code: 'union u { int i; float f; }; void f(union u *p) { p->f = 1.0f; }',
    call: 'f',
    args: [block(0)],
    blocks: [{ count: 1, value: { a: [int(0)] } }],
    effects: { memory: { '*p@2': '80', '*p@3': '3f' } },
  },
  {
    what: 'void pointers as what they are cast to',
    code: 'typedef struct { int k; double d; } Rec; int compare(const void *a, const void *b) { const Rec *x = a; return x->k - ((const Rec *)b)->k; }',
    call: 'compare',
    args: [block(0), block(1)],
    blocks: [
      { count: 1, value: { a: [{ a: [int(7)] }] } },
      { count: 1, value: { a: [{ a: [int(9)] }] } },
    ],
    effects: { return: '-2', memory: {} },
  },
]

describe.each(CASES)(
  '$what',
  ({ code, call, standard, args = [], blocks = [], globals = {}, stdin = '', effects, ...result }) => {
    const plan = planOf(code, call, standard)
    const pointee = (index: number, of: string | undefined): number => {
      const at =
        of === undefined
          ? args.findIndex((arg) => 'p' in arg && arg.p?.block === index)
          : plan.parameters.findIndex(({ name }) => name === of)
      const type = plan.types[plan.parameters[at]!.type]!
      if (type.kind !== 'pointer') throw new Error('no pointer')
      return type.to
    }
    const input: CallInput = {
      kind: 'call',
      args,
      blocks: blocks.map(({ count, value, of }, index) => ({ type: pointee(index, of), count, value })),
      globals,
      stdin,
    }
    it.each(BUILDS)('%s', (build: Build) => {
      const executable = buildCall(plan, code, build, standard)
      const texts = [0, 93].map((fill) => {
        const run = runCall(executable, plan, input, fill)
        expect(run.stderr).toBe('')
        expect(run.exit).toBe(result.exit ?? 0)
        expect(run.stdout).toBe(result.stdout ?? '')
        expect(run.decoded).toEqual({ kind: 'effects', effects })
        return run.decoded.kind === 'effects' ? canonicalEffects(run.decoded.effects) : ''
      })
      expect(texts[0]).toBe(texts[1])
    })
  },
)
