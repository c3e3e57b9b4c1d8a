import { describe, expect, it } from 'vitest'
import { callLiteral } from '../../../src/call/call-literal.ts'
import { type CallOptions, generateCall } from '../../../src/call/inputs/generate-call.ts'
import { mutateCall } from '../../../src/call/inputs/mutate-call.ts'
import type { CallInput, Value } from '../../../src/records/input.ts'
import { buildCall, planOf, runCall } from '../call-unit.ts'

const OPTIONS: CallOptions = { seed: 1, size: 0.6, constants: [], stdin: '' }
const SEEDS = Array.from({ length: 60 }, (_, seed) => seed)

const calls = (code: string, name: string, options: Partial<CallOptions> = {}) => {
  const plan = planOf(code, name)
  return { plan, inputs: SEEDS.map((seed) => generateCall(plan, { ...OPTIONS, ...options, seed })) }
}

const integer = (value: Value | undefined): number =>
  value !== undefined && 'i' in value ? Number(value.i) : Number.NaN
const pointee = (input: CallInput, value: Value | undefined) =>
  value !== undefined && 'p' in value && value.p !== null ? input.blocks[value.p.block] : undefined
const parts = (value: Value | undefined): readonly Value[] =>
  value !== undefined && 'a' in value ? value.a : []

describe('generateCall', () => {
  it('gives the same input for the same seed', () => {
    const plan = planOf('int f(int *a, int n, char *s, double d) { return a[n] + *s + (int)d; }', 'f')
    for (const seed of SEEDS)
      expect(generateCall(plan, { ...OPTIONS, seed })).toEqual(generateCall(plan, { ...OPTIONS, seed }))
    expect(
      new Set(SEEDS.map((seed) => JSON.stringify(generateCall(plan, { ...OPTIONS, seed })))).size,
    ).toBeGreaterThan(50)
  })

  it('survives JSON', () => {
    const { inputs } = calls(
      'struct n { int v; struct n *next; }; double g[4]; int f(struct n *h, float x) { return h->v + (int)x; }',
      'f',
    )
    for (const input of inputs) expect(JSON.parse(JSON.stringify(input))).toEqual(input)
  })

  it('gives an array as many elements as its length says, and memory for no fewer', () => {
    const { inputs } = calls('int f(const int *a, int n) { return a[n - 1]; }', 'f')
    const withArray = inputs.flatMap((input) => {
      const block = pointee(input, input.args[0])
      return block === undefined ? [] : [{ n: integer(input.args[1]), block }]
    })
    expect(withArray.length).toBeGreaterThan(50)
    for (const { n, block } of withArray) {
      expect(parts(block.value).length).toBe(n)
      expect(block.count).toBeGreaterThanOrEqual(n)
    }
    expect(withArray.some(({ n, block }) => block.count === n)).toBe(true)
    expect(withArray.some(({ n, block }) => block.count > n + 8)).toBe(true)
    expect(new Set(withArray.map(({ n }) => n)).size).toBeGreaterThan(6)
  })

  it('terminates every string', () => {
    const { inputs } = calls('int f(char *d, const char *s) { return *d + *s; }', 'f', {
      constants: ['needle'],
    })
    const texts = inputs.flatMap((input) => input.blocks)
    for (const block of texts) {
      const text = 's' in block.value ? block.value.s : '?'
      expect(text).not.toContain('\0')
      expect(block.count).toBeGreaterThan(text.length)
    }
    const seen = texts.map(({ value }) => ('s' in value ? value.s : ''))
    expect(seen).toContain('')
    expect(seen.some((text) => text !== '' && 'needle'.startsWith(text))).toBe(true)
  })

  it('keeps positions inside arrays and in order, mostly', () => {
    const { inputs } = calls('void sort(int a[], int low, int high) { a[low] = a[high]; }', 'sort')
    const good = inputs.filter((input) => {
      const [low, high] = [integer(input.args[1]), integer(input.args[2])]
      return low >= 0 && low <= high && high < (pointee(input, input.args[0])?.count ?? 0)
    })
    expect(good.length).toBeGreaterThan(40)
  })

  it('counts no more than a fixed array holds', () => {
    const { inputs } = calls(
      'typedef struct { int items[5]; int count; } S; int f(S *s) { return s->items[s->count - 1]; }',
      'f',
      { size: 1 },
    )
    const counts = inputs.flatMap((input) =>
      parts(pointee(input, input.args[0])?.value).map((value) => integer(parts(value)[1])),
    )
    expect(counts.length).toBeGreaterThan(40)
    expect(Math.max(...counts)).toBeLessThanOrEqual(5)
  })

  it('builds lists of different lengths that end', () => {
    const { plan, inputs } = calls(
      'struct n { int v; struct n *next; }; int f(struct n *h) { int c = 0; for (; h; h = h->next) c++; return c; }',
      'f',
    )
    const lengths = inputs.map((input) => (callLiteral(plan, input).match(/\.v = /g) ?? []).length)
    expect(lengths).toContain(0)
    expect(new Set(lengths).size).toBeGreaterThan(4)
  })

  it('points back to where it came from', () => {
    const { inputs } = calls(
      'struct n { struct n *prev, *next; int v; }; int f(struct n *h) { return h->v; }',
      'f',
    )
    const long = inputs.find((input) => input.blocks.length > 1)!
    const links = long.blocks.map((block) => parts(parts(block.value)[0])[0])
    expect(links[0]).toEqual({ p: null })
    expect(links[1]).toEqual({ p: { block: 0, offset: 0 } })
  })

  it('lets a pointer beside an array of its kind point into it', () => {
    const { inputs } = calls(
      'struct s { int n; char data[9]; char *top; }; int f(struct s *s) { return *s->top; }',
      'f',
    )
    const inside = inputs.flatMap((input) => {
      const top = parts(parts(pointee(input, input.args[0])?.value)[0])[2]
      return top !== undefined && 'p' in top && top.p?.block === 0 ? [top.p.offset] : []
    })
    expect(inside.length).toBeGreaterThan(30)
    expect(Math.min(...inside)).toBe(4)
    expect(Math.max(...inside)).toBe(13)
  })

  it('gives a function that may change a pointer to a list one such pointer', () => {
    const { inputs } = calls(
      'struct n { int v; struct n *next; }; void f(struct n **h) { *h = (*h)->next; }',
      'f',
    )
    for (const input of inputs)
      expect(parts(pointee(input, input.args[0])?.value ?? { a: [{ i: '0' }] }).length).toBe(1)
  })

  it('takes enumerators, booleans and bit-fields for what they can be', () => {
    const code =
      'enum e { A = 2, B = 9 }; struct s { unsigned x : 3; int y : 2; }; int f(enum e e, _Bool b, struct s s, unsigned char c) { return e + b + s.x + c; }'
    for (const { args } of calls(code, 'f', { constants: ['1000'] }).inputs) {
      expect([2, 9]).toContain(integer(args[0]))
      expect([0, 1]).toContain(integer(args[1]))
      const [x, y] = parts(args[2]).map(integer)
      expect(x! >= 0 && x! < 8).toBe(true)
      expect(y! >= -2 && y! < 2).toBe(true)
      expect(integer(args[3]) >= 0 && integer(args[3]) < 256).toBe(true)
    }
  })

  it('tries what the source compares with', () => {
    const { inputs } = calls('int f(int x, double y) { return x == 7919 || y > 2.75; }', 'f', {
      constants: ['7919', '2.75'],
    })
    expect(inputs.some(({ args }) => integer(args[0]) === 7919)).toBe(true)
    expect(inputs.some(({ args }) => integer(args[0]) === 7920)).toBe(true)
    expect(
      inputs.some(({ args }) => JSON.stringify(args[1]) === JSON.stringify({ f: '4006000000000000' })),
    ).toBe(true)
  })

  it('leaves globals alone at first, and their meaningful initialisers mostly', () => {
    const code =
      'int n, table[100], dx[2] = {1, -1}; const char *names[2] = {"a", "b"}; int f(void) { return n + table[0] + dx[0] + *names[0]; }'
    expect(
      calls(code, 'f', { size: 0 }).inputs.every(({ globals }) => Object.keys(globals).length === 0),
    ).toBe(true)
    const named = calls(code, 'f').inputs.map(({ globals }) => Object.keys(globals))
    expect(named.filter((names) => names.includes('n')).length).toBeGreaterThan(30)
    expect(named.filter((names) => names.includes('dx')).length).toBeLessThan(30)
    expect(named.some((names) => names.includes('names'))).toBe(false)
    const filled = calls(code, 'f').inputs.flatMap(({ globals }) =>
      globals.table ? [parts(globals.table).length] : [],
    )
    expect(Math.min(...filled)).toBeGreaterThanOrEqual(16)
    expect(Math.max(...filled)).toBeLessThanOrEqual(64)
  })
})

describe('mutateCall', () => {
  const code =
    'struct n { int v; struct n *next; }; int g; int f(struct n *h, char *s, double d, int *a, int n) { return h->v + *s + (int)d + a[n] + g; }'
  const { plan, inputs } = calls(code, 'f')

  it('gives a different input, the same for the same seed', () => {
    inputs.forEach((input, seed) => {
      const before = JSON.stringify(input)
      const mutated = mutateCall(plan, input, seed)
      expect(mutated).not.toEqual(input)
      expect(mutateCall(plan, input, seed)).toEqual(mutated)
      expect(JSON.stringify(input)).toBe(before)
    })
  })

  it('leaves the blocks their sizes', () => {
    inputs.forEach((input, seed) => {
      const sizes = (call: CallInput) => call.blocks.map(({ type, count }) => [type, count])
      expect(sizes(mutateCall(plan, input, seed))).toEqual(sizes(input))
    })
  })

  it('gives the input back when there is nothing to change', () => {
    const empty = planOf('int f(void) { return 1; }', 'f')
    const input = generateCall(empty, OPTIONS)
    expect(mutateCall(empty, input, 1)).toBe(input)
  })
})

describe('made-up inputs in use', () => {
  const UNITS = [
    [
      'sum',
      'int sum(const int *a, int n) { int s = 0; for (int i = 0; i < n; i++) s += a[i] % 1000; return s; }',
    ],
    [
      'sort',
      'void sort(int *a, int n) { for (int i = 1; i < n; i++) for (int j = i; j > 0 && a[j - 1] > a[j]; j--) { int t = a[j]; a[j] = a[j - 1]; a[j - 1] = t; } }',
    ],
    [
      'words',
      'int words(const char *s) { int n = 0, in = 0; for (; *s; s++) { if (*s == 32) in = 0; else if (!in) in = 1, n++; } return n; }',
    ],
    [
      'reverse',
      'struct n { int v; struct n *next; }; struct n *reverse(struct n *h) { struct n *r = 0; while (h) { struct n *t = h->next; h->next = r; r = h; h = t; } return r; }',
    ],
    [
      'norm',
      'struct p { double x, y; }; double norm(struct p a, float k) { return (a.x * a.x + a.y * a.y) * k; }',
    ],
    [
      'count',
      'int n, a[50]; int count(int x) { int c = 0; for (int i = 0; i < n && i < 50; i++) c += a[i] == x; n = c; return c; }',
    ],
  ] as const

  it.each(UNITS)(
    '%s: most are taken by a function that checks nothing, with the same effects at O0 and O2',
    (name, code) => {
      const { plan, inputs } = calls(code, name)
      const [plain, optimised, asan] = (['O0', 'ir', 'asan'] as const).map((build) =>
        buildCall(plan, code, build),
      )
      const some = inputs.slice(0, 20)
      const clean = some.filter((input) => runCall(asan!, plan, input).exit === 0)
      expect(clean.length).toBeGreaterThanOrEqual(15)
      for (const input of clean) {
        const [a, b] = [runCall(plain!, plan, input), runCall(optimised!, plan, input)]
        expect(a.decoded.kind).toBe('effects')
        expect(b.decoded).toEqual(a.decoded)
      }
    },
  )
})
