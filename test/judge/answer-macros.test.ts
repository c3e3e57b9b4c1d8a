/** What of an answer's macros and headers a test in C or C++ gets, and which changes of the library are refused. */
import { describe, expect, test } from 'vitest'
import { headersOf, withoutMacros } from '../../src/judge/code-tests/answer-macros.ts'
import { withAskedConditions } from '../../src/judge/code-tests/asked-conditions.ts'
import { changesLibrary } from '../../src/judge/code-tests/library-namespace.ts'

describe('macros of an answer', () => {
  test.each([
    ['#define N 100', 'f(N)', []],
    ['#define N (1000 * 1000 + 7) // few', 'f(N)', []],
    ['#define N "a"', 'f(N)', []],
    ['#define N 100', 'int N = 3;', ['#undef N']],
    ['#define N 100\n#undef N\n#define N f', 'f(N)', ['#undef N']],
    ['#define N 3 || 1', 'f(N)', ['#undef N']],
    ['#define N other', 'f(N)', ['#undef N']],
    ['#define N', 'f(N)', ['#undef N']],
    ['#define ll long long', 'f(3)', ['#undef ll']],
    ['#/**/define/* */N\\\n f', 'f(N)', ['#undef N']],
    ['%:def\\\nine N f', 'f(N)', ['#undef N']],
    ['#define EOF 3', 'f(EOF)', ['#undef EOF', '#define EOF (-1)']],
    ['#define _GNU_SOURCE', 'f(3)', []],
  ])('%j before %j', (answer, code, expected) => {
    expect(withoutMacros(answer, code, 'cpp')).toEqual(expected)
  })

  test('are looked for in a time that grows with the answer', () => {
    const answer = `${'define/*'.repeat(100_000)}*/ N`
    expect(withoutMacros(answer, 'f(N)', 'c')).toEqual(['#undef N'])
  })
})

test("headers of the system come before an answer's own words, and features where nothing asks for them", () => {
  const answer = `#define _GNU_SOURCE
#ifdef LOCAL
#define _GLIBCXX_DEBUG
#endif
// #include <map>
#define size f
#include <vector>
#include </box/answer.h>
`
  expect(headersOf(answer)).toEqual([
    '#define _GNU_SOURCE ',
    '#if __has_include(<vector>)',
    '#include <vector>',
    '#endif',
  ])
})

test.each([
  ['a(1) == 2', 's::gepo_is_equal(a(1) , 2)'],
  ['(a(1) == 2)', '(s::gepo_is_equal(a(1) , 2))'],
  ['not (a("=="))', 'not ((s::gepo_is_so(a("=="))))'],
  ['a && b != c', 's::gepo_is_so(a )  &&  s::gepo_is_unequal( b , c)'],
  ['a == map<int, int>()', 's::gepo_is_equal(a , map<int, int>())'],
  ['a->b < 3', 's::gepo_is_below(a->b , 3)'],
  ['f<int>(3)', 'bool(s::GepoBegin() <= f<int>(3))'],
])('%j is asked as %j', (condition, expected) => {
  const written = withAskedConditions(`assert(${condition});`, { check: 'c', space: 's' })
  const said = JSON.stringify(condition)
  expect(written.replaceAll(' ', '')).toBe(`c(${said}, ${expected});`.replaceAll(' ', ''))
})

test.each([
  ['namespace std { template <> struct hash<Mine> { using x = int; bool operator==(int); }; }', false],
  ['template <> struct std::less<Mine> {};\ntemplate <> std::vector<int> f<int>() { return {}; }', false],
  ['using namespace std;\nnamespace own { struct vector {}; }\n#define USE using namespace std', false],
  ['namespace std { ostream& operator<<(ostream& o, const vector<int>&) { return o; } }', false],
  ['namespace std { struct Mine {}; }', true],
  ['namespace /* */ st\\\nd { using ::Mine; }', true],
  ['namespace std { bool operator<(const string&, const string&) { return true; } }', true],
  ['template <> bool std::operator==(const A&, const A&) { return true; }', true],
  ['template <> size_t std::vector<int>::size() const { return 0; }', true],
  ['template <> class s::vector<int> {};', true],
  ['#define LIBRARY std\nnamespace LIBRARY {}', true],
])('%j changes the library: %j', (answer, changes) => {
  expect(changesLibrary(answer) !== undefined).toBe(changes)
})
