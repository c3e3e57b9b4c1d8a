import { describe, expect, it } from 'vitest'
import { planCall } from '../../../src/call/plan/plan-call.ts'
import { debugIr, planOf } from '../call-unit.ts'

const HEADERS = '#include <stdio.h>\n#include <stdarg.h>\n#include <complex.h>\n'

describe('what cannot be called, and why', () => {
  it.each([
    ['int f(int (*g)(int)) { return g(1); }', 'parameter g is a pointer to a function'],
    ['int f(void *p) { return p != 0; }', 'parameter p is a pointer to void'],
    ['int f(FILE *in) { return fgetc(in); }', 'parameter in is a pointer to FILE'],
    [
      'struct hidden; int f(struct hidden *h) { return h != 0; }',
      'parameter h is a pointer to the incomplete type hidden',
    ],
    ['int f(int n, ...) { return n; }', 'takes a variable number of arguments'],
    ['int f(va_list v) { return va_arg(v, int); }', 'parameter v is a pointer to va_list'],
    ['union u { int i; float f; }; int f(union u x) { return x.i; }', 'parameter x is a union'],
    [
      'struct s { union { int i; } u; }; int f(struct s x) { return x.u.i; }',
      'parameter x is a structure with a union',
    ],
    ['double f(double _Complex z) { return creal(z); }', 'parameter z is complex'],
    ['typedef int v4 __attribute__((vector_size(16))); v4 f(v4 a) { return a; }', 'parameter a is a vector'],
    ['int f(unsigned _BitInt(37) b) { return (int)b; }', 'parameter b is unsigned _BitInt'],
    [
      'struct __attribute__((packed)) p { char c; int i; }; int f(struct p x) { return x.i; }',
      'parameter x is a structure with a layout of its own',
    ],
    [
      'struct g { int a : 3; int : 5; int b : 4; }; int f(struct g x) { return x.b; }',
      'parameter x is a structure with a layout of its own',
    ],
    ['union u { int i; }; union u f(int a) { union u x = {a}; return x; }', 'returns a union'],
    ['int f(char a[][100000], int n) { return a[n][0]; }', 'parameter a is a pointer to 100000 bytes'],
    ['__attribute__((ms_abi)) int f(int a) { return a; }', 'is called in a way of its own (win64cc)'],
    ['char f_[1L << 40]; int f(int a) { return f_[a]; }', 'the global f_ has 1099511627776 bytes'],
    ['static int f(int a) { return a; } int g(int a) { return f(a); }', 'f is static'],
    ['int g(int a) { return a; }', 'f is not defined'],
    ['int f(int a) { return a; } int main(void) { return f(1); }', 'the unit has a main of its own'],
  ])('%s', (code, reason) => {
    const plan = planCall(debugIr(HEADERS + code), 'f')
    expect(plan).toMatchObject({ kind: 'unsupported', reason: expect.stringContaining(reason) })
  })
})

describe('the plan', () => {
  it('has layouts as the compiler chose them', () => {
    const plan = planOf(
      'typedef struct { char c; const double d; struct { unsigned a : 3; int b : 7; }; short v[2][3]; enum { X = -1, Y } e; } T; T *f(T *const p, const char *restrict s) { return p + *s; }',
      'f',
    )
    const [p, s] = plan.parameters.map(({ type }) => plan.types[type]!)
    expect(plan.parameters.map(({ name }) => name)).toEqual(['p', 's'])
    expect(p).toMatchObject({ kind: 'pointer', constant: false, flat: false })
    expect(s).toMatchObject({ kind: 'pointer', constant: true })
    const struct = plan.types[p!.kind === 'pointer' ? p!.to : -1]!
    expect(struct).toMatchObject({ kind: 'struct', name: 'T', size: 40 })
    const members = struct.kind === 'struct' ? struct.members : []
    expect(members.map(({ name, bitOffset, bits }) => [name, bitOffset, bits])).toEqual([
      ['c', 0, null],
      ['d', 64, null],
      ['', 128, null],
      ['v', 160, null],
      ['e', 256, null],
    ])
    const [, , anonymous, table, choice] = members.map(({ type }) => plan.types[type]!)
    expect(anonymous).toMatchObject({
      members: [
        { name: 'a', bitOffset: 0, bits: 3 },
        { name: 'b', bitOffset: 3, bits: 7 },
      ],
    })
    expect(table).toMatchObject({ kind: 'array', count: 2, size: 12 })
    expect(choice).toMatchObject({
      kind: 'enum',
      signed: true,
      values: [
        { name: 'X', value: '-1' },
        { name: 'Y', value: '0' },
      ],
    })
  })

  it('survives JSON', () => {
    const plan = planOf('struct n { struct n *next; } *head; void f(struct n *a) { head = a; }', 'f')
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
  })

  it('observes the globals that can change and be seen from outside', () => {
    const plan = planOf(
      'int b = 1, a; const int c = 2; static int d; extern int e; _Thread_local int t; const char *names[2] = {"x"}; double z = 0.0; int f(void) { static int g; return a + b + c + d++ + e + t + g++; }',
      'f',
    )
    expect(plan.globals.map(({ name, zero, observedBytes }) => [name, zero, observedBytes])).toEqual([
      ['a', true, 4],
      ['b', false, 4],
      ['names', false, 16],
      ['z', true, 8],
    ])
  })

  it('compares only the first 8 MiB of a huge array', () => {
    expect(planOf('int a[100000000]; int f(void) { return a[0]; }', 'f').globals[0]!.observedBytes).toBe(
      8 << 20,
    )
  })

  it('names unnamed and repeated parameters', () => {
    expect(planOf('int f(int, int b) { return b; }', 'f').parameters.map(({ name }) => name)).toEqual([
      'arg0',
      'b',
    ])
  })

  it('takes rows of variable length for a flat array', () => {
    const plan = planOf('int f(int n, int a[n][n]) { return a[1][1]; }', 'f')
    expect(plan.types[plan.parameters[1]!.type]).toMatchObject({ kind: 'pointer', flat: true })
  })

  it.each([
    ['an access', 'int f(const void *p) { return *(const int *)p; }', { kind: 'integer', size: 4 }],
    [
      'a local variable',
      'int f(const void *p) { const double *d = p; return *d > 1; }',
      { kind: 'float', format: 'f64' },
    ],
    [
      'a member access',
      'struct r { int k; }; int f(void *p) { return ((struct r *)p)->k; }',
      { kind: 'struct', name: 'struct r' },
    ],
    ['a store', 'void f(void *p) { *(short *)p = 3; }', { kind: 'integer', size: 2 }],
    ['an index', 'int f(void *p, int i) { return ((char *)p)[i]; }', { kind: 'integer', character: true }],
    [
      'a string function',
      'int strcmp(const char *, const char *); int f(const void *p) { return strcmp(p, "x"); }',
      { character: true },
    ],
    [
      'two levels',
      'int strcmp(const char *, const char *); int f(const void *p) { return strcmp(*(char *const *)p, "x"); }',
      { kind: 'pointer' },
    ],
  ])('knows what a void pointer is by %s', (_, code, pointee) => {
    const plan = planOf(code, 'f')
    const type = plan.types[plan.parameters[0]!.type]!
    expect(type.kind === 'pointer' && plan.types[type.to]).toMatchObject(pointee)
  })
})
