import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Judge } from '../../src/judge/judge.ts'
import { openJudge } from '../../src/judge/open-judge.ts'
import type { Language } from '../../src/records/language.ts'
import type { Suite } from '../../src/records/suite.ts'
import { openTestJudge } from './open-test-judge.ts'
import { calls, installed, stdin } from './suites.ts'

let folder: string
let judge: Judge
let close: () => Promise<void>
beforeAll(async () => {
  ;({ judge, folder, close } = await openTestJudge())
})
afterAll(() => close())

const python = (code: string, suite: Suite, signal?: AbortSignal) =>
  judge.judge({ language: 'python', code }, suite, signal && { signal })

describe('verdicts', () => {
  test('name the first test that fails, what was expected and what came', async () => {
    const suite = stdin([
      ['1', '1\n'],
      ['2', '4\n'],
      ['3', '9\n'],
    ])
    expect(await python('n = int(input())\nprint(n if n < 3 else 0)', suite)).toEqual({
      kind: 'wrong-answer',
      test: 1,
      expected: '4\n',
      got: '2\n',
    })
  })

  test('follow the rule of the suite', async () => {
    const code = 'print(1)'
    expect((await python(code, stdin([['', '1']], { kind: 'exact' }))).kind).toBe('wrong-answer')
    expect((await python(code, stdin([['', '1']], { kind: 'lines' }))).kind).toBe('passed')
    expect((await python(code, stdin([['', '1.0']], { kind: 'words', tolerance: 0 }))).kind).toBe('passed')
  })

  test('carry what the program said last', async () => {
    expect(await python('raise ValueError("no")', stdin([['', '1']]))).toMatchObject({
      kind: 'runtime-error',
      test: 0,
      message: expect.stringMatching(/^exit status 1: .*ValueError: no$/s),
    })
  })

  test('carry what the compiler said', async () => {
    expect(
      await judge.judge({ language: 'c', code: 'int main(void) { return x; }' }, stdin([['', '']])),
    ).toMatchObject({ kind: 'compile-error', message: expect.stringContaining('‘x’ undeclared') })
  })

  test('say what ended a program', async () => {
    expect(await python('import os\nos.abort()', stdin([['', '']]))).toMatchObject({
      kind: 'runtime-error',
      message: 'ended by SIGABRT',
    })
  })

  test('do not depend on an answer that was judged before', async () => {
    const left = 'open("/tmp/a", "w").close()\nprint(1)'
    const looks = 'import os\nprint(int(not os.path.exists("/tmp/a")))'
    for (const code of [left, looks, left, looks])
      expect(
        (
          await python(
            code,
            stdin([
              ['', '1\n'],
              ['', '1\n'],
            ]),
          )
        ).kind,
      ).toBe('passed')
  })
})

describe('what right answers use', () => {
  const echo = stdin([
    ['one\ntwo\n', 'one\ntwo\n'],
    ['', ''],
    ['\u00e9\u0000\n', '\u00e9\u0000\n'],
  ])
  const WAYS: readonly (readonly [Language, string])[] = [
    ['bash', 'cat /dev/stdin'],
    ['bash', 'cat > /tmp/kept; echo said > /dev/stderr; cat /tmp/kept > /dev/stdout'],
    ['bash', 'cat < /proc/self/fd/0 | cat | tee >(cat >&2)'],
    ['python', 'import sys\nsys.stdout.buffer.write(open("/dev/stdin", "rb").read())'],
    ['python', 'import subprocess\nsubprocess.run(["cat"], check=True)'],
    [
      'python',
      'import sys, tempfile\nwith tempfile.TemporaryFile() as file:\n    file.write(sys.stdin.buffer.read())\n    file.seek(0)\n    sys.stdout.buffer.write(file.read())',
    ],
    ['javascript', 'process.stdout.write(require("fs").readFileSync("/dev/stdin"))'],
    ['javascript', 'process.stdin.pipe(process.stdout)'],
    ['javascript', 'for await (const chunk of process.stdin) process.stdout.write(chunk)'],
    ['php', '<?php fpassthru(fopen("php://stdin", "r"));'],
    ['php', '<?php readfile("/dev/stdin");'],
  ]
  test.each(WAYS.filter(([language]) => installed(language)))('%s: %s', async (language, code) => {
    expect(await judge.judge({ language, code }, echo)).toEqual({ kind: 'passed' })
  })

  test('deep recursion', async () => {
    const deep = stdin([['', '100000\n']])
    const answers = [
      [
        'python',
        'import sys\nsys.setrecursionlimit(200000)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\nprint(f(100000))',
      ],
      ['javascript', 'const f = (n) => (n === 0 ? 0 : 1 + f(n - 1))\nconsole.log(f(100000))'],
      [
        'c',
        '#include <stdio.h>\nint f(int n) { volatile char block[500]; block[0] = 1; return n ? block[0] + f(n - 1) : 0; }\nint main(void) { printf("%d\\n", f(100000)); }',
      ],
      [
        'java',
        'class A { static int f(int n) { return n == 0 ? 0 : 1 + f(n - 1); } public static void main(String[] a) { System.out.println(f(100000)); } }',
      ],
    ] as const
    for (const [language, code] of answers.filter(([language]) => installed(language)))
      expect({ language, ...(await judge.judge({ language, code }, deep)) }).toEqual({
        language,
        kind: 'passed',
      })
  })

  test('threads', async () => {
    const code = `
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pool
def double(n): return 2 * n
with ThreadPoolExecutor(8) as threads, Pool(4) as processes:
    print(sum(threads.map(double, range(10))) + sum(processes.map(double, range(10))))`
    expect(await python(code, stdin([['', '180\n']]))).toEqual({ kind: 'passed' })
    const pthreads = `
#include <pthread.h>
#include <stdio.h>
static void *add(void *sum) { __atomic_add_fetch((int *)sum, 1, __ATOMIC_RELAXED); return 0; }
int main(void) {
  pthread_t threads[16];
  int sum = 0;
  for (int i = 0; i < 16; i++) if (pthread_create(&threads[i], 0, add, &sum)) return 1;
  for (int i = 0; i < 16; i++) pthread_join(threads[i], 0);
  printf("%d\\n", sum);
}`
    const verdict = await judge.judge({ language: 'c', code: pthreads }, stdin([['', '16\n']]))
    expect(verdict).toEqual({ kind: 'passed' })
  })
})

describe('what an answer brings about is never unjudged', () => {
  test.skipIf(!installed('rust'))('a library for a program', async () => {
    const code = '#![crate_type = "lib"]\npub fn f() {}'
    expect((await judge.judge({ language: 'rust', code }, stdin([['', '1']]))).kind).toBe('compile-error')
  })

  test.skipIf(!installed('haskell'))('a module for a program', async () => {
    const code = 'module Sums where\nf :: Int -> Int\nf n = n + 1'
    expect((await judge.judge({ language: 'haskell', code }, stdin([['', '1']]))).kind).toBe('compile-error')
  })

  test('a program that is larger than its box', async () => {
    const code = `#${'x'.repeat(257 * 1024 * 1024)}\nprint(1)`
    expect((await python(code, stdin([['', '1\n']]))).kind).toBe('compile-error')
  })
})

test.skipIf(!installed('scala'))('of several objects of Scala that can run, Main does', async () => {
  const code = 'object A extends App { println(2) }\nobject Main extends App { println(1) }'
  expect(await judge.judge({ language: 'scala', code }, stdin([['', '1\n']]))).toEqual({ kind: 'passed' })
})

test('a suite without tests passes nobody', async () => {
  expect(await python('print(1)', stdin([]))).toEqual({ kind: 'unjudged', reason: 'the suite has no tests' })
})

describe('call tests', () => {
  const WORKING: readonly (readonly [Language, string])[] = [
    [
      'python',
      'def f(a, b):\n    return {"sum": a + b, "list": [a, [b]], "none": None, "text": "\\u00e9\\n"}',
    ],
    [
      'python',
      'class Solution:\n    def f(self, a, b):\n        return {"none": None, "sum": a + b, "list": (a, [b]), "text": "\u00e9\\n"}',
    ],
    ['javascript', 'const f = (a, b) => ({ sum: a + b, list: [a, [b]], none: null, text: "\u00e9\\n" })'],
    [
      'javascript',
      'module.exports = { f: async (a, b) => ({ sum: a + b, list: [a, [b]], none: null, text: "\u00e9\\n" }) }',
    ],
    [
      'javascript',
      'export function f(a, b) { return { sum: a + b, list: [a, [b]], none: null, text: "\u00e9\\n" } }',
    ],
    [
      'javascript',
      'class Solution { f(a, b) { return { sum: a + b, list: [a, [b]], none: null, text: "\u00e9\\n" } } }',
    ],
    [
      'typescript',
      'export function f(a: number, b: number) { return { sum: a + b, list: [a, [b]], none: null as null, text: "\u00e9\\n" } }',
    ],
    [
      'php',
      '<?php\nfunction f($a, $b) { return ["sum" => $a + $b, "list" => [$a, [$b]], "none" => null, "text" => "\u00e9\\n"]; }',
    ],
    [
      'php',
      'class Solution { function f($a, $b) { return ["sum" => $a + $b, "list" => [$a, [$b]], "none" => null, "text" => "\u00e9\\n"]; } }',
    ],
  ]
  const result = (a: number, b: number) => ({ sum: a + b, list: [a, [b]], none: null, text: '\u00e9\n' })
  const suite = calls('f', [
    [[1, 2], result(1, 2)],
    [[0.5, -3], result(0.5, -3)],
  ])

  test.each(WORKING.filter(([language]) => installed(language)))('%s: %s', async (language, code) => {
    expect(await judge.judge({ language, code }, suite)).toEqual({ kind: 'passed' })
  })

  const FAILING: readonly (readonly [string, Language, string, string])[] = [
    ['ends early', 'python', 'import os\nos._exit(0)', 'runtime-error'],
    ['ends in the call', 'python', 'def f(a):\n    exit(0)', 'runtime-error'],
    ['ends early', 'javascript', 'process.exit(0)', 'runtime-error'],
    ['ends early', 'php', '<?php exit(0);', 'runtime-error'],
    ['prints the result', 'python', 'print(3)\ndef f(a):\n    print(3)', 'wrong-answer'],
    ['writes it to the channel', 'python', 'import os\nos.write(3, b"3")\nos._exit(0)', 'runtime-error'],
    [
      'writes it there, too',
      'python',
      'import os\nos.write(3, b"\\n3")\ndef f(a):\n    return 3',
      'runtime-error',
    ],
    ['has no such function', 'python', 'def g(a):\n    return 3', 'runtime-error'],
    ['has no such function', 'javascript', 'const f = 3', 'runtime-error'],
    ['has no such function', 'php', '<?php $f = 3;', 'runtime-error'],
    ['returns what is not JSON', 'python', 'def f(a):\n    return {3}', 'wrong-answer'],
    ['returns no number', 'javascript', 'const f = () => NaN', 'wrong-answer'],
    ['returns text', 'python', 'def f(a):\n    return "3"', 'wrong-answer'],
  ]
  test.each(FAILING.filter(([, language]) => installed(language)))(
    'an answer that %s does not pass (%s)',
    async (_what, language, code, kind) => {
      expect((await judge.judge({ language, code }, calls('f', [[[1], 3]]))).kind).toBe(kind)
    },
  )

  test('an answer is not judged in a language that has no form for the values', async () => {
    expect(await judge.judge({ language: 'bash', code: '' }, calls('f', [[[['a b']], 1]]))).toEqual({
      kind: 'unjudged',
      reason: 'test 0 has values that Bash has no form for',
    })
  })

  const TYPED: readonly (readonly [Language, string])[] = [
    [
      'cpp',
      `#define int long long
vector<vector<int>> f(const vector<int>& values, string text, bool flag, double half, map<string, int> record) {
  vector<vector<int>> result{values, {(int)text.size(), flag, (int)(half * 2), record["a\\n"]}};
  return result;
}`,
    ],
    [
      'cpp',
      `#include <vector>
class Solution {
 public:
  std::vector<std::vector<int>> f(std::vector<int>& values, std::string text, bool flag, double half, std::unordered_map<std::string, long> record) {
    return {values, {(int)text.size(), flag, (int)(half * 2), (int)record["a\\n"]}};
  }
};
int main() { return 1; }`,
    ],
    [
      'java',
      `import java.util.*;
class Solution {
    public List<List<Integer>> f(int[] values, String text, boolean flag, double half, Map<String, Integer> record) {
        List<Integer> first = new ArrayList<>();
        for (int value : values) first.add(value);
        return List.of(first, List.of(text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length, flag ? 1 : 0, (int) (half * 2), record.get("a\\n")));
    }
}`,
    ],
    [
      'java',
      `public class Main {
    static long[][] f(long[] values, String text, boolean flag, double half, java.util.Map<String, Long> record) {
        return new long[][] {values, {text.codePointCount(0, text.length()) * 4 - 2, flag ? 1 : 0, (long) (half * 2), record.get("a\\n")}};
    }
    public static void main(String[] arguments) { System.exit(1); }
}`,
    ],
    [
      'csharp',
      `using System.Collections.Generic;
class Solution {
    public IList<int[]> f(int[] values, string text, bool flag, double half, Dictionary<string, int> record) {
        int size = System.Text.Encoding.UTF8.GetByteCount(text);
        return new List<int[]> { values, new[] { size, flag ? 1 : 0, (int)(half * 2), record["a\\n"] } };
    }
}`,
    ],
    [
      'go',
      `package main
func f(values []int, text string, flag bool, half float64, record map[string]int) [][]int {
	rest := []int{len(text), 0, int(half * 2), record["a\\n"]}
	if flag {
		rest[1] = 1
	}
	return [][]int{values, rest}
}`,
    ],
    [
      'rust',
      `use std::collections::HashMap;
fn f(values: Vec<i64>, text: &str, flag: bool, half: f64, record: HashMap<String, i64>) -> Vec<Vec<i64>> {
    vec![values, vec![text.len() as i64, flag as i64, (half * 2.0) as i64, record["a\\n"]]]
}`,
    ],
  ]
  const typedSuite = calls('f', [
    [
      [[1, -2], '\u00e9\u{1f600}', true, 2.5, { 'a\n': 7 }],
      [
        [1, -2],
        [6, 1, 5, 7],
      ],
    ],
    [
      [[], '\u00e9\u{1f600}', false, 3, { 'a\n': 0 }],
      [[], [6, 0, 6, 0]],
    ],
  ])
  test.each(TYPED.filter(([language]) => installed(language)))(
    '%s, by declared types: %s',
    async (language, code) => {
      expect(await judge.judge({ language, code }, typedSuite)).toEqual({ kind: 'passed' })
    },
  )

  const BADLY_TYPED: readonly (readonly [string, Language, string, string])[] = [
    ['exits', 'cpp', '#include <cstdlib>\nint f(int a) { exit(0); }', 'runtime-error'],
    ['exits', 'java', 'class A { static int f(int a) { System.exit(0); return 0; } }', 'runtime-error'],
    ['takes another type', 'java', 'class A { static int f(String a) { return 3; } }', 'runtime-error'],
    ['takes more', 'java', 'class A { static int f(int a, int b) { return 3; } }', 'runtime-error'],
    ['has no such function', 'cpp', 'int g(int a) { return 3; }', 'compile-error'],
    ['has no such function', 'java', 'class A { static int g(int a) { return 3; } }', 'runtime-error'],
    ['returns another type', 'java', 'class A { static String f(int a) { return "3"; } }', 'wrong-answer'],
  ]
  test.each(BADLY_TYPED.filter(([, language]) => installed(language)))(
    'a function that %s does not pass (%s)',
    async (_what, language, code, kind) => {
      expect((await judge.judge({ language, code }, calls('f', [[[1], 3]]))).kind).toBe(kind)
    },
  )

  test('an argument beyond the declared type is no wrong answer in silence', async () => {
    const large = calls('f', [[[3_000_000_000], 3_000_000_000]])
    const verdict = await judge.judge({ language: 'cpp', code: 'long f(int a) { return a; }' }, large)
    expect(verdict).toMatchObject({ kind: 'runtime-error', message: expect.stringContaining('does not fit') })
  })

  test('a suite calls one function', async () => {
    const two = [...calls('f', [[[1], 1]]).tests, ...calls('g', [[[1], 1]]).tests]
    expect(await python('', { ...calls('f', []), tests: two })).toEqual({
      kind: 'unjudged',
      reason: 'the suite calls several functions (f, g)',
    })
  })

  test('a tolerance holds for what is returned', async () => {
    const third = calls('f', [[[1], [0.333333]]], { kind: 'words', tolerance: 1e-5 })
    expect((await python('def f(a):\n    return [a / 3]', third)).kind).toBe('passed')
  })
})

describe('its life', () => {
  const endless = stdin([['', '']])

  test('more answers than slots wait for their turn', async () => {
    const codes = Array.from({ length: 9 }, (_, index) => `print(${index % 3 === 0 ? 1 : 2})`)
    const verdicts = await Promise.all(codes.map((code) => python(code, stdin([['', '1\n']]))))
    expect(verdicts.map(({ kind }) => kind === 'passed')).toEqual(codes.map((code) => code === 'print(1)'))
  })

  test('one that is given up is ended at once, and the judge goes on', async () => {
    const controller = new AbortController()
    const running = [1, 2, 3].map(() => python('while True: pass', endless, controller.signal))
    const settled = Promise.allSettled(running)
    setTimeout(() => controller.abort(new Error('enough')), 300)
    for (const result of await settled) {
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
    }
    expect((await python('print(1)', stdin([['', '1\n']]))).kind).toBe('passed')
  })

  test('a runner that dies costs no verdict', async () => {
    const verdict = python('import time\ntime.sleep(1)\nprint(1)', stdin([['', '1\n']]))
    await new Promise((resolve) => setTimeout(resolve, 500))
    for (const pid of runnersIn(folder)) process.kill(pid, 'SIGKILL')
    expect(await verdict).toEqual({ kind: 'passed' })
  })

  test('a judge that is closed rejects what it has not judged, and leaves nothing', async () => {
    const other = mkdtempSync(join(tmpdir(), 'gepo-test-'))
    chmodSync(other, 0o755)
    const closing = await openJudge({ slots: 1, temporaryFolder: other })
    const running = [1, 2].map(() => closing.judge({ language: 'bash', code: 'sleep 999' }, endless))
    const settled = Promise.allSettled(running)
    await new Promise((resolve) => setTimeout(resolve, 200))
    await closing.close()
    for (const result of await settled)
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'the judge is closed' } })
    await expect(closing.judge({ language: 'bash', code: '' }, endless)).rejects.toThrow(
      'the judge is closed',
    )
    expect(readdirSync(other)).toEqual([])
    await expect.poll(() => runnersIn(other)).toEqual([])
    rmSync(other, { recursive: true })
  })
})

describe('a judge that is closed at any moment', () => {
  test.each([0, 5, 20, 50, 100, 200, 400])('after %i ms, leaves nothing', async (afterMs) => {
    const parent = mkdtempSync(join(tmpdir(), 'gepo-test-'))
    chmodSync(parent, 0o755)
    const closing = await openJudge({ slots: 2, temporaryFolder: parent })
    const languages = ['cpp', 'cpp', 'java', 'bash', 'cpp'] as const
    const judged = languages.map((language) => closing.judge({ language, code: '' }, stdin([['', '1']])))
    const settled = Promise.allSettled(judged)
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    await closing.close()
    for (const result of await settled)
      if (result.status === 'rejected')
        expect(result.reason).toMatchObject({ message: 'the judge is closed' })
    expect(readdirSync(parent)).toEqual([])
    // The kernel ends what was inside a moment after what was around it.
    await expect.poll(() => runnersIn(parent)).toEqual([])
    rmSync(parent, { recursive: true })
  })
})

/** Outermost processes of boxes whose folder is there. */
function runnersIn(parent: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(`${parent}/`)
      } catch {
        return false
      }
    })
    .map(Number)
}
