import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../captured-context.ts'

let folder: string
const at = (name: string) => join(folder, name)

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
  const tests = [1, 2].map((n) => ({ kind: 'stdin', input: `${n}\n`, output: `${n * n}\n` }))
  const files = {
    'problem.json': JSON.stringify({ tests }),
    'broken.json': JSON.stringify({ tests: [{ kind: 'stdin', input: 1, output: '' }] }),
    'right.py': 'print(int(input()) ** 2)',
    'wrong.py': 'print("\x1b[31m" + input())',
    'right.md': 'So:\n```bash\nread -r n; echo $((n * n))\n```\n',
    'two.md': '```bash\ntrue\n```\n```bash\ntrue\n```\n',
    'call.json': JSON.stringify({ tests: [{ kind: 'call', name: 'f', arguments: [['a b']], result: 1 }] }),
    'right.sh': 'f() { echo 1; }',
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(at(name), content)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('gepo judge', () => {
  it('ends with 0 where every test is passed', async () => {
    expect(await run(['judge', at('problem.json'), at('right.py')])).toEqual({
      exit: 0,
      stdout: 'passed (2 tests)\n',
      stderr: '',
    })
  })

  it('ends with 1, the test and both outputs, made harmless, where one is not', async () => {
    expect(await run(['judge', at('problem.json'), at('wrong.py')])).toEqual({
      exit: 1,
      stdout: 'wrong-answer in test 1 of 2\nexpected\n  1\ngot\n  \\x1b[31m1\n',
      stderr: '',
    })
  })

  it('finds the program in an answer of a model', async () => {
    const { exit } = await run(['judge', at('problem.json'), at('right.md'), '--language', 'bash'])
    expect(exit).toBe(0)
  })

  it('prints the verdict for machines', async () => {
    const { exit, stdout } = await run([
      ...['judge', at('problem.json'), at('two.md'), '--language', 'bash', '--json'],
    ])
    expect(exit).toBe(1)
    expect(JSON.parse(stdout)).toEqual({
      kind: 'format-error',
      message: '2 blocks are marked as bash; there must be one',
    })
  })

  it('ends with 3 and the reason where it cannot judge', async () => {
    const { exit, stdout } = await run(['judge', at('call.json'), at('right.sh')])
    expect({ exit, stdout }).toEqual({
      exit: 3,
      stdout: 'unjudged\n  test 0 has values that Bash has no form for\n',
    })
  })

  it('ends with 3 where there is no sandbox for it', async () => {
    process.env.GEPO_JUDGE_BOX = at('none')
    try {
      const { exit, stdout } = await run(['judge', at('problem.json'), at('right.py')])
      expect({ exit, stdout }).toEqual({ exit: 3, stdout: expect.stringContaining('runner is not built') })
    } finally {
      delete process.env.GEPO_JUDGE_BOX
    }
  })

  it.each([
    [['broken.json', 'right.py'], 'tests[0].input must be text'],
    [['none.json', 'right.py'], 'cannot be read'],
    [['problem.json', 'none.py'], 'cannot be read'],
    [['problem.json', 'right.md'], 'name it with --language'],
    [['problem.json', 'right.py', '--language', 'pyhton'], 'did you mean python?'],
  ])('ends with 2 and a sentence for %j', async ([problem, answer, ...flags], sentence) => {
    const { exit, stderr } = await run(['judge', at(problem!), at(answer!), ...flags])
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(sentence) })
  })
})
