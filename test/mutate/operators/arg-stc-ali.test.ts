import { describe, expect, test } from 'vitest'
import { argStcAli } from '../../../src/mutate/operators/arg-stc-ali.ts'
import { statementsOf } from '../mutations-of.ts'

describe('ArgStcAli', () => {
  test.each([
    ['g(a, b);', ['g(b, a);']],
    ['g(a ,  b + 1);', ['g(b + 1 ,  a);']],
    ['printf("%d %d\\n", a, b);', ['printf("%d %d\\n", b, a);']],
    ['unknown(p, q, a);', ['unknown(q, p, a);']],
    ['pow(x, y);', ['pow(y, x);']],
  ])('%s gives %j', (statement, expected) => {
    expect(statementsOf(argStcAli, statement)).toEqual(expected)
  })

  test.each([
    ['g(a, a);', 'the same text'],
    ['h(x, a);', 'other types'],
    ['printf("%d %ld\\n", a, l);', 'other types'],
    ['printf("%s", text);', 'a format string'],
    ['unknown(other(1), more(2));', 'unknown types'],
    ['fmax(x, y);', 'the order does not matter'],
    ['RAISE(a, b);', 'a macro'],
    ['scanf("%d%d", &a, &b);', 'an input'],
  ])('%s must not mutate: %s', (statement) => {
    expect(statementsOf(argStcAli, statement)).toEqual([])
  })
})
