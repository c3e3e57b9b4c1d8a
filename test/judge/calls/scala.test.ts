/** Functions of Scala are found in objects and classes, and called by their own types. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../../src/judge/judge.ts'
import { scalaCallForms } from '../../../src/judge/languages/scala-call.ts'
import { openTestJudge } from '../open-test-judge.ts'
import { asCall, asCalls, installed } from '../suites.ts'

let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

type Case = readonly [what: string, call: string, code: string]

/** Slow compilers on a busy machine. */
const PATIENCE_MS = 600_000

describe.skipIf(!installed('scala'))('Scala', { timeout: PATIENCE_MS }, () => {
  const check = async (call: string, code: string) => judge.judge({ language: 'scala', code }, asCall(call))

  test.each<Case>([
    ['an object', 'f(1) = 2', 'object Main { def f(n: Int): Int = n + 1 }'],
    [
      'a main that is not run',
      'f(1) = 2',
      'object Main { def f(n: Int) = n + 1\n  def main(a: Array[String]): Unit = sys.exit(3) }',
    ],
    [
      'an object that is a program',
      'f(1) = 2',
      'object Main extends App { def f(n: Int) = n + 1; sys.exit(3) }',
    ],
    ['a class', 'f(1) = 2', 'class Solution { val one = 1; def f(n: Int) = n + one }'],
    [
      'Solution, whatever is beside it',
      'f(1) = 2',
      'object A { def f(n: Int) = 7 }\nobject Solution { def f(n: Int) = n + 1 }\nobject Main { def f(n: Int) = 8 }',
    ],
    [
      'what is inherited',
      'f(1) = 2',
      'abstract class Base { def one: Int; def f(n: Int) = n + one }\nobject Main extends Base { def one = 1 }',
    ],
    ['what a trait has', 'f(1) = 2', 'trait Adds { def f(n: Int) = n + 1 }\nobject Main extends Adds'],
    ['an object in an object', 'f(1) = 2', 'object Outer { object Inner { def f(n: Int) = n + 1 } }'],
    ['a package', 'f(1) = 2', 'package own.sums\nobject Sums { def f(n: Int) = n + 1 }'],
    ['a function in a value', 'f(1) = 2', 'object Main { val f: Int => Int = _ + 1 }'],
    ['no arguments', 'f() = 2', 'object Main { def f: Int = 2 }'],
    ['no arguments, in parentheses', 'f() = 2', 'object Main { def f(): Int = 2 }'],
    [
      'overloads, for text',
      'f("ab") = 2',
      'object Main { def f(n: Int) = -1; def f(s: String) = s.length; def f(x: Any) = -2 }',
    ],
    [
      'overloads, for large numbers',
      'f(5000000000) = 5000000001',
      'object Main { def f(n: Int) = -1L; def f(n: Long) = n + 1 }',
    ],
    [
      'a generic function',
      'f(["b", "a"]) = ["a", "b"]',
      'object Main { def f[T: Ordering](xs: List[T]): List[T] = xs.sorted }',
    ],
    ['a default argument', 'f(1) = 3', 'object Main { def f(n: Int, more: Int = 2) = n + more }'],
    ['as many arguments as there are', 'f(1, 2, 3) = 6', 'object Main { def f(all: Int*) = all.sum }'],
    [
      'scalars and text',
      'f(-2, 9007199254740991, 2.5, true, "b\\u00e9\\n", "c", 3.0) = [-4, 9007199254740991, 5.0, false, "\\n\\u00e9b", "d", 3]',
      'object Main { def f(a: Int, b: BigInt, c: Double, d: Boolean, e: String, g: Char, h: Long) = Seq[Any](2 * a, b, 2 * c, !d, e.reverse, (g + 1).toChar, h) }',
    ],
    [
      'collections',
      'f([1, 2], [[1], []], [2, 1], ["a"], [1], ["x"]) = [[2, 1], [[1], []], [1, 2], ["a"], [1], ["x"]]',
      'import scala.collection.mutable\nobject Main { def f(a: List[Int], b: Array[Array[Long]], c: Vector[Int], d: Seq[String], e: Set[Int], g: mutable.ArrayBuffer[String]) = List[Any](a.reverse, b, c.sorted, d, e, g) }',
    ],
    [
      'maps by text and numbers, tuples, options',
      'f({"a": [1]}, {"1": 2}, [1, "a"], null, [null, 1]) = [{"a": [1]}, {"2": 1}, ["a", 1], null, [null, 1]]',
      'object Main { def f(a: Map[String, List[Int]], b: scala.collection.mutable.Map[Int, Long], c: (Int, String), d: Option[Int], e: List[Option[Int]]): (Any, Any, Any, Any, Any) = (a, b.map(_.swap), c.swap, d, e) }',
    ],
    [
      'names of the caller',
      'read(1) = 2',
      'object gepo { val call = 1 }\nobject Driver { def read(n: Int) = n + gepo.call }',
    ],
    [
      'threads that are left',
      'f(1) = 2',
      'object Main { def f(n: Int) = { new Thread(new Runnable { def run() = while (true) Thread.sleep(1000) }).start(); n + 1 } }',
    ],
    ['nothing, where null is expected', 'f(1) = null', 'object Main { def f(n: Int): Unit = println(n) }'],
  ])('passes %s: %s', async (_what, call, code) => {
    expect(await check(call, code)).toEqual({ kind: 'passed' })
  })

  test('another number of arguments in another test', async () => {
    const code = 'object Main { def f(n: Int, more: Int = 2) = n + more }'
    expect(await judge.judge({ language: 'scala', code }, asCalls('f(1) = 3', 'f(1, 1) = 2'))).toEqual({
      kind: 'passed',
    })
  })

  test.each<Case>([
    ['no number', 'f(1) = null', 'object Main { def f(n: Double) = n - n / 0 }'],
    ['an object', 'f(1) = [1]', 'case class Box(n: Int)\nobject Main { def f(n: Int) = Box(n) }'],
    [
      'keys that are one in JSON',
      'f(1) = {"1": 2}',
      'object Main { def f(n: Int) = Map[Any, Int](1 -> 3, "1" -> 2) }',
    ],
    ['keys that are tuples', 'f(1) = {"(1,1)": 1}', 'object Main { def f(n: Int) = Map((n, n) -> 1) }'],
    ['half a character', 'f(1) = "\ufffd"', "object Main { def f(n: Int) = '\\ud800' }"],
    ['a function', 'f(1) = {}', 'object Main { def f(n: Int) = (m: Int) => m }'],
  ])('%s is a wrong answer: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('wrong-answer')
  })

  test.each<Case>([
    ['half a number', 'f(2.5) = 2', 'object Main { def f(n: Int) = n }'],
    ['too large a number', 'f(3000000000) = 1', 'object Main { def f(n: Int) = 1 }'],
    ['text for a number', 'f("3") = 3', 'object Main { def f(n: Int) = n }'],
    ['text for a list of texts', 'f("ab") = 2', 'object Main { def f(all: List[String]) = all.size }'],
    ['null for a number', 'f(null) = 0', 'object Main { def f(n: Int) = n }'],
    ['an exception', 'f(1) = 1', 'object Main { def f(n: Int): Int = throw new RuntimeException("no") }'],
    ['an end before it returns', 'f(1) = 1', 'object Main { def f(n: Int): Int = { sys.exit(0); n } }'],
  ])('%s is a runtime error: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('runtime-error')
  })

  test.each<Case>([
    ['no function of that name', 'f(1) = 1', 'object Main { def g(n: Int) = n }'],
    ['what is private', 'f(1) = 1', 'object Main { private def f(n: Int) = n }'],
    ['what the library has', 'toString() = "a"', 'object Main'],
    ['another number of parameters', 'f(1) = 1', 'object Main { def f(n: Int, m: Int) = n }'],
    ['a type error', 'f(1) = 1', 'object Main { def f(n: Int): Int = "a" }'],
    ['the name of the caller', 'f(1) = 1', 'object GepoRun { def f(n: Int) = n }'],
    ['a class that no one can make', 'f(1) = 1', 'class Solution(k: Int) { def f(n: Int) = n }'],
  ])('%s is a compile error: %s', async (_what, call, code) => {
    expect((await check(call, code)).kind).toBe('compile-error')
  })
})

test('the caller is written once for each way in which arguments could be passed', () => {
  const call = { name: 'f', arguments: [[1, 'a'], [1]] }
  const signature = {
    parameters: [{ kind: 'integer' }, { kind: 'any' }],
    result: { kind: 'integer' },
  } as const
  expect(
    scalaCallForms('', {
      ...call,
      arguments: [
        [1, 'a'],
        [1, 2],
      ],
      signature,
    }),
  ).toHaveLength(2)
  const known = { ...signature, parameters: [{ kind: 'integer' }, { kind: 'text' }] } as const
  const forms = scalaCallForms('', { ...call, signature: known })
  expect(forms).toHaveLength(5)
  expect(forms[0]).toContain('case 2 => _root_.gepo.call.Driver.of2(HOLDER.f _)')
  expect(forms[3]).toContain('case 1 => values => HOLDER.f(_root_.gepo.call.Driver.read[Long](values(0)))')
  expect(scalaCallForms('', { ...call, arguments: [[[2 ** 31]]], signature: known })).toHaveLength(4)
})
