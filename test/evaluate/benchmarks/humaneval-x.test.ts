import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answerProgram } from '../../../src/evaluate/answer-program.ts'
import { HUMANEVAL_X } from '../../../src/evaluate/benchmarks/humaneval-x.ts'
import type { BenchmarkProblem } from '../../../src/records/benchmark-problem.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { writeLines } from '../small-benchmark.ts'

const folder = scratchFolder()

async function problemOf(given: object): Promise<BenchmarkProblem> {
  for await (const { reading } of HUMANEVAL_X.readFile(writeLines(join(folder, 'row.jsonl'), [given]))) {
    if (reading.kind === 'problem') return reading.problem
    throw new Error(JSON.stringify(reading))
  }
  throw new Error('no row')
}
const testsOf = ({ suite }: BenchmarkProblem) =>
  suite.tests.map((test) => (test.kind === 'code' ? test.code : test.kind))

describe('a row', () => {
  it('has the imports that only its declaration names', async () => {
    const problem = await problemOf({
      task_id: 'CPP/900',
      prompt: '#include<vector>\nint twice(int n){\n',
      declaration: '#include<vector>\n#include<algorithm>\nint twice(int n){\n',
      test: 'int main(){ assert (twice(2)==4); }\n',
    })
    expect(problem).toMatchObject({ id: 'cpp/CPP/900', target: 'cpp', unanswerable: null })
    expect(answerProgram(problem, 'raw', '    return 2*n;\n}\n\n')).toMatchObject({
      program: { code: '#include<algorithm>\n#include<vector>\nint twice(int n){\n    return 2*n;\n}\n' },
    })
  })

  it('in Go gets the packages that it uses, whatever its prompt imports', async () => {
    const problem = await problemOf({
      task_id: 'Go/900',
      prompt: 'import (\n    "strings"\n)\n\nfunc Twice(n int) string {\n',
      declaration: 'func Twice(n int) string {\n',
      test: 'func TestTwice(t *testing.T) {\n    assert := assert.New(t)\n    assert.Equal("4", Twice(2))\n}\n',
      test_setup: 'package main\n\nimport (\n    "testing"\n    "github.com/stretchr/testify/assert"\n)\n',
    })
    const body = '    return strconv.Itoa(2 * n)'
    expect(answerProgram(problem, 'raw', body)).toMatchObject({
      program: { code: `import (\n\t"strconv"\n)\n\nfunc Twice(n int) string {\n${body}\n}\n` },
    })
    expect(testsOf(problem)).toEqual([expect.stringMatching(/^package main[\s\S]*\nfunc TestTwice/)])
  })

  it('in Rust asks without crates', async () => {
    const rust = (test: string) =>
      problemOf({
        task_id: 'Rust/900',
        prompt: '/* Twice. */\n',
        declaration: 'use std::cmp;\nuse rand::Rng;\nfn twice(n: i32) -> i32 {\n',
        test,
      })
    const test =
      'mod tests {\n    use super::*;\n    #[test]\n    fn test_twice() {\n        assert_eq!(twice(2), 4);\n    }\n}\n'
    const problem = await rust(test)
    expect(problem.completion?.prompt).toBe('/* Twice. */\nuse std::cmp;\nfn twice(n: i32) -> i32 {\n')
    expect(testsOf(problem)).toEqual([test])
    expect(problem.unanswerable).toBeNull()
    expect((await rust(test.replace('2)', 'rand::random())'))).unanswerable).toMatch(/crate rand/)
    // Its test is in a comment: nothing is left that could be judged.
    expect(testsOf(await rust(`/*\n${test}*/`))).toEqual([])
  })
})
