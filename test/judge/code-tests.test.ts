/**
 * Tests in the form of code: fixtures/code-tests has for each language one test, answers that are right (their names begin
 * with `right`), and answers that are wrong and try to pass all the same. Each of those fails for what it does, and none
 * is left unjudged.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judge/judge.ts'
import { DEFINITIONS } from '../../src/judge/languages/languages.ts'
import type { Language } from '../../src/records/language.ts'
import type { Suite } from '../../src/records/suite.ts'
import { openTestJudge } from './open-test-judge.ts'
import { installed } from './suites.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/code-tests')
const PATIENCE_MS = 600_000
const MIB = 1024 * 1024

let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, close } = await openTestJudge())
})
afterAll(() => close())

const suite = (code: string): Suite => ({
  tests: [{ kind: 'code', code }],
  comparison: { kind: 'exact' },
  limits: { testMs: 10_000, memoryBytes: 256 * MIB, outputBytes: MIB },
})

const judgeFile = (language: Language, file: string, code: string) =>
  judge.judge({ language, code: readFileSync(join(FIXTURES, language, file), 'utf8') }, suite(code))

describe.each(
  DEFINITIONS.filter(({ language }) => existsSync(join(FIXTURES, language))).map(({ language }) => ({
    language,
  })),
)('$language', ({ language }) => {
  const files = readdirSync(join(FIXTURES, language))
  const tests = files.filter((file) => file.startsWith('test.'))
  const answers = files.filter((file) => !tests.includes(file))
  const code = readFileSync(join(FIXTURES, language, tests[0]!), 'utf8')

  test.skipIf(!installed(language))(
    'right answers pass, and no others',
    async () => {
      const verdicts = await Promise.all(
        answers.map(async (file) => ({ file, kind: (await judgeFile(language, file, code)).kind })),
      )
      const unjudged = verdicts.filter(({ kind }) => kind === 'unjudged')
      const passed = verdicts.filter(({ kind }) => kind === 'passed').map(({ file }) => file)
      expect(unjudged).toEqual([])
      expect(passed).toEqual(answers.filter((file) => file.startsWith('right')))
    },
    PATIENCE_MS,
  )
})

describe('an answer', () => {
  const passes = async (language: Language, code: string, testCode: string, more: object = {}) => {
    const test = { kind: 'code' as const, code: testCode, ...more }
    const verdict = await judge.judge({ language, code }, { ...suite(''), tests: [test] })
    return verdict.kind
  }

  test(
    'in TypeScript fails by its types where the test wants them checked, and nowhere else',
    async () => {
      const misfit = 'function half(n: number): number { const text: string = n / 2; return text as any }\n'
      const right = 'function half(n: number): number { return n / 2 }\n'
      const code =
        "declare var require: any;\nconst assert = require('node:assert');\nassert.equal(half(4), 2);\n"
      expect(await passes('typescript', misfit, code)).toBe('passed')
      expect(await passes('typescript', misfit, code, { checkTypes: true })).toBe('compile-error')
      expect(await passes('typescript', right, code, { checkTypes: true })).toBe('passed')
      const called = "declare var require: any;\nrequire('node:assert').equal(half('4' as string), 2);\n"
      expect(await passes('typescript', right, called, { checkTypes: true })).toBe('compile-error')
    },
    PATIENCE_MS,
  )

  test.skipIf(!installed('java'))(
    'in Java may return tuples',
    async () => {
      const code = `import org.javatuples.*;
class Problem {
  public static Pair<Integer, String> swap(String text, int number) { return Pair.with(number, text); }
}`
      const right =
        'public static void main(String[] args) { assert(swap("a", 1).equals(Pair.with(1, "a"))); }\n}'
      const wrong = right.replace('with(1,', 'with(2,')
      expect(await passes('java', code, right)).toBe('passed')
      expect(await passes('java', code, wrong)).toBe('runtime-error')
    },
    PATIENCE_MS,
  )

  test.skipIf(!installed('python'))(
    'in Python is tested by unittest, too, and by functions that nobody calls',
    async () => {
      const add = 'def add(a, b):\n    return a + b\n'
      const cases = `import unittest
class Adding(unittest.TestCase):
    def test_sum(self):
        self.assertEqual(add(1, 2), SUM)
`
      const run = "if __name__ == '__main__':\n    unittest.main()\n"
      expect(await passes('python', add, cases.replace('SUM', '3') + run)).toBe('passed')
      expect(await passes('python', add, cases.replace('SUM', '4') + run)).toBe('runtime-error')
      expect(await passes('python', add, cases.replace('SUM', '4'))).toBe('runtime-error')
      expect(await passes('python', add, 'def test_sum():\n    assert add(1, 2) == 4\n')).toBe(
        'runtime-error',
      )
    },
    PATIENCE_MS,
  )

  test.skipIf(!installed('go'))(
    'in Go is tested by the assertions that tests import',
    async () => {
      const code = 'func Add(a int, b int) int {\n\treturn a + b\n}\n'
      const asserting = (sum: number) => `package main
import (
    "testing"
    "github.com/stretchr/testify/assert"
)
func TestAdd(t *testing.T) {
    assert := assert.New(t)
    assert.Equal(${sum}, Add(1, 2))
}
`
      expect(await passes('go', code, asserting(3))).toBe('passed')
      expect(await passes('go', code, asserting(4))).toBe('runtime-error')
    },
    PATIENCE_MS,
  )

  test.skipIf(!installed('go'))(
    'in Go fails in the words of its test, which the package testing does not say on standard error',
    async () => {
      const code = 'func Add(a int, b int) int {\n\treturn a + b\n}\n'
      const saying = `import "testing"
func TestAdd(t *testing.T) {
    if Add(1, 2) != 4 {
        t.Errorf("that is no four")
    }
}
`
      const verdict = await judge.judge({ language: 'go', code }, suite(saying))
      expect(verdict).toMatchObject({
        kind: 'runtime-error',
        message: expect.stringContaining('that is no four'),
      })
    },
    PATIENCE_MS,
  )

  test.skipIf(!installed('cpp'))(
    'in C++ has all headers of the library where it asks for them, and no others before its own words',
    async () => {
      const test = 'int main() { assert(total({1, 2}) == 3); }\n'
      const code = 'int total(std::vector<int> v) { return std::accumulate(v.begin(), v.end(), 0); }\n'
      const all = '#include <bits/stdc++.h>\n'
      expect(await passes('cpp', `// What ${all}#include<assert.h>\n${all}${code}`, test)).toBe('passed')
      expect(await passes('cpp', `#include <vector>\n// ${all}${code}`, test)).toBe('compile-error')
      // What an answer says before it includes changes nothing in what it includes.
      const own = `#define accumulate(...) 3\n#include <cassert>\n${all}#undef accumulate\n${code}`
      expect(await passes('cpp', own, test)).toBe('passed')
    },
    PATIENCE_MS,
  )

  test.skipIf(!installed('rust'))(
    'in Rust is tested by functions that are marked as tests',
    async () => {
      const code = 'fn add(a: i32, b: i32) -> i32 { a + b }\n'
      const marked = (sum: number) => `#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds() {
        assert_eq!(add(1, 2), ${sum});
    }
}
`
      expect(await passes('rust', code, marked(3))).toBe('passed')
      expect(await passes('rust', code, marked(4))).toBe('runtime-error')
    },
    PATIENCE_MS,
  )

  test.skipIf(!installed('java'))(
    'in Java is tested by a class of its own',
    async () => {
      const code = 'class Solution { int add(int a, int b) { return a + b; } }\n'
      const main = (sum: number) => `import java.util.*;
public class Main {
  public static void main(String[] args) {
    if (Arrays.asList(new Solution().add(1, 2) == ${sum}).contains(false)) throw new AssertionError();
  }
}`
      expect(await passes('java', code, main(3))).toBe('passed')
      expect(await passes('java', code, main(4))).toBe('runtime-error')
    },
    PATIENCE_MS,
  )
})
