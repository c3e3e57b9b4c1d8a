import { describe, expect, it } from 'vitest'
import { floatBits } from '../../../src/call/bits.ts'
import type { CallPlan } from '../../../src/call/call-plan.ts'
import { decodeRecord } from '../../../src/call/effects/decode-record.ts'
import { changedFloatText, floatText } from '../../../src/call/effects/float-text.ts'
import type { CallEffects } from '../../../src/records/call-effects.ts'
import type { CallInput, Value } from '../../../src/records/input.ts'
import { buildCall, planOf, runCall } from '../call-unit.ts'

const NOTHING: CallInput = { kind: 'call', args: [], blocks: [], globals: {}, stdin: '' }
const int = (value: number): Value => ({ i: String(value) })
const to = (block: number, offset = 0): Value => ({ p: { block, offset } })
const double = (value: number) => floatText(floatBits(value, 'f64'), 'f64')

/** The elements behind each pointer parameter, a block each; then the arguments behind those. */
function inputOf(plan: CallPlan, elements: readonly (readonly Value[])[], rest: readonly Value[]): CallInput {
  const blocks = elements.map((a, index) => {
    const type = plan.types[plan.parameters[index]!.type]!
    if (type.kind !== 'pointer') throw new Error(`parameter ${index} is no pointer`)
    return { type: type.to, count: a.length, value: { a } }
  })
  return { ...NOTHING, args: [...elements.map((_, index) => to(index)), ...rest], blocks }
}

function call(
  code: string,
  name: string,
  elements: readonly (readonly Value[])[] = [],
  rest: readonly Value[] = [],
) {
  const plan = planOf(code, name)
  const input = inputOf(plan, elements, rest)
  return { plan, input, ...runCall(buildCall(plan, code, 'O0'), plan, input) }
}

function effects(...args: Parameters<typeof call>): CallEffects {
  const { decoded } = call(...args)
  if (decoded.kind !== 'effects') throw new Error(JSON.stringify(decoded))
  return decoded.effects
}

type Case<T> = readonly [what: string, code: string, expected: T]

/** The cases' functions `f` in one unit, each by a name of its own: a unit is slow to compile. */
function inOneUnit<T>(prelude: string, cases: readonly Case<T>[]) {
  const renamed = cases.map(([, code], index) => code.replace(/\bf\(/, `f${index}(`))
  const unit = [prelude, ...renamed].join('\n')
  return cases.map(([what, , expected], index) => ({ what, unit, name: `f${index}`, expected }))
}

const LIBRARY = '#include <stdlib.h>\n#include <string.h>\n'
const THREE = [int(1), int(2), int(3)]

describe('a result', () => {
  it.each(
    inOneUnit<CallEffects['return']>('', [
      ['an integer', 'long long f(void) { return -9007199254740993; }', '-9007199254740993'],
      ['a character', "char f(void) { return 'x'; }", "'x'"],
      ['a boolean', '_Bool f(void) { return 7; }', '1'],
      ['an enumerator', 'enum e { A = -3 }; enum e f(void) { return A; }', '-3'],
      ['a double', 'double f(void) { return 0.5; }', double(0.5)],
      ['a NaN', 'double f(void) { return -(0.0 / 0.0); }', 'nan'],
      ['a null pointer', 'int *f(void) { return 0; }', 'NULL'],
      ['a literal', 'const char *f(void) { return "a\\n"; }', '"a\\n"'],
      [
        'a structure with bit-fields and a nameless part',
        `struct s { unsigned a : 3; int b : 5; struct { short c; }; char t[4]; double d[2]; };
         struct s f(void) { struct s x = {5, -2, {9}, "hi", {1, 2}}; return x; }`,
        { a: '5', b: '-2', c: '9', t: '"hi\\0"', d: [double(1), double(2)] },
      ],
    ]),
  )('$what', ({ unit, name, expected }) => {
    expect(effects(unit, name)).toEqual({ return: expected, memory: {} })
  })

  it('is missing for void and after exit', () => {
    const code = `${LIBRARY} int g; void set(void) { g = 2; } int leave(void) { g = 2; exit(0); }`
    expect(effects(code, 'set')).toEqual({ memory: { g: '2' } })
    expect(effects(code, 'leave')).toEqual({ exited: true, memory: { g: '2' } })
  })
})

describe('changed memory behind a parameter', () => {
  it.each(
    inOneUnit<CallEffects['memory']>(LIBRARY, [
      ['an element', 'void f(int *a) { a[1] = 9; }', { 'a[1]': '9' }],
      ['neighbours', 'void f(int *a) { a[1] = 9; a[2] = 8; }', { 'a[1..2]': '{9, 8}' }],
      ['what is written back unchanged', 'void f(int *a) { a[1] = 2; }', {}],
      ['a freed block', 'void f(int *a) { free(a); }', { a: 'freed' }],
    ]),
  )('$what', ({ unit, name, expected }) => {
    expect(effects(unit, name, [THREE])).toEqual({ memory: expected })
  })

  it('is named by the way the function reaches it', () => {
    const code = `struct n { int v; struct n *next; };
      void tie(struct n *h) { h->v = 4; h->next = h; } void more(int *count) { ++*count; }`
    expect(effects(code, 'tie', [[{ a: [int(1), { p: null }] }]])).toEqual({
      memory: { 'h->v': '4', 'h->next': 'h' },
    })
    expect(effects(code, 'more', [[int(1)]])).toEqual({ memory: { '*count': '2' } })
  })
})

describe('changed globals', () => {
  it.each(
    inOneUnit<CallEffects['memory']>('', [
      [
        'a float, with what it was',
        'double rate = 1; void f(void) { rate = 2; }',
        { rate: changedFloatText(double(2), double(1)) },
      ],
      [
        'neighbouring characters as text',
        'char t[8]; void f(void) { t[2] = 72; t[3] = 105; }',
        { 't[2..3]': '"Hi"' },
      ],
      [
        'a union by its bytes',
        'union { int i; char c[4]; } u; void f(void) { u.i = 0x0201; }',
        { 'u@0': '01', 'u@1': '02' },
      ],
      [
        'the bit-fields of one byte apart',
        'struct { unsigned a : 3, b : 2; int c : 3; } s; void f(void) { s.b = 2; s.c = -1; }',
        { 's.b': '2', 's.c': '-1' },
      ],
      ['no static variables', 'static int n; void f(void) { ++n; }', {}],
    ]),
  )('$what', ({ unit, name, expected }) => {
    expect(effects(unit, name)).toEqual({ memory: expected })
  })

  it('are marked where a parameter hides them', () => {
    const code = 'int x; void set(int v) { x = v; } void f(int x) { set(x); }'
    expect(effects(code, 'f', [], [int(5)])).toEqual({ memory: { '::x': '5' } })
  })
})

describe('a pointer into a block', () => {
  it.each(
    inOneUnit(LIBRARY, [
      ['an element', 'int *f(int *a) { return a + 2; }', '&a[2]'],
      ['the end', 'int *f(int *a) { return a + 3; }', '&a[3]'],
      ['the middle of an element', 'char *f(int *a) { return (char *)a + 5; }', '(char *)&a[1] + 1'],
      ['what was freed', 'int *f(int *a) { free(a); return a + 1; }', 'dangling'],
    ]),
  )('$what', ({ unit, name, expected }) => {
    expect(effects(unit, name, [THREE]).return).toBe(expected)
  })
})

describe('a pointer elsewhere', () => {
  const globals = 'struct s { int n; char data[9]; char *top; struct { int x, y; } at[2]; } g; int t[4];'

  it.each(
    inOneUnit(globals, [
      ['a global', 'struct s *f(void) { return &g; }', '&g'],
      ['a member', 'char **f(void) { return &g.top; }', '&g.top'],
      ['the end of a member that is an array', 'char *f(void) { return g.data + 9; }', '&g.data[9]'],
      ['a part of an element', 'int *f(void) { return &g.at[1].y; }', '&g.at[1].y'],
      ['behind the global', 'struct s *f(void) { return &g + 1; }', '&g + 1'],
      ['a global array', 'int *f(void) { return t; }', 't'],
      ['a static variable', 'int *f(void) { static int x = 3; return &x; }', 'static'],
    ]),
  )('$what', ({ unit, name, expected }) => {
    expect(effects(unit, name).return).toBe(expected)
  })
})

describe('new memory', () => {
  it('is named in the order in which it is met, and shows what was written', () => {
    const code = `${LIBRARY} struct n { int v; struct n *next; };
      struct n *cell(int v, struct n *next) { struct n *c = malloc(sizeof *c); c->v = v; c->next = next; return c; }
      struct n *f(void) { return cell(1, cell(2, 0)); }`
    expect(effects(code, 'f')).toEqual({
      return: 'new0',
      memory: {},
      allocated: { new0: [{ v: '1', next: 'new1' }], new1: [{ v: '2', next: 'NULL' }] },
    })
  })

  it('takes its type from the pointer that knows it', () => {
    const code = `${LIBRARY} void *any; int *known; void f(void) { any = known = malloc(8); known[0] = 6; }`
    expect(effects(code, 'f')).toEqual({
      memory: { any: 'new0', known: 'new0' },
      allocated: { new0: ['6'] },
    })
  })

  it.each(
    inOneUnit<unknown>(LIBRARY, [
      ['text up to its end', 'char *f(void) { return strcpy(malloc(40), "ok"); }', '"ok\\0"'],
      ['a gap', 'int *f(void) { int *p = malloc(16); p[2] = 3; return p; }', ['?', '?', '3']],
      ['nothing where nothing was written', 'int *f(void) { return malloc(16); }', []],
      ['nothing where all is zero', 'int *f(void) { return calloc(4, 4); }', []],
    ]),
  )('shows $what', ({ unit, name, expected }) => {
    expect(effects(unit, name).allocated).toEqual({ new0: expected })
  })
})

describe('bytes that are no record', () => {
  const code = 'int g; int f(int *a) { g = 3; return *a; }'

  it('are the beginning of one; what lies behind a whole one does not matter', () => {
    const { plan, input, record, decoded } = call(code, 'f', [[int(7)]])
    expect(decoded).toEqual({ kind: 'effects', effects: { return: '7', memory: { g: '3' } } })
    for (let length = 0; length < record.length; length++)
      expect(decodeRecord(plan, input, record.subarray(0, length))).toEqual({ kind: 'no-record' })
    expect(decodeRecord(plan, input, Buffer.concat([record, Buffer.from('more')]))).toEqual(decoded)
  })

  it('speak of objects that the input or the plan does not have', () => {
    const { plan, input, record } = call(code, 'f', [[int(7)]])
    expect(decodeRecord({ ...plan, globals: [] }, input, record)).toEqual({ kind: 'no-record' })
    expect(decodeRecord(plan, { ...input, blocks: [] }, record)).toEqual({ kind: 'no-record' })
  })
})
