import { describe, expect, it } from 'vitest'
import type { CallInput, Value } from '../../src/records/input.ts'
import { type Build, buildCall, planOf, runCall } from './call-unit.ts'

const NOTHING: CallInput = { kind: 'call', args: [], blocks: [], globals: {}, stdin: '' }
const int = (value: number): Value => ({ i: String(value) })
const toBlock: Value = { p: { block: 0, offset: 0 } }

function run(code: string, build: Build, input: Partial<CallInput> = {}, fill?: number) {
  const plan = planOf(code, 'f')
  const first = plan.types[plan.parameters[0]?.type ?? -1]
  const blocks = (input.blocks ?? []).map((block) => ({
    ...block,
    type: first?.kind === 'pointer' ? first.to : 0,
  }))
  return runCall(buildCall(plan, code, build), plan, { ...NOTHING, ...input, blocks }, fill)
}

const THREE = {
  args: [toBlock, int(3)],
  blocks: [{ type: 0, count: 3, value: { a: [int(1), int(2), int(3)] } }],
}

describe('sanitizers see through the harness', () => {
  it.each([
    ['one element too far', 'int f(int *a, int n) { return a[n]; }', 'heap-buffer-overflow'],
    ['one element too early', 'int f(int *a, int n) { a[-1] = n; return 0; }', 'heap-buffer-overflow'],
    [
      'use after free',
      '#include <stdlib.h>\nint f(int *a, int n) { free(a); return a[0] + n; }',
      'heap-use-after-free',
    ],
    [
      'double free',
      '#include <stdlib.h>\nint f(int *a, int n) { free(a); free(a); return n; }',
      'double-free',
    ],
    [
      'after realloc',
      '#include <stdlib.h>\nint f(int *a, int n) { int *b = realloc(a, 40); b[n] = a[0]; return 0; }',
      'heap-use-after-free',
    ],
    [
      'beyond what it allocated',
      '#include <stdlib.h>\nint f(int *a, int n) { int *b = malloc(8); b[2] = a[n - 1]; return 0; }',
      'heap-buffer-overflow',
    ],
    ['signed overflow', 'int f(int *a, int n) { return a[0] + n * 2000000000; }', 'signed integer overflow'],
  ])('ASan and UBSan: %s', (_, code, report) => {
    const { exit, stderr, decoded } = run(code, 'asan', THREE)
    expect(exit).not.toBe(0)
    expect(stderr).toContain(report)
    expect(decoded.kind).toBe('no-record')
  })

  it.each([
    ['a branch', 'int f(void) { int x[2]; x[0] = 1; return x[1] > 0 ? 3 : 4; }'],
    ['memory it allocated', '#include <stdlib.h>\nint f(void) { int *p = malloc(8); return p[1] > 5; }'],
    ['a returned scalar', 'int f(void) { int x; int *p = &x; return *p; }'],
  ])('MSan: %s', (_, code) => {
    const { exit, stderr } = run(code, 'msan')
    expect(exit).not.toBe(0)
    expect(stderr).toContain('use-of-uninitialized-value')
  })

  it.each([['a double free', '#include <stdlib.h>\nint f(int *a, int n) { free(a); free(a); return n; }']])(
    'without them %s still ends the process',
    (_, code) => {
      const { signal, decoded } = run(code, 'O0', THREE)
      expect(signal).not.toBeNull()
      expect(decoded.kind).toBe('no-record')
    },
  )
})

describe('uninitialised memory that the caller sees', () => {
  it.each([
    [
      'in a result',
      'struct s { int a; int b; }; struct s f(void) { struct s x; x.a = 1; return x; }',
      {},
      'return.b',
    ],
    [
      'in a parameter',
      'void g(int *p) { int x[2]; x[0] = 5; p[0] = x[0]; p[1] = x[1] ^ 77; } void f(int *p, int n) { g(p); (void)n; }',
      THREE,
      'p[1]',
    ],
    [
      'in a global',
      'struct t { char c; int i; } g; void h(struct t *x) { x->c = 1; } void f(void) { struct t x; h(&x); x.i ^= 99; g = x; }',
      {},
      'g.i',
    ],
    [
      'in new memory',
      '#include <stdlib.h>\nint *f(void) { int x; int *p = malloc(4); *p = x ^ 1; return p; }',
      {},
      'new0[0]',
    ],
  ])('%s', (_, code, input, path) => {
    expect(run(code, 'msan', input, 7).decoded).toEqual({ kind: 'uninitialized', path })
  })

  it('is no matter in padding and in what was never written', () => {
    const code =
      'struct s { char c; int i; } g; void set(struct s *x) { x->c = 1; x->i = 2; } void f(void) { struct s x; set(&x); g = x; }'
    const effects = { memory: { 'g.c': '1', 'g.i': '2' } }
    for (const build of ['O0', 'ir', 'msan'] as const)
      expect(run(code, build).decoded).toEqual({ kind: 'effects', effects })
  })
})

describe('records that are no evidence', () => {
  it('too much changed', () => {
    const code = 'int a[400000]; void f(void) { for (int i = 0; i < 400000; i++) a[i] = i + 1; }'
    expect(run(code, 'O0').decoded).toEqual({ kind: 'too-long' })
  })

  it('the process ended by itself', () => {
    expect(run('#include <unistd.h>\nvoid f(void) { _exit(0); }', 'O0').decoded).toEqual({
      kind: 'no-record',
    })
  })

  it('a signal', () => {
    expect(run('#include <stdlib.h>\nvoid f(void) { abort(); }', 'O0')).toMatchObject({
      signal: 'SIGABRT',
      decoded: { kind: 'no-record' },
    })
  })
})

describe('fills', () => {
  it('show what a function reads without having written it', () => {
    const code = 'int g(void) { volatile int x[8]; return x[3]; } int f(void) { return g(); }'
    const results = [3, 200].map((fill) => run(code, 'O0', {}, fill).decoded)
    expect(results).toEqual(
      [3, 200].map((fill) => ({
        kind: 'effects',
        effects: { return: String((fill * 0x01010101) | 0), memory: {} },
      })),
    )
  })

  it('show reads of allocated memory', () => {
    const code =
      '#include <stdlib.h>\nunsigned char f(void) { volatile unsigned char *p = malloc(8); return p[3]; }'
    const results = [3, 200].map((fill) => run(code, 'O0', {}, fill).decoded)
    expect(results[0]).not.toEqual(results[1])
  })
})
