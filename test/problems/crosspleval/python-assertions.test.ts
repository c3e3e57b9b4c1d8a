import { expect, test } from 'vitest'
import { readAssertions } from '../../../src/problems/crosspleval/python-assertions.ts'

test.each([
  ['assert f(1, [2]) == 3', [1, [2]], 3],
  ['    assert f(1)==2', [1], 2],
  ['assert 3 == f(1)', [1], 3],
  ['assert f(1) is None', [1], null],
  ['assert f("a") == "b == c"  # said', ['a'], 'b == c'],
  ['assert f("a)b, \\"c") == 1, "what is wrong"', ['a)b, "c'], 1],
  ['assert not f((1,))', [[1]], false],
  ['assert f(1)', [1], true],
  ['assert (f(["a"]) == "b"), "message"', [['a']], 'b'],
  ['assert f(1) == (1, 2)', [1], [1, 2]],
  ['assert tuple(f([1])) == tuple([2])', [[1]], [2]],
  ['assert abs(f(1.5) - -0.25) < 1e-6', [1.5], -0.25],
  ['assert math.fabs(f(-1) - 2.5) <= 0.01', [-1], 2.5],
  ['assert f([\n    1,\n    2,\n]) == [\n    3]', [[1, 2]], [3]],
])('%s', (text, arguments_, result) => {
  expect(readAssertions(`${text}\n`, 'f')).toEqual([{ arguments: arguments_, result }])
})

test.each([
  'assert f(x) == 1',
  'assert f(1) == g(1)',
  'assert f(1) != 2',
  'assert f(1) is not None',
  'assert f(1) == 2 and f(2) == 3',
  'assert abs(f(1) - f(2)) < 1',
  'assert abs(f(1)) < 1e-4',
  'assert f(2 * 3) == 6',
  'assert g(1) == 2',
  'assert True',
  'assert f(1) == 2**70',
  'print(f(1) == 2)',
  "assert f('",
])('says nothing: %s', (text) => {
  expect(readAssertions(text, 'f')).toEqual([])
})

test('goes on behind what says nothing', () => {
  const text =
    'def check(f):\n    assert f(x) == 1\n    assert f(1) == 2; assert f(9) == 9\n    assert f(2) == 3\n'
  expect(readAssertions(text, 'f')).toEqual([
    { arguments: [1], result: 2 },
    { arguments: [2], result: 3 },
  ])
})
