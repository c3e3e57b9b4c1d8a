/** SandboxFusion's endpoints: what its clients send, and what they read of the answers. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DEFINITIONS } from '../../src/judge/languages/languages.ts'
import { isCompiled } from '../../src/serve/sandbox-fusion/languages.ts'
import { FIXTURES } from '../judge/fixture-answers.ts'
import { installed } from '../judge/suites.ts'
import { openTestServer, post, type TestServer } from './open-test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openTestServer()
})
afterAll(() => server.close())
afterEach(() => expect(server.bugs).toEqual([]))

/** As verl's reward sends it. */
const verl = {
  compile_timeout: 10,
  run_timeout: 10,
  stdin: null as string | null,
  memory_limit_MB: 1024,
  language: 'python',
  files: {},
  fetch_files: [],
}
const run = async (body: object) => post(server, '/run_code', { ...verl, ...body })

describe('POST /run_code', () => {
  it('says what a program printed and how it ended', async () => {
    const code = 'import sys\nprint(input())\nprint("why", file=sys.stderr)'
    expect(await run({ code, stdin: 'given' })).toMatchObject({
      status: 200,
      body: {
        status: 'Success',
        message: '',
        compile_result: null,
        run_result: {
          status: 'Finished',
          return_code: 0,
          stdout: 'given\n',
          stderr: 'why\n',
          execution_time: expect.any(Number),
        },
        executor_pod_name: null,
        files: {},
      },
    })
  })

  it.each([
    ['an exit status', { code: 'raise SystemExit(3)' }, { status: 'Finished', return_code: 3 }],
    ['a signal', { code: 'import os\nos.kill(os.getpid(), 11)' }, { status: 'Finished', return_code: -11 }],
    [
      'no end, counted by CPU time',
      { code: 'print("begun", flush=True)\nwhile True: pass', run_timeout: 0.5 },
      { status: 'TimeLimitExceeded', return_code: null, stdout: 'begun\n' },
    ],
    [
      'no end, asleep',
      { code: 'import time\ntime.sleep(60)', run_timeout: 0.5 },
      { status: 'TimeLimitExceeded', return_code: null },
    ],
    [
      'too much memory',
      { code: 'x = b"x" * (10 ** 9)', memory_limit_MB: 128 },
      { status: 'Finished', return_code: expect.any(Number) },
    ],
  ])('fails %s', async (_name, body, run_result) => {
    const answered = await run(body)
    expect(answered).toMatchObject({ status: 200, body: { status: 'Failed', run_result } })
    expect(answered.body.run_result.return_code).not.toBe(0)
  })

  it('has the compiler’s words, and no run, where a program does not compile', async () => {
    expect(await run({ language: 'cpp', code: 'int main() { return lost; }' })).toMatchObject({
      status: 200,
      body: {
        status: 'Failed',
        compile_result: { status: 'Finished', return_code: 1, stderr: expect.stringContaining('lost') },
        run_result: null,
      },
    })
  })

  it('takes numbers as Python writes them', async () => {
    const body = JSON.stringify({ ...verl, code: 'print(1)' }).replace(
      '"run_timeout":10',
      '"run_timeout":10.0',
    )
    expect(await post(server, '/run_code', body)).toMatchObject({ body: { status: 'Success' } })
  })

  it('needs no more than a program and its language', async () => {
    const answered = await post(server, '/run_code', { code: 'print(1)', language: 'python' })
    expect(answered).toMatchObject({ body: { status: 'Success', run_result: { stdout: '1\n' } } })
  })

  it.each([
    ['files', { files: { 'a.txt': 'YQ==' } }, /"files" and "fetch_files"/],
    ['files to give back', { fetch_files: ['a.txt'] }, /"files" and "fetch_files"/],
    ['another language', { language: 'lean' }, /"language" .* must be one of python, /],
    ['too much time', { run_timeout: 1000 }, /--max-test-seconds/],
    ['too much memory', { memory_limit_MB: 10_000 }, /--max-memory-mib/],
    ['too little memory', { memory_limit_MB: 3 }, /at least 64/],
    ['no time', { run_timeout: 0 }, /above 0/],
  ])('refuses %s', async (_name, body, sentence) => {
    expect(await run({ code: 'print(1)', ...body })).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(sentence) },
    })
  })

  it('takes files that are none', async () => {
    expect(await run({ code: 'print(1)', files: { 'a.txt': null } })).toMatchObject({ status: 200 })
  })

  const languages = DEFINITIONS.map(({ language }) => language)
  it.each(languages.filter(installed))('runs %s', { timeout: 300_000 }, async (language) => {
    const file = readdirSync(join(FIXTURES, language)).find((name) => name.startsWith('right.'))!
    const code = readFileSync(join(FIXTURES, language, file), 'utf8')
    const name = language === 'javascript' ? 'nodejs' : language
    const { body } = await run({ language: name, code, stdin: '3\n1 2 3\n' })
    expect(body).toMatchObject({ status: 'Success', run_result: { return_code: 0, stdout: '6\n' } })
    if (isCompiled(language))
      expect(body.compile_result).toMatchObject({ status: 'Finished', return_code: 0 })
    else expect(body.compile_result).toBe(null)
  })

  it.each(languages.filter((language) => !installed(language)))(
    'says that nothing is known of %s, which is not installed',
    async (language) => {
      const { body } = await run({ language, code: '' })
      expect(body).toMatchObject({
        status: 'SandboxError',
        message: expect.stringContaining('not installed'),
      })
    },
  )
})

describe('POST /submit', () => {
  const test = (stdin: string, stdout: string) => ({ input: { stdin }, output: { stdout } })
  const submission = (completion: string, tests: unknown, config: object = {}) =>
    post(server, '/submit', {
      dataset: 'any',
      id: 7,
      completion,
      config: {
        language: 'python',
        locale: 'en',
        provided_data: { id: 7, test: tests },
        extra: {},
        ...config,
      },
    })
  const answer = '```python\nprint(int(input()) * 2)\n```'

  it('accepts a program that passes all tests', async () => {
    const { body } = await submission(answer, [test('1', '2'), test('4', '8')])
    expect(body).toMatchObject({
      id: 7,
      accepted: true,
      extracted_code: 'print(int(input()) * 2)\n',
      tests: [
        {
          passed: true,
          exec_info: { status: 'Success', run_result: { stdout: '2\n' } },
          test_info: test('1', '2'),
        },
        { passed: true, exec_info: { status: 'Success', run_result: { stdout: '8\n' } } },
      ],
    })
  })

  it('stops at the first test that is not passed, unless told to run all', async () => {
    const tests = JSON.stringify([test('1', '3'), test('4', '8')])
    const passed = async (config: object) =>
      (await submission(answer, tests, config)).body.tests.map((one: { passed: boolean }) => one.passed)
    expect((await submission(answer, tests)).body.accepted).toBe(false)
    expect(await passed({})).toEqual([false])
    expect(await passed({ extra: { run_all_cases: true } })).toEqual([false, true])
  })

  it('does not accept what does not compile, or is no program', async () => {
    const broken = await submission('```cpp\nint main() {\n```', [test('', '')], { language: 'cpp' })
    expect(broken.body).toMatchObject({
      accepted: false,
      tests: [{ passed: false, exec_info: { compile_result: { return_code: 1 }, run_result: null } }],
    })
    expect((await submission('no program', [test('', '')])).body).toMatchObject({
      accepted: false,
      tests: [],
    })
  })

  it.each([
    ['data sets', { provided_data: undefined }, /no data sets here/],
    ['programs that read answers', { custom_extract_logic: 'print(1)' }, /in the sandbox alone/],
    [
      'tests with files',
      { provided_data: { test: [{ input: { stdin: '', 'a.txt': '' }, output: { stdout: '' } }] } },
      /a\.txt/,
    ],
    ['no tests', { provided_data: { test: [] } }, /at least one test/],
  ])('refuses %s', async (_name, config, sentence) => {
    expect(await submission(answer, [test('1', '2')], config)).toMatchObject({
      status: 422,
      body: { error: expect.stringMatching(sentence) },
    })
  })
})
