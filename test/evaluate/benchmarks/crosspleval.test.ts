import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CROSSPLEVAL } from '../../../src/evaluate/benchmarks/crosspleval.ts'
import { readBenchmark } from '../../../src/evaluate/read-benchmark.ts'
import type { CrossTask } from '../../../src/records/cross-task.ts'
import { WholeFloat } from '../../../src/records/json-value.ts'
import { DEFAULT_SUITE_LIMITS } from '../../../src/records/suite.ts'
import { scratchFolder } from '../../scratch-folder.ts'

const scratch = scratchFolder()

const task: CrossTask = {
  id: 'a'.repeat(64),
  problem: 'b'.repeat(64),
  origin: { dataset: 'set', place: 'file', row: 'Set/7' },
  license: 'MIT',
  source: { language: 'python', code: 'def half(n):\n    return n / 2\n' },
  sourceDeclaration: 'def half(n):',
  target: 'java',
  declaration: 'public static double half(double p1)',
  suite: {
    tests: [{ kind: 'call', name: 'half', arguments: [WholeFloat.of(3)], result: 1.5 }],
    comparison: { kind: 'words', tolerance: 1e-6 },
    limits: DEFAULT_SUITE_LIMITS,
  },
}

function read(...lines: object[]) {
  const path = join(scratch, 'tasks.jsonl')
  writeFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return readBenchmark(CROSSPLEVAL, { languages: ['java'], limit: null, from: [path] })
}

test('a task asks for a translation by the solution and both declarations', async () => {
  const { problems } = await read(task)
  expect(problems).toMatchObject([
    { id: 'python-java/Set/7/aaaaaaaaaaaaaaaa', source: task.source, target: 'java', completion: null },
  ])
  const [{ message, suite }] = problems as [(typeof problems)[number]]
  expect(message).toContain('Translate this Python function to Java.')
  expect(message).toContain('```python\ndef half(n):\n```')
  expect(message).toContain('```python\ndef half(n):\n    return n / 2\n```')
  expect(message).toContain('```java\npublic static double half(double p1)\n```')
  expect(JSON.stringify(suite.tests)).toContain('"arguments":[3.0]')
})

test('a line of another form is refused by its field', async () => {
  await expect(read(task, { ...task, declaration: '' })).rejects.toThrow(
    /Row 2 of .*tasks\.jsonl is none of crosspleval: declaration must not be empty/,
  )
})
