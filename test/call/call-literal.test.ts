import { describe, expect, it } from 'vitest'
import { floatBits } from '../../src/call/bits.ts'
import { callLiteral } from '../../src/call/call-literal.ts'
import type { CallInput, Value } from '../../src/records/input.ts'
import { planOf } from './call-unit.ts'

const int = (value: number): Value => ({ i: String(value) })
const block = (index: number, offset = 0): Value => ({ p: { block: index, offset } })

describe('callLiteral', () => {
  const code = `enum c { RED, BLUE = 4 };
    struct n { int v; struct n *next; };
    int limit, table[9]; double rate;
    int f(int *a, int n, const char *s, char *t, enum c c, _Bool b, char x, float q, struct n *h, int m[][2], char **w, struct n v) { return limit; }`
  const plan = planOf(code, 'f')
  const to = (name: string): number => {
    const type = plan.types[plan.parameters.find((parameter) => parameter.name === name)!.type]!
    return type.kind === 'pointer' ? type.to : -1
  }
  const input: CallInput = {
    kind: 'call',
    args: [
      block(0),
      int(2),
      block(1),
      block(2),
      int(4),
      int(1),
      int(120),
      { f: floatBits(0.1, 'f32') },
      block(3),
      block(5),
      block(6),
      { a: [int(1), { p: null }] },
    ],
    blocks: [
      { type: to('a'), count: 3, value: { a: [int(1), int(-2)] } },
      { type: to('s'), count: 3, value: { s: 'a"' } },
      { type: to('t'), count: 64, value: { s: 'hi' } },
      { type: to('h'), count: 1, value: { a: [{ a: [int(7), block(4)] }] } },
      { type: to('h'), count: 1, value: { a: [{ a: [int(8), block(4)] }] } },
      { type: to('m'), count: 2, value: { a: [{ a: [int(1), int(2)] }, { a: [int(3)] }] } },
      { type: to('w'), count: 2, value: { a: [block(1), { p: null }] } },
    ],
    globals: { limit: int(3), rate: { f: floatBits(2, 'f64') }, table: { a: [int(5), int(6)] } },
    stdin: '',
  }

  it('reads as C', () => {
    expect(callLiteral(plan, input)).toBe(
      [
        'char block1[3] = "a\\"";',
        'struct n block4[1] = {{.v = 8, .next = block4}};',
        'limit = 3;',
        'rate = 2.0;',
        'table[0..1] = {5, 6};',
        'f((int[3]){1, -2}, 2, block1, (char[64]){"hi"}, BLUE, true, \'x\', 0.1f, &(struct n){.v = 7, .next = block4}, (int[2][2]){{1, 2}, {3}}, (char *[2]){block1, NULL}, (struct n){.v = 1, .next = NULL})',
      ].join('\n'),
    )
  })
})
