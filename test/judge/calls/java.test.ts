/** Methods of Java are chosen as their callers would choose them, among classes that are compiled as they stand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../../src/judge/judge.ts'
import { openTestJudge } from '../open-test-judge.ts'
import { asCall, calls, installed, stdin } from '../suites.ts'

let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

type Case = readonly [what: string, call: string, code: string]

const CHOSEN: readonly Case[] = [
  [
    'not an interface',
    'f(1) = 2',
    'interface Calc { int f(int a); }\nclass Solution implements Calc { public int f(int a) { return a + 1; } }',
  ],
  [
    'not an abstract base',
    'f(1) = 2',
    'abstract class Base { abstract int f(int a); }\nclass Derived extends Base { int f(int a) { return a + 1; } }',
  ],
  [
    'what is inherited',
    'f(1) = 2',
    'abstract class Base { int f(int a) { return a + step(); } abstract int step(); }\nclass Solution extends Base { int step() { return 1; } }',
  ],
  [
    'what an interface has by default',
    'f(1) = 2',
    'interface Calc { default int f(int a) { return a + 1; } }\nclass Solution implements Calc {}',
  ],
  [
    'a static method of an interface, a record, an enum',
    'f(1) = 2',
    'enum Unit { ONE; static int f(int a) { return a + ONE.ordinal() + 1; } }',
  ],
  [
    'Solution, whatever is beside it',
    'f(1) = 2',
    'class Helper { int f(int a) { return a + 100; } }\nclass Solution { int f(int a) { return a + 1; } }',
  ],
  [
    'the public class',
    'f(1) = 2',
    'class Helper { static int f(int a) { return a + 100; } }\npublic class Answer { static int f(int a) { return a + 1; } }',
  ],
  [
    'a nested class',
    'f(1) = 2',
    'public class Main { static class Solution { int f(int a) { return a + 1; } } public static void main(String[] a) { System.exit(3); } }',
  ],
  [
    'an inner class of an inner class',
    'f(1) = 2',
    'class A { int one = 1; class B { class Solution { int f(int a) { return a + one; } } } }',
  ],
  [
    'the overload for text',
    'f("ab") = 2',
    'class Solution { int f(int a) { return -1; } int f(String s) { return s.length(); } int f(Object o) { return -2; } }',
  ],
  [
    'the overload for whole numbers',
    'f(1) = 2',
    'class Solution { double f(double a) { return -1; } long f(long a) { return -2; } int f(int a) { return a + 1; } }',
  ],
  [
    'the overload for floats',
    'f(1.0) = 2.5',
    'class Solution { int f(int a) { return -1; } double f(double a) { return a + 1.5; } }',
  ],
  [
    'the overload for large numbers',
    'f(5000000000) = 5000000001',
    'class Solution { int f(int a) { return -1; } long f(long a) { return a + 1; } }',
  ],
  [
    'the overload for lists',
    'f([1]) = 2',
    'import java.util.*;\nclass Solution { int f(int a) { return -1; } int f(List<Integer> a) { return a.get(0) + 1; } }',
  ],
  [
    'not a private one of the same number',
    'f(1) = 2',
    'class Solution { private int f(int a) { return -1; } public int f(long a) { return (int) a + 1; } }',
  ],
  [
    'as many arguments as there are',
    'f(1, 2, 3) = 6',
    'class Solution { int f(int... all) { int sum = 0; for (int each : all) sum += each; return sum; } }',
  ],
  [
    'a list for as many as there are',
    'f([1, 2, 3]) = 6',
    'class Solution { int f(int... all) { int sum = 0; for (int each : all) sum += each; return sum; } }',
  ],
  [
    'a generic method',
    'f([3, 9, 2]) = 9',
    'import java.util.*;\nclass Solution { static <T extends Comparable<T>> T f(List<T> all) { return Collections.max(all); } }',
  ],
  ['the name of the caller', 'f(1) = 2', 'class GepoCall { static int f(int a) { return a + 1; } }'],
  [
    'a package',
    'f(1) = 2',
    'package own.sums;\npublic class Solution { public int f(int a) { return a + 1; } }',
  ],
]

const TYPES: readonly Case[] = [
  [
    'Optional',
    'f(null, [1]) = [null, 1]',
    'import java.util.*;\nclass Solution { List<Optional<Integer>> f(Optional<Integer> a, Optional<List<Integer>> b) { return List.of(a, Optional.of(b.get().get(0))); } }',
  ],
  [
    'OptionalInt and OptionalDouble',
    'f(1, null) = [1]',
    'import java.util.*;\nclass Solution { OptionalInt[] f(OptionalInt a, OptionalDouble b) { return b.isPresent() ? null : new OptionalInt[] {a}; } }',
  ],
  [
    'collections',
    'f([2, 1], [2, 1], [2, 1], [2, 1], [2, 1]) = [2, 1, 2, 2, 1]',
    'import java.util.*;\nclass Solution { List<Integer> f(ArrayDeque<Integer> a, SortedSet<Integer> b, Queue<Integer> c, Stack<Integer> d, PriorityQueue<Integer> e) { return List.of(a.peek(), b.first(), c.peek(), d.get(0), e.peek()); } }',
  ],
  [
    'maps by other keys',
    'f({"1": 2, "-3": 4}, {"a": true}) = {"2": 1, "4": -3, "1": 97}',
    'import java.util.*;\nclass Solution { Map<Long, Integer> f(TreeMap<Integer, Integer> m, Map<Character, Boolean> c) { Map<Long, Integer> r = new HashMap<>(); m.forEach((k, v) -> r.put((long) v, k)); c.forEach((k, v) -> r.put(v ? 1L : 0L, (int) k)); return r; } }',
  ],
  [
    'raw types',
    'f([1, [2]], {"a": 1.5}) = [1, 2, 1.5]',
    'import java.util.*;\nclass Solution { List f(List a, Map m) { return List.of((int) a.get(0), ((List) a.get(1)).get(0), m.get("a")); } }',
  ],
  [
    'wildcards and bounds',
    'f([1, 2.5]) = 3.5',
    'import java.util.*;\nclass Solution { double f(Collection<? extends Number> all) { double sum = 0; for (Number each : all) sum += each.doubleValue(); return sum; } }',
  ],
  [
    'arrays of lists',
    'f([[1], [2, 3]]) = [[2, 3], [1]]',
    'import java.util.*;\nclass Solution { List<Integer>[] f(List<Integer>[] all) { Collections.reverse(Arrays.asList(all)); return all; } }',
  ],
  [
    'characters',
    'f(["a", "b"], "cd", "e") = ["b", "c", "e"]',
    'class Solution { char[] f(char[] a, char[] b, Character c) { return new char[] {a[1], b[0], c}; } }',
  ],
  [
    'a float for whole numbers',
    'twice(2.0, 1e3) = [4, 2000]',
    'class Solution { long[] twice(int a, Long b) { return new long[] {2 * a, 2 * b}; } }',
  ],
  [
    'a float for anything',
    'f(3.0, 3) = ["3.0", "3"]',
    'class Solution { String[] f(Object a, Object b) { return new String[] {a.toString(), b.toString()}; } }',
  ],
  ['the shortest of a float', 'f(0.1) = 0.1', 'class Solution { float f(float a) { return a; } }'],
  [
    'large and exact numbers',
    'f(9007199254740991, 0.1) = [9007199254740991, 0.1]',
    'import java.math.*;\nimport java.util.*;\nclass Solution { List<Number> f(BigInteger a, BigDecimal b) { return List.of(a, b); } }',
  ],
  [
    'entries, iterators and streams',
    'f(1) = [["a", 1], [1, 2], [1, 2]]',
    'import java.util.*;\nimport java.util.stream.*;\nclass Solution { List<Object> f(int n) { return List.of(Map.entry("a", n), List.of(n, 2).iterator(), IntStream.rangeClosed(n, 2)); } }',
  ],
]

const MAINS: readonly (readonly [what: string, code: string])[] = [
  [
    'Main, not the first',
    'class A { public static void main(String[] a) { System.out.println(2); } }\nclass Main { public static void main(String[] a) { System.out.println(1); } }',
  ],
  [
    'Main, not what is public',
    'public class A { public static void main(String[] a) { System.out.println(2); } }\nclass Main { public static void main(String... a) { System.out.println(1); } }',
  ],
  [
    'what is public, not the first',
    'class A { public static void main(String[] a) { System.out.println(2); } }\npublic class B { static public void main(final String a[]) { System.out.println(1); } }',
  ],
  [
    'the one with a list of text',
    'class A { static int main(int n) { return n; } static void main() {} }\nclass B { public static void main(String[] a) { System.out.println(A.main(1)); } }',
  ],
  [
    'a nested Main',
    'public class Outer { static class Other { public static void main(String[] a) {} } static class Main { public static void main(String[] a) { System.out.println(1); } } }',
  ],
  [
    'what Main inherits',
    'class Base { public static void main(String[] a) { System.out.println(1); } }\npublic class Main extends Base {}',
  ],
  ['one in an interface', 'interface Main { static void main(String[] a) { System.out.println(1); } }'],
]

describe.skipIf(!installed('java'))('Java', () => {
  const check = async (call: string, code: string) => judge.judge({ language: 'java', code }, asCall(call))

  test.each([...CHOSEN, ...TYPES])('%s: %s', async (_what, call, code) => {
    expect(await check(call, code)).toEqual({ kind: 'passed' })
  })

  test.each<Case>([
    ['half a number', 'f(2.5) = 2', 'class Solution { int f(int a) { return a; } }'],
    ['too large a number', 'f(3000000000) = 1', 'class Solution { int f(int a) { return 1; } }'],
    ['text for a number', 'f("3") = 3', 'class Solution { int f(int a) { return a; } }'],
    ['a number for text', 'f(3) = "3"', 'class Solution { String f(String s) { return s; } }'],
    ['null for a number', 'f(null) = 0', 'class Solution { int f(int a) { return a; } }'],
    [
      'a method of a class that no one can make',
      'f(1) = 1',
      'class Solution { Solution(int n) {} int f(int a) { return a; } }',
    ],
  ])('%s does not fit: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('runtime-error')
  })

  test.each<Case>([
    ['an object', 'f(1) = {}', 'class Solution { Object f(int a) { return new Object(); } }'],
    [
      'keys that are one in JSON',
      'f(1) = {"1": 2}',
      'import java.util.*;\nclass Solution { Map<Object, Integer> f(int a) { Map<Object, Integer> m = new LinkedHashMap<>(); m.put(1, 3); m.put("1", 2); return m; } }',
    ],
    ['no number', 'f(1) = null', 'class Solution { double f(int a) { return 0.0 / 0; } }'],
    ['half a character', 'f(1) = "\ufffd"', "class Solution { char f(int a) { return '\\ud800'; } }"],
  ])('%s is a wrong answer: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('wrong-answer')
  })

  test.each(MAINS)('runs %s', async (_what, code) => {
    expect(await judge.judge({ language: 'java', code }, stdin([['', '1\n']]))).toEqual({ kind: 'passed' })
  })

  test('as many classes as do not fit are the answer\u2019s doing', async () => {
    const bodies = Array.from(
      { length: 40 },
      (_, i) =>
        `static void f${i}() { Runnable r; ${'r = new Runnable() { public void run() {} };'.repeat(420)} }`,
    )
    const code = `public class Main { public static void main(String[] a) { System.out.println(1); } ${bodies.join('\n')} }`
    expect((await judge.judge({ language: 'java', code }, stdin([['', '1\n']]))).kind).toBe('compile-error')
  })

  test('more classes than a command holds are called all the same', async () => {
    const classes = Array.from({ length: 3000 }, (_, i) => `class ${'LongName'.repeat(12)}${i} {}`)
    const code = `${classes.join('\n')}\nclass Solution { int f(int a) { return a + 1; } }`
    expect(await judge.judge({ language: 'java', code }, calls('f', [[[1], 2]]))).toEqual({ kind: 'passed' })
  })

  test.each([
    [
      'longer than a path',
      `package ${Array(1500).fill('abc').join('.')};\npublic class Main { public static void main(String[] a) { System.out.println(1); } }`,
    ],
    [
      'longer than a file may have',
      `public class Main { static class ${'x'.repeat(300)} {} public static void main(String[] a) {} }`,
    ],
  ])('a name %s is the answer\u2019s doing', async (_what, code) => {
    expect(await judge.judge({ language: 'java', code }, stdin([['', '1\n']]))).toMatchObject({
      kind: 'compile-error',
      message: expect.stringContaining('no file can be called'),
    })
  })
})
