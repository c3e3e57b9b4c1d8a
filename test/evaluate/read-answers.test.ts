import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { answerProgram } from '../../src/evaluate/answer-program.ts'
import { MULTIPL_E } from '../../src/evaluate/benchmarks/multipl-e.ts'
import { readAnswers } from '../../src/evaluate/read-answers.ts'
import { readBenchmark } from '../../src/evaluate/read-benchmark.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { SMALL_PROBLEMS, writeAnswers, writeLines, writeRows } from './small-benchmark.ts'

const folder = scratchFolder()
const { problems } = await readBenchmark(MULTIPL_E, {
  languages: ['python'],
  limit: null,
  from: [writeRows(folder)],
})
const [first] = SMALL_PROBLEMS

function completionsFile(given: object = {}): string {
  const place = join(scratchFolder(), 'humaneval-py-model')
  mkdirSync(place)
  const name = 'HumanEval_0_add'
  const content = {
    name,
    language: 'py',
    prompt: first!.prompt,
    completions: ['    return a + b', '    pass'],
    ...given,
  }
  writeFileSync(join(place, `${name}.json.gz`), gzipSync(JSON.stringify(content)))
  // What an evaluator has left beside it is no answer.
  writeFileSync(join(place, `${name}.results.json.gz`), gzipSync('{}'))
  return place
}

describe('answers in a file', () => {
  it('are lines', async () => {
    const read = await readAnswers(writeAnswers(folder), 'raw', problems)
    expect(read).toMatchObject({ samples: 1, others: 0 })
    expect(read.answers[0]).toEqual({
      problem: first!.id,
      sample: 0,
      text: first!.completion,
      finish: 'stop',
    })
  })

  it("are MultiPL-E's completions, a file a problem", async () => {
    const read = await readAnswers(completionsFile(), 'raw', problems)
    expect(read.answers).toEqual([
      { problem: first!.id, sample: 0, text: '    return a + b', finish: 'stop' },
      { problem: first!.id, sample: 1, text: '    pass', finish: 'stop' },
    ])
    expect(read.samples).toBe(2)
  })

  it('have another hash when they differ', async () => {
    const hashOf = async (text: string) =>
      (
        await readAnswers(
          writeLines(join(folder, 'one.jsonl'), [{ problem: first!.id, text }]),
          'raw',
          problems,
        )
      ).sha256
    expect(await hashOf('a')).not.toBe(await hashOf('b'))
  })

  it('count those to problems that are not asked', async () => {
    const file = writeLines(join(folder, 'more.jsonl'), [
      { problem: first!.id, text: 'a' },
      { problem: 'python/other', text: 'b' },
    ])
    expect(await readAnswers(file, 'raw', problems)).toMatchObject({ others: 1 })
  })

  it.each<[string, () => string, RegExp]>([
    ['that is not there', () => 'nowhere', /nowhere does not exist.*--answers/],
    [
      'without one answer that fits',
      () => writeLines(join(folder, 'none.jsonl'), [{ problem: 'x', text: '' }]),
      /no answer to the problems.*\(1 to others\).*python\/HumanEval_0_add/,
    ],
    [
      'with a line that is no answer',
      () => writeLines(join(folder, 'bad.jsonl'), [{ answer: 1 }]),
      /Line 1 of .*bad\.jsonl is no answer/,
    ],
    [
      'with two answers of one number',
      () =>
        writeLines(join(folder, 'two.jsonl'), [
          { problem: first!.id, text: 'a' },
          { problem: first!.id, text: 'b' },
        ]),
      /an answer 0 to .* that was there before/,
    ],
    [
      'that goes on with another prompt',
      () => completionsFile({ prompt: 'def add():' }),
      /another prompt than python\/HumanEval_0_add/,
    ],
    [
      'that is neither',
      () => {
        const file = join(folder, 'some.json')
        writeFileSync(file, '[1]')
        return file
      },
      /no name, language, prompt and completions/,
    ],
    ['in an empty folder', () => scratchFolder(), /no files of completions/],
  ])('is refused %s', async (_, place, sentence) => {
    await expect(readAnswers(place(), 'raw', problems)).rejects.toThrow(sentence)
  })

  it("are a chat model's whole programs where MultiPL-E's file has no prompt, closed again", async () => {
    const cpp = [{ ...problems[0]!, completion: { prompt: 'int f() {\n', stops: ['\n}'], end: '\n}\n' } }]
    const cut = 'int f() {\n  return 1;'
    const place = completionsFile({ prompt: '', completions: [cut, `${cut}\n}\n`] })
    const { answers } = await readAnswers(place, 'chat', cpp)
    const programs = answers.map(({ text }) => answerProgram(cpp[0]!, 'chat', text))
    for (const reading of programs)
      expect(reading).toMatchObject({
        program: { code: expect.stringMatching(/int f\(\) \{\n {2}return 1;\n\}\n+$/) },
      })
  })

  it('are refused where the prompts are of the other form', async () => {
    await expect(readAnswers(completionsFile(), 'chat', problems)).rejects.toThrow(/--prompt raw/)
    await expect(readAnswers(completionsFile({ prompt: '' }), 'raw', problems)).rejects.toThrow(
      /--prompt chat/,
    )
  })
})
