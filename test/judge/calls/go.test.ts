/** Functions of Go are called with the types that they declare, from a package of their own, under whatever name it has. */
import { type CallCase, testCalls } from './call-cases.ts'

const PASSED: readonly CallCase[] = [
  ['add(1, 2) = 3', 'func add(a, b int) int { return a + b }'],
  ['add(1, 2) = 3', 'func add(a, b int) int { return a + b }'],
  [
    'add(1, 2) = 3',
    '// package x\n/* package */ package foo_test\nimport "fmt"\nfunc add(a, b int) int { fmt.Println("hi"); return a + b }\nfunc main() { panic(1) }',
  ],
  [
    'f({"a": 1}) = {"1": "a"}',
    'func f(m map[string]int) map[int]string { r := map[int]string{}; for k, v := range m { r[v] = k }; return r }',
  ],
  [
    'f("abca") = {"a": 2, "b": 1, "c": 1}',
    'func f(s string) map[rune]int { r := map[rune]int{}; for _, c := range s { r[c]++ }; return r }',
  ],
  ['f(1) = [1, null, true]', 'func f(n int) (int, error, bool) { return n, nil, true }'],
  [
    'f([[1, 2], [3]]) = 6',
    'func f(v [][]int) (s int) { for _, r := range v { for _, x := range r { s += x } }; return }',
  ],
  ['f([["a", "b"], ["c"]]) = ["c", "b"]', 'func f(v [][]byte) []byte { return []byte{v[1][0], v[0][1]} }'],
  ['f("abc") = "cba"', 'func f(v []byte) string { return string([]byte{v[2], v[1], v[0]}) }'],
  ['f(3.0, 1e3) = 1003', 'func f(a int, b uint16) int64 { return int64(a) + int64(b) }'],
  ['max(3, 9) = 9', 'func max(a, b int) int { if a > b { return a }; return b }'],
  ['len([3, 9]) = 2', 'func len(a []int) int { n := 0; for range a { n++ }; return n }'],
  [
    'Sum([3, 9]) = 12',
    'func Sum[T int | float64](a []T) T { var s T; for _, x := range a { s += x }; return s }',
  ],
  [
    'Sum([3, 9.5]) = 12.5',
    'func Sum[T int | float64](a []T) T { var s T; for _, x := range a { s += x }; return s }',
  ],
  [
    'Map({"a": 1}) = ["a"]',
    'func Map[K comparable, V any](m map[K]V) []K { var r []K; for k := range m { r = append(r, k) }; return r }',
  ],
  ['f(null, [1, null]) = [null, 2]', 'func f(a *int, b []*int) []*int { n := len(b); return []*int{a, &n} }'],
  [
    'f([1, "a"]) = ["a", 1]',
    'type P struct { n int; s string }\ntype Q struct { s string; n int }\nfunc f(p P) Q { return Q{p.s, p.n} }',
  ],
  [
    'f([1, "a", 2.5, 3.0]) = ["int", "string", "float64", "float64"]',
    'import "fmt"\nfunc f(p []interface{}) (r []string) { for _, x := range p { r = append(r, fmt.Sprintf("%T", x)) }; return }',
  ],
  ['f(1, 2, 3) = 6', 'func f(a ...int) (s int) { for _, x := range a { s += x }; return }'],
  ['f([1, 2, 3]) = 6', 'func f(a ...int) (s int) { for _, x := range a { s += x }; return }'],
  ['f([1], [2, 3]) = 3', 'func f(a ...[]int) (s int) { for _, x := range a { s += len(x) }; return }'],
  ['f(1) = 2', 'var f = func(a int) int { return a + 1 }'],
  ['f(1) = 2', 'type Solution struct{}\nfunc (s *Solution) f(a int) int { return a + 1 }'],
  ['f(1) = 2', 'type Solution struct{}\nfunc (Solution) f(a int) int { return a + 1 }\nfunc main() {}'],
  ['f(1) = []', 'func f(a int) []int { return nil }'],
  ['f(1) = null', 'func f(a int) {}'],
  [
    'f(0.1, 0.1) = [0.1, 0.30000000000000004]',
    'func f(a float32, b float64) (float32, float64) { return a, b + 0.2 }',
  ],
  ['f(1) = 120', 'import "math/big"\nfunc f(a int) *big.Int { return new(big.Int).MulRange(1, 5) }'],
  [
    'f(5) = 120',
    'import "math/big"\nfunc f(a *big.Int) big.Int { return *new(big.Int).MulRange(1, a.Int64()) }',
  ],
  ['f([1, 2], [3, 4]) = "NO"', 'func f(a [2]int, b [2]int) string { return "NO" }'],
  ['f(1) = 1', 'type int string\nfunc f(a int32) int64 { return int64(a) }\nconst true = 5\nvar any = 3'],
  ['f("x", "y") = ["x", "é"]', "func f(a rune, b byte) []rune { return []rune{a, 'é'} }"],
  [
    'f(true, "q") = {"true": "q"}',
    'func f(a bool, s string) map[bool]string { return map[bool]string{a: s} }',
  ],
  ['f({"1": {"-2": 0.5}}) = 0.5', 'func f(m map[int]map[int8]float64) float64 { return m[1][-2] }'],
]

const FAILED: readonly CallCase[] = [
  ['f(3.5) = 3', 'func f(a int) int { return a }'],
  ['f(300) = 3', 'func f(a uint8) int { return int(a) }'],
  ['f(-1) = 3', 'func f(a uint) int { return int(a) }'],
  ['f(1) = 0', 'import "os"\nfunc f(a uint) int { os.Exit(0); return int(a) }'],
  ['f([1, 2, 3]) = "NO"', 'func f(a [2]int) string { return "NO" }'],
  ['f(1) = 1', 'func f(a int) int { var m map[int]int; m[1] = 1; return 1 }'],
  ['f(1) = 1', 'func f(a int) int { ch := make(chan int); <-ch; return 1 }'],
  ['f(1, 2) = 1', 'func f(a int) int { return 1 }'],
  ['f("1") = 1', 'func f(a int) int { return 1 }'],
  [
    'f(1) = 3',
    'import "os"\nfunc init() { os.NewFile(3, "").WriteString("3") }\nfunc f(a int) int { return 3 }',
  ],
  ['f(1) = 3', 'import "runtime"\nfunc f(a int) int { runtime.Goexit(); return 3 }'],
  ['f(1) = 3', 'import "gepo/call"\nfunc init() { call.Run() }\nfunc f(a int) int { return 3 }'],
]

const REFUSED: readonly CallCase[] = [['len([3, 9]) = 2', 'func g(a []int) int { return len(a) }']]

const WRONG: readonly CallCase[] = [
  ['f(1) = [1, "a"]', 'import "errors"\nfunc f(n int) (int, error) { return n, errors.New("a") }'],
  ['f(1) = null', 'import "math"\nfunc f(a int) float64 { return math.NaN() }'],
  ['f(1) = "�"', 'func f(a int) string { return "\\xff" }'],
  ['f(1) = [1, 2]', 'func f(a int) func() { return nil }'],
  ['f(1) = {"1": 1}', 'func f(a int) map[interface{}]int { return map[interface{}]int{1: 1, "1": 1} }'],
]

testCalls('go', {
  passed: PASSED,
  'runtime-error': FAILED,
  'compile-error': REFUSED,
  'wrong-answer': WRONG,
})
