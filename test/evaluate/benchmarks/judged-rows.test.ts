/** Rows in MultiPL-E's form, of a problem of our own, in each language that is installed: what passes, raw and in chat. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerProgram, cutAtStop } from '../../../src/evaluate/answer-program.ts'
import { MULTIPL_E } from '../../../src/evaluate/benchmarks/multipl-e.ts'
import type { PromptForm } from '../../../src/evaluate/evaluation-config.ts'
import { findPrograms } from '../../../src/judge/find-programs.ts'
import type { Judge } from '../../../src/judge/judge.ts'
import { definitionOf } from '../../../src/judge/languages/languages.ts'
import { openJudge } from '../../../src/judge/open-judge.ts'
import type { BenchmarkProblem } from '../../../src/records/benchmark-problem.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { writeLines } from '../small-benchmark.ts'

const ROWS = [
  {
    language: 'cpp',
    prompt: '#include<assert.h>\n#include<bits/stdc++.h>\n// Twice the number.\nlong twice(long n) {\n',
    right: '    return n + n;\n}',
    tests: '}\nint main() {\n    auto candidate = twice;\n    assert(candidate((3)) == (6));\n}\n',
    stop_tokens: ['\n}'],
    main: 'int main() { return twice(1); }\n',
  },
  {
    language: 'java',
    prompt:
      'import java.util.*;\nclass Problem {\n    // Twice the number.\n    public static long twice(long n) {\n',
    right: '        return n + n;\n    }\n',
    tests:
      '    }\n    public static void main(String[] args) {\n    assert(twice((3l)) == (6l));\n    }\n\n}\n',
    stop_tokens: ['\n    }\n'],
    main: '    public static void main(String[] args) { System.exit(0); }\n}\n',
  },
  {
    language: 'cs',
    prompt:
      'using System;\nusing System.Diagnostics;\nclass Problem {\n    // Twice the number.\n    public static long Twice(long n) {\n',
    right: '        return n + n;\n    }\n',
    tests:
      '    }\n    public static void Main(string[] args) {\n    Debug.Assert(Twice((3L)) == (6L));\n    }\n\n}\n',
    stop_tokens: ['\n    }\n'],
    main: '    public static void Main(string[] args) { }\n}\n',
  },
  {
    language: 'scala',
    prompt:
      'import scala.math._\nobject Problem {\n    // Twice the number.\n    def twice(n : Long) : Long = {\n',
    right: '        n + n\n    }\n',
    tests: '    }\n    def main(args: Array[String]) = {\n    assert(twice((3l)) == (6l));\n    }\n\n}\n',
    stop_tokens: ['\n    }\n'],
    main: '    def main(args: Array[String]): Unit = { }\n}\n',
  },
  {
    language: 'php',
    prompt: '<?php\n// Twice the number.\nfunction twice($n) {\n',
    right: '    return $n + $n;\n}\n',
    tests:
      'function candidate(...$args) {\n    return twice(...$args);\n}\n\nfunction test(): void {\n    if (candidate(3) !== 6) { throw new Exception("Test failed!"); }\n}\n\ntest();',
    stop_tokens: ['\nfunction', '\n?>', '\n//', '\n#'],
    main: '',
  },
  {
    language: 'js',
    prompt: '//Twice the number.\nfunction twice(n){\n',
    right: '  return n + n;\n}\n',
    tests:
      "const assert = require('node:assert');\n\n\nfunction test() {\n  let candidate = twice;\n  assert.deepEqual(candidate(3),6);\n}\n\ntest();",
    stop_tokens: ['\nfunction ', '\n/*', '\n//', '\nconsole.log'],
    main: '',
  },
  {
    language: 'ts',
    prompt: '//Twice the number.\nfunction twice(n: number): number {\n',
    right: '  return n + n;\n}\n',
    tests:
      "declare var require: any;\nconst assert = require('node:assert');\n\n\nfunction test() {\n  let candidate = twice;\n  assert.deepEqual(candidate(3),6);\n}\n\ntest();",
    stop_tokens: ['\nfunction ', '\n/*', '\n//', '\nclass'],
    main: '',
  },
  {
    language: 'sh',
    prompt: '#!/bin/bash\n# Twice the number.\n#\n# $1 is an integer\ntwice() {\n',
    right: '    echo $(( $1 + $1 ))\n}\n',
    tests:
      '}\n\ncandidate() {\n    twice "$@"\n}\n\nset -e\nrun_test() {\n    [[ $(candidate "3") = "6" ]]\n}\n\nrun_test',
    stop_tokens: ['\n}'],
    main: '',
  },
  {
    language: 'go_test.go',
    prompt:
      'package twice_test\n\nimport (\n    "testing"\n    "fmt"\n)\n\n// Twice the number.\nfunc twice(n int) int {\n',
    right: '    return n + n\n}\n',
    tests:
      'func TestTwice(t *testing.T) {\n  candidate := twice\n\tif fmt.Sprintf("%v", candidate(3)) != fmt.Sprintf("%v", 6) {\n\t\tt.Errorf("no")\n\t}\n}\n',
    stop_tokens: ['\nfunc', 'struct', '\n// '],
    main: '',
  },
  {
    language: 'rs',
    prompt: '/// Twice the number.\nfn twice(n: isize) -> isize {\n',
    right: '    n + n\n}\n',
    tests: '}\n\nfn main() {\n    let candidate = twice;\n    assert_eq!(candidate(3), 6);\n}\n',
    stop_tokens: ['\n}'],
    main: 'fn main() { }\n',
  },
  {
    language: 'hs',
    prompt: '-- | Twice the number.\ntwice :: Int -> Int\ntwice n =',
    right: ' n + n\n',
    tests:
      '\nmain :: IO ()\nmain = do  let candidate = twice\n           if candidate 3 == 6 then pure () else error "assertion failed"\n           pure ()\n',
    stop_tokens: ['\n\n', '\n{-', '\ntype', '\ndata', '\nnewtype'],
    main: '',
  },
] as const

let judge: Judge
beforeAll(async () => {
  judge = await openJudge({ slots: 2 })
})
afterAll(() => judge.close())

const folder = scratchFolder()

/** Some compile their libraries at their first use, on a machine that may be busy. */
const COMPILERS_MS = 900_000

async function problemOf({
  language,
  prompt,
  tests,
  stop_tokens,
}: (typeof ROWS)[number]): Promise<BenchmarkProblem> {
  const row = { name: 'HumanEval_900_twice', language, prompt, tests, stop_tokens }
  for await (const { reading } of MULTIPL_E.readFile(writeLines(join(folder, 'row.jsonl'), [row])))
    if (reading.kind === 'problem') return reading.problem
  throw new Error('no problem')
}

async function judged(problem: BenchmarkProblem, style: PromptForm, text: string): Promise<string> {
  const reading = answerProgram(problem, style, text)
  if (reading.kind === 'format-error') return reading.kind
  return (await judge.judge(reading.program, problem.suite)).kind
}

const isInstalled = async (row: (typeof ROWS)[number]) =>
  findPrograms(definitionOf((await problemOf(row)).target)) !== undefined
const installed: (typeof ROWS)[number][] = []
for (const row of ROWS) if (await isInstalled(row)) installed.push(row)

describe('a row', () => {
  it.each(installed)(
    'in $language: a right answer passes, raw and in chat, and a wrong one does not',
    async (row) => {
      const problem = await problemOf(row)
      const { prompt, right, main } = row
      const whole = `\`\`\`${problem.target}\n${prompt}${right}${main}\n\`\`\`\n`
      expect({
        // A server strips the stop string, and with it the brace where that is one.
        raw: await judged(problem, 'raw', cutAtStop(right, row.stop_tokens)),
        wrong: await judged(problem, 'raw', right.replace('+', '-')),
        // In chat an answer is whole, and may have a main program of its own.
        chat: await judged(problem, 'chat', whole),
      }).toEqual({
        raw: 'passed',
        wrong: expect.stringMatching(/^(?:runtime|compile)-error$/),
        chat: 'passed',
      })
    },
    COMPILERS_MS,
  )

  it('is judged in five languages at least', () => {
    expect(installed.length).toBeGreaterThanOrEqual(5)
  })
})
