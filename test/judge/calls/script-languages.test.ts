/**
 * Functions of Python, JavaScript, TypeScript and PHP are found as their callers find them, in an answer that is loaded
 * as people write it; and what they return is what JSON says of it, or no JSON.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../../src/judge/judge.ts'
import type { Language } from '../../../src/records/language.ts'
import type { Suite } from '../../../src/records/suite.ts'
import type { CallSignature, ValueType } from '../../../src/records/value-type.ts'
import { openTestJudge } from '../open-test-judge.ts'
import { asCall, installed, stdin } from '../suites.ts'

let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

type Case = readonly [what: string, call: string, code: string]

const PASSED: Readonly<Partial<Record<Language, readonly Case[]>>> = {
  python: [
    ['a whole float stays one', 'f(3.0, 3, 1e2) = "3.0 3 100.0"', 'def f(*a): return " ".join(map(str, a))'],
    ['a whole float is the whole number', 'f(4) = 2', 'def f(a): return a / 2'],
    ['a variable that holds a function', 'f(2) = 4', 'f = lambda n: n * n'],
    [
      'a method, beside a value of its name',
      'f(2) = 3',
      'f = 1\nclass Solution:\n    def f(self, n): return n + 1',
    ],
    ['a static method', 'f(2) = 3', 'class Solution:\n    @staticmethod\n    def f(n): return n + 1'],
    [
      'a class that looks for its module',
      'total([1, 2]) = 3',
      'from __future__ import annotations\nfrom dataclasses import dataclass, field\nfrom typing import ClassVar\n' +
        'def total(values):\n    @dataclass\n    class Sum:\n        values: list\n        kind: ClassVar[str] = "sum"\n    return sum(Sum(values).values)',
    ],
    [
      'what is pickled',
      'twice(4) = [4, 4]',
      'import copy, pickle\nclass Box:\n    def __init__(self, n): self.n = n\n' +
        'def twice(n): return [pickle.loads(pickle.dumps(Box(n))).n, copy.deepcopy(Box(n)).n]',
    ],
    [
      'hints that are looked up',
      'f(1) = ["Node"]',
      'from __future__ import annotations\nimport typing\nclass Edge:\n    to: Node\nclass Node: pass\n' +
        'def f(n): return [t.__name__ for t in typing.get_type_hints(Edge).values()]',
    ],
    ['the module itself', 'f(1) = true', 'import sys\ndef f(n): return sys.modules[f.__module__].f is f'],
    [
      'a program that is not run',
      'f(1) = 2',
      'def f(n): return n + 1\nif __name__ == "__main__": print(f(int(input())))',
    ],
    ['a number of more than 4,300 digits', 'f(5000) = 5000', 'def f(n): return len(str(10 ** (n - 1)))'],
    ['a tuple and keys that are numbers', 'f(1) = [1, {"1": 2}]', 'def f(n): return (n, {n: 2})'],
  ],
  javascript: [
    ['export in braces', 'f(1) = 2', 'function f(n) { return n + 1 }\nexport { f }'],
    ['export under another name', 'f(1) = 2', 'function inner(n) { return n + 1 }\nexport { inner as f }'],
    ['export default of a name', 'f(1) = 2', 'const f = (n) => n + 1\nexport default f'],
    ['export default without a name', 'f(1) = 2', 'export default (n) => n + 1'],
    ['export default of an object', 'f(1) = 2', 'export default { k: 1, f(n) { return n + this.k } }'],
    ['export default of a class', 'f(1) = 2', 'export default class { f(n) { return n + 1 } }'],
    [
      'a module that exports nothing',
      'f(4) = 2',
      'import * as fs from "node:fs"\nfunction f(n) { return fs && Math.sqrt(n) }',
    ],
    [
      'import and require',
      'f("/a/b") = "b"',
      'import fs from "node:fs"\nconst { basename } = require("path")\nexport const f = (path) => fs && basename(path)',
    ],
    [
      'await at the top',
      'f(1) = 2',
      'const one = await Promise.resolve(1)\nfunction f(n) { return n + one }',
    ],
    ['module.exports', 'f(1) = 2', 'module.exports = function (n) { return n + 1 }'],
    ['a member of module.exports', 'f(1) = 2', 'module.exports = { k: 1, f(n) { return n + this.k } }'],
    ['exports', 'f(1) = 2', 'exports.f = (n) => n + 1'],
    ['a script in which f is let', 'f(1) = 2', '"use strict"\nlet f = async (n) => n + 1 // the end'],
    ['a name that Node has, too', 'isNaN("a") = 1', 'function isNaN(text) { return text.length }'],
    ['a word of the language', 'delete(1) = 2', 'class Solution { delete(n) { return n + 1 } }'],
    ['a static method', 'f(1) = 2', 'class Solution { static f(n) { return n + 1 } }'],
    [
      'a class of old',
      'f(1) = 2',
      'function Solution() {}\nSolution.prototype.f = function (n) { return n + 1 }',
    ],
    [
      'a program that is not run',
      'f(1) = 2',
      'function f(n) { return n + 1 }\nif (require.main === module) process.exit(3)',
    ],
    ['a number of another kind', 'f(2) = 1024', 'const f = (n) => BigInt(n) ** 10n'],
    [
      'an object without a prototype',
      'f(1) = {"a": 1}',
      'const f = (n) => Object.assign(Object.create(null), { a: n })',
    ],
    ['nothing, where null is expected', 'f(1) = null', 'function f(n) {}'],
  ],
  typescript: [
    [
      'export in braces',
      'f(1) = 2',
      'type N = number\nfunction f(n: N): N { return n + 1 }\nexport { f }\nexport type { N }',
    ],
    [
      'types that are imported',
      'f("a") = 1',
      'import { Stats, existsSync } from "fs"\nexport const f = (s: string, t?: Stats): number => +!existsSync(s)',
    ],
    [
      'require beside export',
      'f(2) = 2',
      'const fs = require("fs")\nfunction f(n: number): number { return fs ? n : 0 }\nexport {}',
    ],
    [
      'import of a whole',
      'f("/a") = "a"',
      'import path = require("path")\nfunction f(s: string) { return path.basename(s) }\nexport = f',
    ],
    [
      'decorators, enums, namespaces, parameter properties',
      'f(2) = 24',
      'function twice(method: any, _context: any) { return function (this: any, n: number) { return 2 * method.call(this, n) } }\n' +
        'enum Unit { Dozen = 12 }\nnamespace Units { export const one = Unit.Dozen }\n' +
        'class Solution { constructor(private unit = Units.one) {}\n  @twice f(n: number) { return (n * this.unit) / 2 } }',
    ],
    [
      'await at the top, and require',
      'f(1) = 2',
      'const one: number = await Promise.resolve(require("fs") ? 1 : 0)\nconst f = (n: number) => n + one',
    ],
  ],
  php: [
    [
      'a global of the answer',
      'f(1) = 4',
      '<?php\n$step = 3;\nfunction f($n) { global $step; return $n + $GLOBALS["step"] + $step - 3; }',
    ],
    [
      'a function of a namespace',
      'f(1) = 2',
      '<?php\nnamespace App\\Sums;\nfunction f($n) { return $n + 1; }',
    ],
    [
      'a class of a namespace',
      'f(1) = 2',
      '<?php\nnamespace App;\nclass Solution { public function f($n) { return $n + 1; } }',
    ],
    [
      'a name that PHP has, too, in a namespace',
      'strlen("abc") = 4',
      '<?php\nnamespace App;\nfunction strlen($s) { return \\strlen($s) + 1; }',
    ],
    ['a variable that holds a function', 'f(1) = 2', '$f = fn($n) => $n + 1;'],
    [
      'an argument by reference',
      'f([3, 1]) = [1, 3]',
      'function f(array &$values) { sort($values); return $values; }',
    ],
    [
      'no object and no list',
      'f({}, []) = {"a": {}, "b": []}',
      'function f($a, $b) { return ["a" => $a, "b" => $b]; }',
    ],
    [
      'keys that are places',
      'f(2) = {"0": "a", "1": "b"}',
      'function f($n) { return [0 => "a", 1 => "b"]; }',
    ],
    [
      'a whole float stays one',
      'f(3.0, 3) = [true, false]',
      'function f($a, $b) { return [is_float($a), is_float($b)]; }',
    ],
    [
      'strict types',
      'f(3) = 6',
      '<?php\ndeclare(strict_types=1);\nfunction f(int $n): int { return 2 * $n; }',
    ],
  ],
}

const NOT_FOUND: typeof PASSED = {
  python: [['what the language has under this name', 'len([1]) = 1', 'x = 1']],
  javascript: [
    ['what the language has under this name', 'isNaN("a") = true', 'const x = 1'],
    ['a function of another name', 'f(1) = 2', 'export default function add(n) { return n + 1 }'],
    ['a class', 'f(1) = 2', 'class f {}'],
  ],
  php: [['what the language has under this name', 'strlen("abc") = 3', '$x = 1;']],
}

const OTHER_VALUES: typeof PASSED = {
  python: [
    ['a set', 'f(1) = [1]', 'def f(n): return {n}'],
    ['keys that are one in JSON', 'f(1) = {"1": 2}', 'def f(n): return {1: 3, "1": 2}'],
    ['no number', 'f(1) = null', 'def f(n): return float("nan")'],
    ['half a character', 'f(1) = "\ufffd"', 'def f(n): return "\\ud800"'],
  ],
  javascript: [
    ['a Map', 'f(1) = {}', 'const f = (n) => new Map([[1, n]])'],
    ['a Set', 'f(1) = {}', 'const f = (n) => new Set([n])'],
    ['a Set of the right things', 'f(1) = [1]', 'const f = (n) => new Set([n])'],
    ['functions', 'f(1) = {}', 'const f = (n) => ({ add() {}, take: () => 1 })'],
    ['undefined in a list', 'f(1) = [null]', 'const f = (n) => [undefined]'],
    ['a hole in a list', 'f(1) = [null, 1]', 'const f = (n) => [, 1]'],
    ['undefined in an object', 'f(1) = {}', 'const f = (n) => ({ a: undefined })'],
    ['a symbol in a list', 'f(1) = [null]', 'const f = (n) => [Symbol.iterator]'],
    ['a symbol as a key', 'f(1) = {}', 'const f = (n) => ({ [Symbol.iterator]: n })'],
    ['an error', 'f(1) = {}', 'const f = (n) => new RangeError("no")'],
    ['a pattern', 'f(1) = {}', 'const f = (n) => /a/'],
    ['a boxed number', 'f(1) = 1', 'const f = (n) => new Number(n)'],
    ['a date', 'f(0) = "1970-01-01T00:00:00.000Z"', 'const f = (n) => new Date(n)'],
    ['an array of bytes', 'f(1) = {"0": 1}', 'const f = (n) => new Uint8Array([n])'],
    [
      'what says itself how it is written',
      'f(1) = {"a": 1}',
      'const f = (n) => ({ toJSON: () => ({ a: 1 }) })',
    ],
    ['a number in a list that is none', 'f(1) = [null]', 'const f = (n) => [NaN]'],
    ['half a character', 'f(1) = "\ufffd"', 'const f = (n) => "\\ud83d"'],
  ],
  php: [
    ['a closure', 'f(1) = {}', 'function f($n) { return fn() => 1; }'],
    ['an object', 'f(1) = {"a": 1}', 'class Pair { public $a = 1; }\nfunction f($n) { return new Pair(); }'],
    ['an object without anything', 'f(1) = [{}]', 'class None {}\nfunction f($n) { return [new None()]; }'],
    ['a byte that is no UTF-8', 'f(1) = "\ufffd"', 'function f($n) { return "\\xff"; }'],
    ['no number', 'f(1) = null', 'function f($n) { return NAN; }'],
    ['a record for a list', 'f(1) = []', 'function f($n) { return new stdClass(); }'],
  ],
}

test.skipIf(!installed('python'))(
  'Python gets numbers as keys, and tuples, where the types say so',
  async () => {
    const code = 'def f(a, b, c): return [a[1], sorted({b: 2})[0], list(c), repr(c)]'
    const suite = asCall('f({"1": "x"}, ["y", 2], {"1": null}) = ["x", ["y", 2], ["1"], "{\'1\': None}"]')
    const map = (key: 'integer' | 'text'): ValueType => ({
      ...{ kind: 'map', key, item: { kind: 'optional', item: { kind: 'text' } } },
    })
    const pair: ValueType = { kind: 'tuple', items: [{ kind: 'text' }, { kind: 'integer' }] }
    const signature: CallSignature = {
      parameters: [map('integer'), pair, map('text')],
      result: { kind: 'any' },
    }
    const stated = { ...suite, tests: suite.tests.map((each) => ({ ...each, signature })) } as Suite
    expect(await judge.judge({ language: 'python', code }, stated)).toEqual({ kind: 'passed' })
    expect((await judge.judge({ language: 'python', code }, suite)).kind).toBe('runtime-error')
  },
)

for (const language of ['python', 'javascript', 'typescript', 'php'] as const) {
  describe.skipIf(!installed(language))(language, () => {
    test.each(PASSED[language]!)('%s: %s', async (_what, call, code) => {
      expect(await judge.judge({ language, code }, asCall(call))).toEqual({ kind: 'passed' })
    })

    test.each(OTHER_VALUES[language] ?? [])('%s is a wrong answer: %s', async (_what, call, code) => {
      expect((await judge.judge({ language, code }, asCall(call))).kind).toBe('wrong-answer')
    })

    test.each(NOT_FOUND[language] ?? [])('%s is not the function: %s', async (_what, call, code) => {
      expect(await judge.judge({ language, code }, asCall(call))).toMatchObject({
        kind: 'runtime-error',
        message: expect.stringContaining('there is no function'),
      })
    })
  })
}

/** Programs, which are loaded in the same ways. */
const PROGRAMS: readonly (readonly [
  what: string,
  language: Language,
  code: string,
  input: string,
  output: string,
])[] = [
  [
    'an opening tag in a string and a comment alone',
    'php',
    '// no <?php here\necho "<?php ", fgets(STDIN);',
    'a\n',
    '<?php a\n',
  ],
  ['text before the opening tag', 'php', "It's:\n<?php echo fgets(STDIN);", 'a\n', "It's:\na\n"],
  ['a line for the shell', 'php', '#!/usr/bin/php\n<?php echo fgets(STDIN);', 'a\n', 'a\n'],
  [
    'a whole number of 5,000 digits',
    'python',
    'print(int(input()) + 1)',
    `${'9'.repeat(5000)}\n`,
    `1${'0'.repeat(5000)}\n`,
  ],
  [
    'types that are imported',
    'typescript',
    "import { createInterface, ReadLine } from 'readline'\nconst lines: ReadLine = createInterface({ input: process.stdin })\nlines.on('line', (line: string) => console.log(line))",
    'a\n',
    'a\n',
  ],
  [
    'require beside export',
    'typescript',
    "const fs = require('fs')\nconst text: string = fs.readFileSync(0, 'utf8')\nprocess.stdout.write(text)\nexport {}",
    'a\n',
    'a\n',
  ],
]

test.each(PROGRAMS.filter(([, language]) => installed(language)))(
  'a program with %s (%s)',
  async (_what, language, code, input, output) => {
    expect(await judge.judge({ language, code }, stdin([[input, output]]))).toEqual({ kind: 'passed' })
  },
)
