import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { answerProgram } from '../../../src/evaluate/answer-program.ts'
import { MULTIPL_E, MULTIPL_E_MBPP } from '../../../src/evaluate/benchmarks/multipl-e.ts'
import type { BenchmarkProblem } from '../../../src/records/benchmark-problem.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { writeLines } from '../small-benchmark.ts'

const folder = scratchFolder()

const row = (
  language: string,
  prompt: string,
  tests: string,
  stops: string[],
  name = 'HumanEval_900_twice',
) => ({
  name,
  language,
  prompt,
  doctests: 'transform',
  tests,
  stop_tokens: stops,
})

async function problemOf(given: object): Promise<BenchmarkProblem> {
  for await (const { reading } of MULTIPL_E.readFile(writeLines(join(folder, 'row.jsonl'), [given]))) {
    if (reading.kind === 'problem') return reading.problem
    throw new Error(JSON.stringify(reading))
  }
  throw new Error('no row')
}

const codeTestOf = ({ suite }: BenchmarkProblem) => {
  const [test] = suite.tests
  return test?.kind === 'code' ? test.code : undefined
}
const programOf = (problem: BenchmarkProblem, text: string) => {
  const reading = answerProgram(problem, 'raw', text)
  return reading.kind === 'program' ? reading.program.code : undefined
}

describe('a row', () => {
  it('whose tests close the function leaves that to the answer', async () => {
    const problem = await problemOf(
      row(
        'cpp',
        '#include<assert.h>\nlong twice(long n) {\n',
        '}\nint main() {\n    assert(twice(2) == 4);\n}\n',
        ['\n}'],
      ),
    )
    expect(problem).toMatchObject({
      id: 'cpp/HumanEval_900_twice',
      source: null,
      target: 'cpp',
      imports: ['#include<assert.h>'],
      unanswerable: null,
    })
    expect(programOf(problem, '    return n + n;')).toBe(
      '#include<assert.h>\nlong twice(long n) {\n    return n + n;\n}\n',
    )
    expect(codeTestOf(problem)).toBe('int main() {\n    assert(twice(2) == 4);\n}\n')
    expect(problem.message).toContain('```cpp\n#include<assert.h>\nlong twice(long n) {\n```')
  })

  it('whose tests close the class too leaves both to the answer', async () => {
    const problem = await problemOf(
      row(
        'java',
        'import java.util.*;\nclass Problem {\n    public static long twice(long n) {\n',
        '    }\n    public static void main(String[] args) {\n    assert(twice(2) == 4);\n    }\n\n}\n',
        ['\n    }\n'],
      ),
    )
    expect(programOf(problem, '        return n + n;\n    }\n    int x;')).toBe(
      'import java.util.*;\nclass Problem {\n    public static long twice(long n) {\n        return n + n;\n    }\n}\n',
    )
    expect(codeTestOf(problem)).toBe(
      '    public static void main(String[] args) {\n    assert(twice(2) == 4);\n    }\n\n',
    )
  })

  it('in Go is in "go_test.go", and its answer closes itself', async () => {
    const problem = await problemOf(
      row(
        'go_test.go',
        'package twice_test\n\nfunc twice(n int) int {\n',
        'func TestTwice(t *testing.T) {\n\tfmt.Println()\n}\n',
        ['\nfunc'],
      ),
    )
    expect(problem).toMatchObject({ id: 'go/HumanEval_900_twice', target: 'go' })
    // Its tests have imports of their own, as a chat answer may lack them.
    expect(codeTestOf(problem)).toMatch(/^import \(\n\t"fmt"\n\t"testing"\n\)\nfunc TestTwice/)
    expect(programOf(problem, '\treturn n + n\n}\n\nfunc main() {')).toBe(
      'package twice_test\n\nfunc twice(n int) int {\n\treturn n + n\n}\n',
    )
  })

  it('in TypeScript wants right types', async () => {
    const problem = await problemOf(
      row('ts', 'function twice(n: number): number {\n', 'test();', ['\nclass']),
    )
    expect(problem.suite.tests).toMatchObject([{ kind: 'code', checkTypes: true }])
  })

  it('that asks for other results of 3 and 3.0 is said to be unanswerable where they are one', async () => {
    const any = (tag: string) =>
      problemOf(row(tag, 'f', tag === 'sh' ? '}\n' : '', [], 'HumanEval_92_any_int'))
    expect((await any('js')).unanswerable).toMatch(/3 and 3\.0 .* one in JavaScript/)
    expect((await any('php')).unanswerable).toBeNull()
    expect((await any('sh')).unanswerable).toBeNull()
  })

  it('in C# that asks whether two lists are one and the same is said to be unanswerable', async () => {
    const asking = (condition: string) =>
      problemOf(row('cs', 'f', `    }\n    Debug.Assert(${condition});\n    }\n\n}\n`, []))
    expect((await asking('F(1).Equals((new List<long>(new long[]{(long)1L})))')).unanswerable).toMatch(
      /Equals/,
    )
    expect((await asking('F(1).Equals(("1"))')).unanswerable).toBeNull()
    expect((await asking('F(1).Equals(null)')).unanswerable).toBeNull()
  })

  it('of a language that is not judged is told apart, and one that is damaged refused', async () => {
    await expect(problemOf(row('lua', 'f', '', []))).rejects.toThrow(
      '"kind":"other-language","language":"lua"',
    )
    await expect(problemOf(row('cpp', 'f', 'int main() {}', []))).rejects.toThrow(/do not begin by closing/)
    await expect(problemOf({ name: 'x', language: 'cpp' })).rejects.toThrow(/it lacks/)
  })
})

describe('the data sets', () => {
  it('have a configuration for each language, and Python its own', () => {
    expect(MULTIPL_E.hub?.placesOf(['python', 'csharp', 'bash'])).toEqual([
      'hf:openai/openai_humaneval?config=openai_humaneval&split=test',
      'hf:nuprl/MultiPL-E?config=humaneval-cs&split=test',
      'hf:nuprl/MultiPL-E?config=humaneval-sh&split=test',
    ])
    expect(MULTIPL_E_MBPP.languages).not.toContain('python')
    expect(MULTIPL_E_MBPP.hub?.placesOf(['rust'])).toEqual(['hf:nuprl/MultiPL-E?config=mbpp-rs&split=test'])
  })
})
