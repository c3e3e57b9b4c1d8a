/** Two small problems in the form of HumanEval-X, in three languages. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const DOUBLE_TESTS =
  'def check(double_all):\n' +
  [[], [1], [2, 3], [-4], [0, 0, 5], [7, -7]]
    .map((list) => `    assert double_all([${list}]) == [${list.map((each) => each * 2 || 0)}]\n`)
    .join('')

const ROWS = {
  python: [
    {
      task_id: 'Python/0',
      prompt: 'def double_all(numbers):\n    """ doubles """\n',
      declaration: 'def double_all(numbers):\n',
      canonical_solution: '    return [2 * each for each in numbers]\n',
      test: DOUBLE_TESTS,
      example_test: 'def check(double_all):\n    assert double_all([9]) == [18]\n',
    },
    {
      task_id: 'Python/1',
      prompt: '',
      declaration: 'def shout(text):\n    import re\n    "\n\n words that are left',
      canonical_solution: '    return text.upper()\n',
      test: 'def check(shout):\n    assert shout("a") == "A"\n',
    },
  ],
  java: [
    {
      task_id: 'Java/0',
      prompt: '',
      declaration:
        'import java.util.*;\n\nclass Solution {\n    public List<Integer> doubleAll(List<Integer> numbers) {\n',
      canonical_solution:
        '        List<Integer> all = new ArrayList<>();\n        for (int each : numbers) all.add(2 * each);\n        return all;\n    }\n}',
      test: '',
    },
  ],
  go: [
    {
      task_id: 'Go/0',
      prompt:
        'import (\n    "math"\n)\n\nfunc twice(n int) int { return 2 * n }\n\n// Doubles.\n// [1] gives [2]\nfunc DoubleAll(numbers []int) []int {\n',
      declaration: '\nfunc DoubleAll(numbers []int) []int {\n',
      canonical_solution:
        '    sort.Ints(nil)\n    for i := range numbers {\n        numbers[i] = twice(numbers[i])\n    }\n    return numbers\n}\n',
      test: '',
    },
  ],
}

/** Rows of Python lie packed, the others not. */
export function writeHumanEvalX(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const [word, rows] of Object.entries(ROWS)) {
    const text = rows.map((row) => `${JSON.stringify(row)}\n`).join('')
    if (word === 'python') writeFileSync(join(folder, `humaneval_${word}.jsonl.gz`), gzipSync(text))
    else writeFileSync(join(folder, `humaneval_${word}.jsonl`), text)
  }
  return folder
}
