/** docs/serve.md: its examples work as they stand. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { scratchFolder } from '../scratch-folder.ts'
import { echoProblem, openTestServer, post, type TestServer } from './open-test-server.ts'

const ROOT = join(import.meta.dirname, '../..')
const page = readFileSync(join(ROOT, 'docs/serve.md'), 'utf8')
const example = (opening: string) => page.split(opening)[1]!.split('```')[0]!
const TOKEN = 'a-token-of-some-length'

let server: TestServer
const folder = scratchFolder()
beforeAll(async () => {
  server = await openTestServer({ slots: 1, queue: 1, token: TOKEN })
  writeFileSync(join(folder, 'gepo_reward.py'), example('```python\n# gepo_reward.py\n'))
})
afterAll(() => server.close())

async function python(script: string): Promise<unknown> {
  const env = { GEPO_URL: server.url, GEPO_TOKEN: TOKEN, PYTHONPATH: folder, PYTHONDONTWRITEBYTECODE: '1' }
  const { stdout } = await execa('python3', ['-c', `import json\nfrom gepo_reward import *\n${script}`], {
    env,
  })
  return JSON.parse(stdout)
}

const problem = JSON.stringify(echoProblem('1', '2'))
const answer = (code: string) => `\`\`\`python\n${code}\n\`\`\``
const right = answer('print(int(input()) + 1)')

describe('docs/serve.md', () => {
  it('shows a request that is answered', async () => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` }
    const body = page.split('## Judge\n\n```json\n')[1]!.split('\n```\n\n')[0]!
    expect(await post(server, '/judge', body, { headers })).toMatchObject({ body: { kind: 'passed' } })
  })

  it('has a reward function for TRL that asks again where the server is full', async () => {
    const answers = Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? right : 'no idea'))
    const columns = `${JSON.stringify(answers)}, language=["python"] * 12, problem=[${JSON.stringify(problem)}] * 12, more=[]`
    const expected = answers.map((text) => (text === right ? 1 : 0))
    expect(await python(`print(json.dumps(passed(${columns})))`)).toEqual(expected)
    const chats = JSON.stringify([[{ role: 'assistant', content: right }]])
    expect(
      await python(`print(json.dumps(passed(${chats}, ["python"], [${JSON.stringify(problem)}])))`),
    ).toEqual([1])
  })

  it('has one for verl, which makes no reward of what it does not know', async () => {
    const truth = JSON.stringify(JSON.stringify({ language: 'python', problem }))
    const score = (text: string) =>
      python(`print(json.dumps(compute_score("x", ${JSON.stringify(text)}, ${truth}, extra_info={})))`)
    expect(await score(right)).toBe(1)
    expect(await score(answer('print(3)'))).toBe(0)
    const refused = JSON.stringify(JSON.stringify({ language: 'python', problem: '{}' }))
    await expect(python(`print(compute_score("x", "y", ${refused}))`)).rejects.toThrow(
      /RuntimeError: The field "problem" is not a problem/,
    )
  })
})
