/**
 * Functions of C++ are called as their callers would call them: the answer is compiled as it stands, with the names,
 * macros and includes that it has, and what calls it comes behind.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../../src/judge/judge.ts'
import { openTestJudge } from '../open-test-judge.ts'
import { asCall, calls, installed } from '../suites.ts'

let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

const ALL = '#include <bits/stdc++.h>\nusing namespace std;\n'

type Case = readonly [what: string, call: string, code: string]

/** Under `using namespace std`, and one that includes what it uses. */
const NAMES_OF_THE_LIBRARY: readonly Case[] = [
  ['gcd', 'gcd(12, 18) = 6', `${ALL}int gcd(int a, int b) { return b ? gcd(b, a % b) : a; }`],
  [
    'max',
    'max([3, 9, 2]) = 9',
    `${ALL}int max(vector<int> v) { int m = v[0]; for (int x : v) if (x > m) m = x; return m; }`,
  ],
  [
    'sort',
    'sort([3, 1]) = [1, 3]',
    `${ALL}vector<int> sort(vector<int> v) { std::sort(v.begin(), v.end()); return v; }`,
  ],
  [
    'count',
    'count("banana", "a") = 3',
    `${ALL}int count(string s, string c) { int n = 0; for (char x : s) n += x == c[0]; return n; }`,
  ],
  [
    'reverse',
    'reverse("ab") = "ba"',
    `${ALL}string reverse(string s) { return string(s.rbegin(), s.rend()); }`,
  ],
  [
    'distance',
    'distance([1, 2], [4, 6]) = 5',
    `${ALL}double distance(vector<int> a, vector<int> b) { return hypot(a[0] - b[0], a[1] - b[1]); }`,
  ],
  ['strlen', 'strlen("abc") = 3', `${ALL}int strlen(string s) { return s.length(); }`],
  [
    'is_sorted',
    'is_sorted([1, 2, 2]) = true',
    `${ALL}bool is_sorted(vector<int> v) { return std::is_sorted(v.begin(), v.end()); }`,
  ],
  [
    'exchange',
    'exchange([1], [2]) = "NO"',
    `${ALL}string exchange(vector<int> a, vector<int> b) { return a == b ? "YES" : "NO"; }`,
  ],
  [
    'gcd of integers alone',
    'gcd(12, 18) = 6',
    'int gcd(int a, int b) { return b == 0 ? a : gcd(b, a % b); }',
  ],
  [
    'a method max',
    'max(3, 4) = 7',
    `${ALL}class Solution { public: int max(int a, int b) { return a + b; } };`,
  ],
  [
    'a variable of such a name',
    'add(1, 2) = 3',
    '#include <string>\nint count = 0;\nint add(int a, int b) { count++; return a + b; }',
  ],
  [
    'a type of such a name',
    'add(1, 2) = 3',
    'struct array { int a, b; };\nint add(int a, int b) { array x = {a, b}; return x.a + x.b; }',
  ],
]

const WAYS_TO_CALL: readonly Case[] = [
  [
    'default arguments',
    'climb(5) = 8',
    'int climb(int n, int a = 1, int b = 1) { return n < 2 ? b : climb(n - 1, b, a + b); }',
  ],
  [
    'overloads that differ in number',
    'f(1) = 2',
    'int f(int a, int b) { return a + b; }\nint f(int a) { return f(a, 1); }',
  ],
  [
    'overloads that differ in type',
    'f("ab") = 2',
    '#include <string>\nint f(int a) { return -1; }\nint f(const std::string& s) { return s.size(); }',
  ],
  [
    'overloads for numbers',
    'f(5000000000) = 5000000001',
    'int f(int a) { return -1; }\nlong long f(long long a) { return a + 1; }\ndouble f(double a) { return 0; }',
  ],
  [
    'a private overload with memory',
    'climb(5) = 8',
    '#include <vector>\nusing namespace std;\nclass Solution {\n public:\n  int climb(int n) { vector<int> memo(n + 1); return climb(n, memo); }\n' +
      ' private:\n  int climb(int n, vector<int>& memo) { if (n < 2) return 1; return memo[n] ? memo[n] : memo[n] = climb(n - 1, memo) + climb(n - 2, memo); }\n};',
  ],
  ['a template', 'add(1, 2) = 3', 'template <class T> T add(T a, T b) { return a + b; }'],
  [
    'a template of lists',
    'last([[1], [2, 3]]) = [2, 3]',
    '#include <vector>\ntemplate <class T> T last(const std::vector<T>& v) { return v.back(); }',
  ],
  ['a template and text', 'twice("ab") = "abab"', '#include <string>\nauto twice(auto s) { return s + s; }'],
  ['a lambda', 'f(1) = 2', 'auto f = [](int a) { return a + 1; };'],
  ['a generic lambda', 'f(1, 2) = 3', 'auto f = [](auto a, auto b) { return a + b; };'],
  ['a lambda that changes', 'f(1) = 2', 'auto f = [n = 0](int a) mutable { return n += a + 1; };'],
  [
    'std::function',
    'f(4) = 24',
    '#include <functional>\nstd::function<int(int)> f = [](int a) { return a < 2 ? 1 : a * f(a - 1); };',
  ],
  [
    'a pointer to a function',
    'f(1) = 2',
    'static int inner(int a) { return a + 1; }\nint (*const f)(int) = inner;',
  ],
  ['a static method', 'add(1, 2) = 3', 'struct Solution { static int add(int a, int b) { return a + b; } };'],
  [
    'a const method that does not throw',
    'add(1, 2) = 3',
    'class Solution {\npublic:\n  int add(int a, int b) const noexcept { return a + b; }\n};',
  ],
  [
    'a method that is inherited',
    'add(1, 2) = 3',
    'class Base { public: int add(int a, int b) { return a + b; } };\nclass Solution : public Base {};',
  ],
  [
    'a class Solution in a comment',
    'f(1) = 2',
    '// no class Solution {\n/* struct Solution { */ const char* s = "class Solution {";\nint f(int a) { return a + 1; }',
  ],
  [
    'a class Solution beside it',
    'f(1) = 2',
    'class Solution { public: int g(int a) { return a; } };\nint f(int a) { return Solution().g(a) + 1; }',
  ],
  [
    'a name that is used from a namespace',
    'f(1) = 2',
    'namespace own { int f(int a) { return a + 1; } }\nusing namespace own;',
  ],
  [
    'a main of its own',
    'f(1) = 2',
    '#include <cstdlib>\nint f(int a) { return a + 1; }\nint main() { exit(3); }',
  ],
  [
    'nothing that is included',
    'f([1]) = {"a": [1]}',
    'class Solution { public: map<string, vector<int>> f(vector<int>& v) { return {{"a", v}}; } };',
  ],
  [
    'macros',
    'f([[1, 2], [3, 4]]) = 10',
    `${ALL}#define int long long\n#define first second\n#define size length\n#define begin() rbegin()\n#define for(i, n) for (int i = 0; i < n; i++)\n` +
      '#define read(x) cin >> x\n#define put puts\n#define value v\n#define if(x) if (!(x))\n#define pass\n' +
      'int f(vector<vector<int>>& v) { int sum = 0; for(i, 2) for(j, 2) sum += v[i][j]; return sum; }\nsigned main() { return 0; }',
  ],
  [
    'an argument that is changed',
    'f([3, 1]) = [1, 3]',
    `${ALL}vector<int>& f(vector<int>& v) { sort(v.begin(), v.end()); return v; }`,
  ],
  [
    'an argument that is taken',
    'f([3, 1]) = 2',
    '#include <vector>\nint f(std::vector<int>&& v) { return v.size(); }',
  ],
  [
    'a result that is nothing',
    'f([3, 1]) = null',
    '#include <vector>\nvoid f(std::vector<int>& v) { v.clear(); }',
  ],
]

const TYPES: readonly Case[] = [
  ['set', 'f([2, 1, 2]) = [1, 2]', '#include <set>\nstd::set<int> f(std::set<int> a) { return a; }'],
  [
    'unordered_set',
    'f(["a"]) = 1',
    '#include <string>\n#include <unordered_set>\nint f(std::unordered_set<std::string> a) { return a.count("a"); }',
  ],
  [
    'pair and tuple',
    'f([1, "a"]) = ["a", 1, [true]]',
    '#include <bits/stdc++.h>\nstd::tuple<std::string, int, std::tuple<bool>> f(std::pair<int, std::string> p) { return {p.second, p.first, {true}}; }',
  ],
  [
    'array',
    'f([1, 2]) = [2, 1]',
    '#include <array>\nstd::array<int, 2> f(std::array<int, 2> a) { return {a[1], a[0]}; }',
  ],
  [
    'string_view',
    'f("abc") = "bc"',
    '#include <string_view>\nstd::string_view f(std::string_view s) { return s.substr(1); }',
  ],
  ['const char*', 'f("abc") = "bc"', 'const char* f(const char* s) { return s + 1; }'],
  ['char* and char', 'f("abc", "x") = "xbc"', 'char* f(char* s, char c) { s[0] = c; return s; }'],
  [
    'a pointer to many',
    'f([1, 2, 3], 3) = 6',
    'int f(const int* a, int n) { int sum = 0; while (n--) sum += a[n]; return sum; }',
  ],
  [
    'an array of many',
    'f([1, 2, 3], 3) = 6',
    'int f(int a[], int n) { int sum = 0; while (n--) sum += a[n]; return sum; }',
  ],
  [
    'maps by whole numbers',
    'f({"1": 2, "-3": 4}) = {"2": 1, "4": -3}',
    '#include <map>\nstd::map<int, int> f(std::map<int, int> m) { std::map<int, int> r; for (auto [k, v] : m) r[v] = k; return r; }',
  ],
  [
    'maps by characters and flags',
    'f("aa") = {"a": {"true": 2}}',
    '#include <bits/stdc++.h>\nstd::map<char, std::unordered_map<bool, int>> f(std::string s) { return {{s[0], {{true, (int)s.size()}}}}; }',
  ],
  [
    'optional',
    'f(null, [1, null]) = [null, 2]',
    '#include <bits/stdc++.h>\nstd::vector<std::optional<int>> f(std::optional<int> a, std::vector<std::optional<int>> v) { return {a, (int)v.size()}; }',
  ],
  [
    'lists of flags and of characters',
    'f([true, false], ["a"]) = [false, true]',
    "#include <vector>\nstd::vector<bool> f(std::vector<bool> v, std::vector<char> c) { return {v[1], c[0] == 'a'}; }",
  ],
  [
    'deque, list, stack, queues',
    'f([1], [2], [3], [4], [5, 6]) = [1, 2, 3, 4, 6]',
    '#include <bits/stdc++.h>\nusing namespace std;\nlist<int> f(deque<int> a, list<int> b, stack<int> c, queue<int> d, priority_queue<int> e) { return {a[0], b.front(), c.top(), d.front(), e.top()}; }',
  ],
  [
    'stack and queue as results',
    'f(1) = [[2, 1], [1, 2]]',
    '#include <bits/stdc++.h>\nusing namespace std;\npair<stack<int>, queue<int>> f(int n) { stack<int> s; queue<int> q; for (int i = n; i < 3; i++) s.push(i), q.push(i); return {s, q}; }',
  ],
  [
    'a float for whole numbers',
    'twice(2.0, 1e3, 7) = [4, 2000, 14]',
    '#include <vector>\nstd::vector<int> twice(int a, long b, short c) { return {2 * a, int(2 * b), 2 * c}; }',
  ],
  [
    'whole numbers for a float',
    'half(3, 3.0) = [1.5, 1.5]',
    '#include <vector>\nstd::vector<double> half(double a, float b) { return {a / 2, b / 2}; }',
  ],
  [
    'the shortest of a float and a double',
    'f(0.1, 0.1) = [0.1, 0.30000000000000004]',
    '#include <vector>\n#include <string>\nstd::pair<float, double> f(float a, double b) { return {a, b + 0.2}; }',
  ],
  [
    'the largest numbers',
    'f(9007199254740991, 255, -128) = 9007199254740991',
    '__int128 f(unsigned long long a, unsigned char b, signed char c) { return (__int128)a * b / 255 * c / -128; }',
  ],
]

describe.skipIf(!installed('cpp'))('C++', () => {
  const check = async (call: string, code: string) => judge.judge({ language: 'cpp', code }, asCall(call))

  test.each([...NAMES_OF_THE_LIBRARY, ...WAYS_TO_CALL, ...TYPES])('%s: %s', async (_what, call, code) => {
    expect(await check(call, code)).toEqual({ kind: 'passed' })
  })

  test('calls with more arguments and with fewer', async () => {
    const code = 'int f(int a, int b = 10) { return a + b; }'
    const suite = calls('f', [
      [[1], 11],
      [[1, 2], 3],
    ])
    expect(await judge.judge({ language: 'cpp', code }, suite)).toEqual({ kind: 'passed' })
  })

  test.each<Case>([
    ['a private method', 'add(1, 2) = 3', 'class Solution { int add(int a, int b) { return a + b; } };'],
    ['more arguments', 'f(1) = 2', 'int f(int a, int b) { return a + b; }'],
    ['another name', 'f(1) = 2', 'int g(int a) { return a + 1; }'],
    ['a name in a comment', 'gcd(12, 18) = 6', `${ALL}// gcd is in std\nint main() {}`],
    ['a name in a namespace', 'f(1) = 2', 'namespace own { int f(int a) { return a + 1; } }'],
  ])('%s is no function to call: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('compile-error')
  })

  test.each<Case>([
    ['half a number', 'f(2.5) = 2', 'int f(int a) { return a; }'],
    ['too large a number', 'f(300) = 44', 'int f(unsigned char a) { return a; }'],
    ['a negative one', 'f(-1) = -1', 'int f(unsigned a) { return a; }'],
    ['text for a number', 'f("3") = 3', 'int f(int a) { return a; }'],
    ['a number for text', 'f(3) = "3"', '#include <string>\nstd::string f(std::string s) { return s; }'],
    ['null for a number', 'f(null) = 0', 'int f(int a) { return a; }'],
    [
      'three for a pair',
      'f([1, 2, 3]) = 1',
      '#include <utility>\nint f(std::pair<int, int> p) { return p.first; }',
    ],
  ])('%s does not fit: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('runtime-error')
  })

  test.each<Case>([
    [
      'a byte that is no UTF-8',
      'f(1) = "\ufffd"',
      '#include <string>\nstd::string f(int a) { return "\\xff"; }',
    ],
    ['half a character', 'f(1) = "\ufffd"', 'const char* f(int a) { return "\\xed\\xa0\\x80"; }'],
    ['no number', 'f(1) = null', 'double f(int a) { return 0.0 / (a - 1); }'],
    ['no text', 'f(1) = ""', 'const char* f(int a) { return nullptr; }'],
    ['true for 1', 'f(1) = 1', 'bool f(int a) { return a; }'],
  ])('%s is a wrong answer: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('wrong-answer')
  })

  test('the compiler speaks GNU C++17', async () => {
    const code = `${ALL}int f(int a) { unordered_map<__int128, int> m; m[a] = 1; return m[a] + (int)abs((__int128)-1); }`
    expect(await check('f(1) = 2', code)).toEqual({ kind: 'passed' })
  })
})
