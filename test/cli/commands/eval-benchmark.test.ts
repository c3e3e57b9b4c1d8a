import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readResults } from '../../../src/evaluate/results-folder.ts'
import { SMALL_PROBLEMS, writeAnswers, writeRows } from '../../evaluate/small-benchmark.ts'
import { type StubRequest, startStubEndpoint } from '../../evaluate/stub-endpoint.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { run } from '../captured-context.ts'

const BIN = join(import.meta.dirname, '../../../bin/gepo.mjs')
const folder = scratchFolder()
const rows = writeRows(folder)
const answers = writeAnswers(folder)
const benchmark = ['eval', '--benchmark', 'multipl-e', '--from', rows, '--prompt', 'raw']
const toEndpoint = (url: string, out: string) => [
  ...benchmark,
  ...['--endpoint', url, '--model', 'tiny', '--concurrency', '1', '--jobs', '1', '--json', '--out', out],
]
const completionFor = ({ body }: StubRequest) =>
  SMALL_PROBLEMS.find(({ prompt }) => prompt.trim() === body.prompt)!.completion

describe('gepo eval --benchmark', () => {
  it('prints a table, and says where everything is', async () => {
    const out = join(folder, 'table')
    const { exit, stdout, stderr } = await run([...benchmark, '--answers', answers, '--out', out])
    expect({ exit, stderr: stderr.includes('"event":"benchmark"') }).toEqual({ exit: 0, stderr: true })
    expect(stdout).toMatch(
      /^language +problems +judged +pass@1 +95 % interval +best possible +unjudged +missing +cut off$/m,
    )
    expect(stdout).toMatch(/^Python +4 +4 +75\.00 +30\.06 - 95\.44 +100\.00 +0 +0 +0$/m)
    expect(stdout).toMatch(/^verdicts +passed +runtime-error$/m)
    expect(stdout).toContain(`are in ${out}`)
  })

  it('says what is missing, and ends with 3', async () => {
    const some = join(folder, 'some.jsonl')
    writeFileSync(some, readFileSync(answers, 'utf8').split('\n').slice(1).join('\n'))
    const { exit, stdout } = await run([...benchmark, '--answers', some, '--out', join(folder, 'some')])
    expect(exit).toBe(3)
    expect(stdout).toMatch(/^ {2}1 {2}the file has no such answer$/m)
  })

  it('has the same table after it was killed in the middle and begun again', async () => {
    const [whole, killed] = [join(folder, 'whole'), join(folder, 'killed')]
    let kill = () => {}
    let killing = false
    const stub = await startStubEndpoint(async (request, n) => {
      if (killing && n === 2) {
        // Two answers are on their way to the disk, or are there.
        kill()
        return { waitMs: 60_000 }
      }
      return { text: completionFor(request) }
    })
    try {
      const straight = await run(toEndpoint(stub.url, whole))
      expect(straight.exit).toBe(0)

      stub.requests.length = 0
      killing = true
      const child = spawn(process.execPath, [BIN, ...toEndpoint(stub.url, killed)], { stdio: 'ignore' })
      kill = () => void child.kill('SIGKILL')
      const signal = await new Promise((resolve) => child.on('exit', (_code, name) => resolve(name)))
      expect(signal).toBe('SIGKILL')
      expect(readResults(killed).answers.size).toBe(2)

      killing = false
      stub.requests.length = 0
      const again = await run(toEndpoint(stub.url, killed))
      expect(again.exit).toBe(0)
      // What was answered is not asked for again.
      expect(stub.requests.map(({ body }) => body.prompt)).toEqual(
        SMALL_PROBLEMS.slice(2).map(({ prompt }) => prompt.trim()),
      )
      expect(JSON.parse(again.stdout).scores).toEqual(JSON.parse(straight.stdout).scores)
    } finally {
      await stub.close()
    }
  })

  it.each<[string, string[], RegExp]>([
    ['no benchmark and no configuration', ['eval'], /Name a training's configuration, or a --benchmark/],
    ['an unknown benchmark', ['eval', '--benchmark', 'multiple', '--out', 'x'], /choices are multipl-e, /],
    ['no folder', [...benchmark, '--answers', answers], /as --out/],
    ['nobody to answer', [...benchmark, '--out', 'x'], /--model <folder>, --endpoint <url>.*--answers/],
    [
      'a language that it has not',
      [...benchmark, '--answers', answers, '--out', 'x', '--languages', 'pyton'],
      /did you mean python\?/,
    ],
    [
      'a seed for answers that are there',
      [...benchmark, '--answers', answers, '--out', 'x', '--seed', '1'],
      /--seed has no meaning with --answers/,
    ],
    [
      'a timeout for a model',
      [...benchmark, '--model', 'm', '--out', 'x', '--timeout', '3'],
      /--timeout has no meaning without --endpoint/,
    ],
    [
      'an address that is none',
      [...benchmark, '--endpoint', 'localhost', '--model', 'm', '--out', 'x'],
      /no address.*http:\/\/127\.0\.0\.1:8000\/v1/,
    ],
    ['many greedy answers', [...benchmark, '--model', 'm', '--out', 'x', '--samples', '5'], /--temperature/],
    [
      'fields that are no object',
      [...benchmark, '--endpoint', 'http://a/v1', '--model', 'm', '--out', 'x', '--request-fields', '[1]'],
      /must be a JSON object/,
    ],
    [
      'a model that is not there',
      [...benchmark, '--model', 'nowhere', '--out', 'x'],
      /nowhere has no tokenizer\.json/,
    ],
    [
      'rows without a place',
      ['eval', '--benchmark', 'crosspleval', '--answers', answers, '--out', 'x'],
      /no data set on the hub.*--from/,
    ],
    [
      'a configuration beside it',
      [...benchmark, 'my.yaml', '--answers', answers, '--out', 'x'],
      /leave one of them out/,
    ],
    [
      'a split',
      [...benchmark, '--split', 'test', '--answers', answers, '--out', 'x'],
      /--split, --groups and --set/,
    ],
    ['a share above 1', [...benchmark, '--top-p', '2'], /from 0 to 1/],
    ['numbers for k that are none', [...benchmark, '--answers', answers, '--out', 'x', '--k', '0'], /--k 0/],
  ])('refuses %s in a sentence', async (_, argv, sentence) => {
    const { exit, stderr, stdout } = await run(argv)
    expect({ exit, stdout, lines: stderr.trimEnd().split('\n').length }).toEqual({
      exit: 2,
      stdout: '',
      lines: 1,
    })
    expect(stderr).toMatch(sentence)
  })
})
