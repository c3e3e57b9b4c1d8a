/** Methods of C# are chosen as their callers would choose them, in an assembly that is compiled as it stands. */
import { type CallCase, testCalls } from './call-cases.ts'

const USING =
  'using System; using System.Collections.Generic; using System.Linq; using System.Text; using System.Threading.Tasks; using System.Numerics;\n'

const PASSED: readonly CallCase[] = [
  ['f(1, 2) = 3', `${USING}class Problem { public static int f(int a, int b) { return a + b; } }`],
  ['f(1, 2) = 3', `${USING}public class Solution { public int f(int a, int b) => a + b; }`],
  [
    'f(1, 2) = 3',
    `${USING}class Solution { int f(int a, int b) => a + b; static void Main(string[] a) { Environment.Exit(3); } }`,
  ],
  [
    'f([[1, 2], [3]]) = [[3], [1, 2]]',
    `${USING}class Problem { public static long[][] f(long[][] a) { return a.Reverse().ToArray(); } }`,
  ],
  [
    'f([[1, 2], [3]]) = [[3], [1, 2]]',
    `${USING}class Problem { public static IList<IList<int>> f(IList<IList<int>> a) { return a.Reverse().ToList(); } }`,
  ],
  [
    'f([[1, 2], [3, 4]]) = [[1, 3], [2, 4]]',
    `${USING}class Problem { public static int[,] f(int[,] a) { return new int[,] {{a[0,0], a[1,0]}, {a[0,1], a[1,1]}}; } }`,
  ],
  [
    'f({"a": 1}) = {"1": "a"}',
    `${USING}class Problem { public static Dictionary<int, string> f(Dictionary<string, int> a) { return a.ToDictionary(e => e.Value, e => e.Key); } }`,
  ],
  [
    'f({"a": 1}) = {"a": 1}',
    `${USING}class Problem { public static IDictionary<char, long> f(IReadOnlyDictionary<char, long> a) { return a.ToDictionary(e => e.Key, e => e.Value); } }`,
  ],
  [
    'f([1, "a"]) = ["a", 1, [true, null]]',
    `${USING}class Problem { public static (string, int, Tuple<bool, int?>) f((int, string) p) { return (p.Item2, p.Item1, Tuple.Create(true, (int?)null)); } }`,
  ],
  [
    'f([1, "a"]) = ["a", 1]',
    `${USING}class Problem { public static (string name, int count) f((int count, string name) p) { return (p.name, p.count); } }`,
  ],
  [
    'f(null, [1, null]) = [null, 2]',
    `${USING}class Problem { public static List<int?> f(int? a, List<int?> b) { return new List<int?> { a, b.Count }; } }`,
  ],
  ['f(null) = null', `${USING}class Problem { public static string f(string a) { return a; } }`],
  [
    'f(2.0, 1e3, 7) = [4, 1000, 14]',
    `${USING}class Problem { public static List<int> f(int a, long b, short c) { return new List<int> { 2 * a, (int)b, 2 * c }; } }`,
  ],
  [
    'f(3, 3.0) = [1.5, 1.5]',
    `${USING}class Problem { public static double[] f(double a, float b) { return new[] { a / 2, b / 2 }; } }`,
  ],
  [
    'f(0.1, 0.1) = [0.1, 0.30000000000000004]',
    `${USING}class Problem { public static (float, double) f(float a, double b) { return (a, b + 0.2); } }`,
  ],
  [
    'f(5) = 120',
    `${USING}class Problem { public static BigInteger f(BigInteger a) { BigInteger r = 1; for (int i = 2; i <= a; i++) r *= i; return r; } }`,
  ],
  ['f(0.5) = 0.75', `${USING}class Problem { public static decimal f(decimal a) { return a * 1.5m; } }`],
  [
    'f("ab", "c") = ["a", "b", "c"]',
    `${USING}class Problem { public static char[] f(char[] a, char b) { return a.Concat(new[] { b }).ToArray(); } }`,
  ],
  [
    'f(["a", "b"]) = ["b", "a"]',
    `${USING}class Problem { public static List<char> f(char[] a) { return a.Reverse().ToList(); } }`,
  ],
  ['f([3, 1, 3]) = 2', `${USING}class Problem { public static int f(HashSet<int> a) { return a.Count; } }`],
  [
    'f([3, 1, 3], [1], [2], [3]) = [3, 1, 2, 3]',
    `${USING}class Problem { public static List<int> f(IEnumerable<int> a, Stack<int> b, Queue<int> c, LinkedList<int> d) { return new List<int> { a.First(), b.Peek(), c.Peek(), d.First.Value }; } }`,
  ],
  [
    'f(3) = [0, 1, 2]',
    `${USING}class Problem { public static IEnumerable<int> f(int n) { for (int i = 0; i < n; i++) yield return i; } }`,
  ],
  [
    'f([3, 1]) = [2, 4]',
    `${USING}class Problem { public static IEnumerable<int> f(IEnumerable<int> n) => n.Select(x => x + 1).OrderBy(x => x); }`,
  ],
  [
    'f([3, 9]) = 9',
    `${USING}class Problem { public static T f<T>(List<T> n) where T : IComparable<T> => n.Max(); }`,
  ],
  [
    'f([3, 9.5]) = 9.5',
    `${USING}class Problem { public static T f<T>(T[] n) where T : IComparable<T> => n.Max(); }`,
  ],
  [
    'f("a", 2) = "aa"',
    `${USING}class Problem { public static string f(string a, int n = 1, string sep = "") { return string.Join(sep, Enumerable.Repeat(a, n)); } }`,
  ],
  [
    'f("a") = "a"',
    `${USING}class Problem { public static string f(string a, int n = 1, string sep = "") { return string.Join(sep, Enumerable.Repeat(a, n)); } }`,
  ],
  ['f(1, 2, 3) = 6', `${USING}class Problem { public static int f(params int[] a) => a.Sum(); }`],
  ['f([1, 2, 3]) = 6', `${USING}class Problem { public static int f(params int[] a) => a.Sum(); }`],
  ['f() = 0', `${USING}class Problem { public static int f(params int[] a) => a.Sum(); }`],
  [
    'f("ab") = 2',
    `${USING}class Problem { public static int f(int a) => -1; public static int f(string a) => a.Length; }`,
  ],
  [
    'f(5000000000) = 5000000001',
    `${USING}class Problem { public static int f(int a) => -1; public static long f(long a) => a + 1; public static double f(double a) => 0; }`,
  ],
  [
    'f(1) = 2',
    `${USING}interface I { int f(int a); } abstract class B : I { public abstract int f(int a); } class D : B { public override int f(int a) => a + 1; }`,
  ],
  [
    'f(1) = 2',
    `${USING}class Helper { public int f(int a) => a + 100; } class Solution { public int f(int a) => a + 1; }`,
  ],
  [
    'f(1) = 2',
    `${USING}namespace N { public class Program { class Inner { public static int f(int a) => a + 1; } } }`,
  ],
  [
    'f(1) = 2',
    `${USING}class Problem { public static async Task<int> f(int a) { await Task.Delay(1); return a + 1; } }`,
  ],
  ['f(1) = null', `${USING}class Problem { public static void f(int a) { Console.WriteLine("hello"); } }`],
  [
    'f(1) = 1',
    `${USING}class Problem { public static int f(int a) { new System.Threading.Thread(() => { while (true) {} }).Start(); return 1; } }`,
  ],
  [
    'f("é😀") = ["é😀", 3]',
    `${USING}class Problem { public static object[] f(string s) { return new object[] { s, s.Length }; } }`,
  ],
  [
    'f([1, "a", 2.5, [null]]) = ["Int32", "String", "Double", "List`1"]',
    `${USING}class Problem { public static List<string> f(List<object> s) { return s.Select(x => x.GetType().Name).ToList(); } }`,
  ],
  [
    'f({"1": {"-2": 0.5}}) = 0.5',
    `${USING}class Problem { public static double f(Dictionary<int, Dictionary<sbyte, double>> m) => m[1][-2]; }`,
  ],
  [
    'f({"true": 1}) = {"true": 1}',
    `${USING}class Problem { public static SortedDictionary<bool, int> f(SortedDictionary<bool, int> m) => m; }`,
  ],
  ['f([1]) = [2]', `${USING}class Problem { public static int[] f(ref int[] m) { m[0]++; return m; } }`],
]

const FAILED: readonly CallCase[] = [
  ['f(null) = 1', `${USING}class Problem { public static int f(int a) { return 1; } }`],
  ['f(2.5) = 2', `${USING}class Problem { public static int f(int a) { return a; } }`],
  ['f(300) = 2', `${USING}class Problem { public static int f(byte a) { return a; } }`],
  ['f("3") = 2', `${USING}class Problem { public static int f(int a) { return a; } }`],
  ['f(3) = "3"', `${USING}class Problem { public static string f(string a) { return a; } }`],
  ['f(1) = 1', `${USING}class Problem { public static int f(int a) { Environment.Exit(0); return 1; } }`],
  ['f(1) = 1', `${USING}class Problem { public static int f(int a) { throw new Exception("no"); } }`],
  ['f(1) = 1', `${USING}class Problem { public static int g(int a) { return 1; } }`],
  ['f(1) = 1', `${USING}class Problem { public static int f(int a) { return f(a + 1) + 1; } }`],
  ['Max(3, 4) = 4', `${USING}class Problem { public static int g(int a) { return Math.Max(a, 1); } }`],
  ['ToString() = "Problem"', `${USING}class Problem { public int g() => 1; }`],
  [
    'f(1) = 3',
    `${USING}class Problem { public static int n = Early(); static int Early() { System.IO.File.AppendAllText("/proc/self/fd/3", "3"); return 0; } public static int f(int a) => 3 + n; }`,
  ],
  [
    'f(1) = 3',
    `${USING}class Problem { public static int f(int a) { try { throw new Exception(); } finally { Environment.Exit(0); } } }`,
  ],
]

const REFUSED: readonly CallCase[] = []

const WRONG: readonly CallCase[] = [
  ['f(1) = null', `${USING}class Problem { public static double f(int a) { return double.NaN; } }`],
  ['f(1) = {}', `${USING}class Problem { public static object f(int a) { return new object(); } }`],
  ['f(1) = {"a": 1}', `${USING}class Problem { public static object f(int a) { return new { a = 1 }; } }`],
  ['f(1) = 1', `${USING}class Problem { public static object f(int a) { return DayOfWeek.Monday; } }`],
  [
    'f(1) = {"1": 1}',
    `${USING}class Problem { public static object f(int a) { return new Dictionary<object, int> { { 1, 1 }, { "1", 1 } }; } }`,
  ],
  ['f(1) = "�"', `${USING}class Problem { public static string f(int a) { return "\\ud800"; } }`],
  ['f(1) = 1', `${USING}class Problem { public static bool f(int a) { return true; } }`],
]

testCalls('csharp', {
  passed: PASSED,
  'runtime-error': FAILED,
  'compile-error': REFUSED,
  'wrong-answer': WRONG,
})
