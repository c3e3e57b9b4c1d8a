import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MULTIPL_E } from '../../src/evaluate/benchmarks/multipl-e.ts'
import { readBenchmark } from '../../src/evaluate/read-benchmark.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { commit, startFakeHub } from '../sources/fake-hub.ts'
import { SMALL_PROBLEMS, writeLines, writeRows } from './small-benchmark.ts'

const folder = scratchFolder()
const rows = writeRows(folder)
const options = { languages: ['python'], limit: null, from: [rows] } as const
const read = (given: object = {}) => readBenchmark(MULTIPL_E, { ...options, ...given })

describe('rows from files', () => {
  it('are problems in their order, with a hash of all that is asked and judged', async () => {
    const { problems, places, hash } = await read()
    expect(problems.map(({ id }) => id)).toEqual(SMALL_PROBLEMS.map(({ id }) => id))
    expect(places).toEqual([rows])
    expect((await read()).hash).toBe(hash)
    expect((await read({ limit: 2 })).problems.length).toBe(2)
    expect((await read({ limit: 2 })).hash).not.toBe(hash)
  })

  it('are those of all files of a folder', async () => {
    const whole = scratchFolder()
    writeRows(whole)
    expect((await read({ from: [whole] })).places).toEqual([join(whole, 'rows.jsonl')])
  })

  it.each<[string, object, RegExp]>([
    ['a language that no row is in', { languages: ['python', 'cpp'] }, /no problem in C\+\+.*--languages/],
    ['a file that is not there', { from: ['nowhere.jsonl'] }, /nowhere\.jsonl does not exist/],
    ['a folder without files of rows', { from: [scratchFolder()] }, /matches no \.jsonl/],
    ['the same rows twice', { from: [rows, rows] }, /python\/HumanEval_0_add is in .* and in/],
    [
      'rows of something else',
      { from: [writeLines(join(folder, 'other.jsonl'), [{ question: 'Why?' }])] },
      /Row 1 of .*other\.jsonl is none of multipl-e: it lacks name/,
    ],
  ])('are refused: %s', async (_, given, sentence) => {
    await expect(read(given)).rejects.toThrow(sentence)
  })
})

describe('rows from the hub', () => {
  it('are read at one commit, and again at that one without asking the hub', async () => {
    const hub = await startFakeHub({ files: { 'python/test.jsonl': readFileSync(rows) } })
    const env = { HF_ENDPOINT: hub.endpoint, HF_HOME: scratchFolder() }
    const onHub = { ...options, from: ['hf:lab/set?config=python&split=test'], hub: { env } }
    const first = await readBenchmark(MULTIPL_E, onHub)
    expect(first.places).toEqual([`hf:lab/set@${commit}/python/test.jsonl`])
    expect(first.hash).toBe((await read()).hash)
    await hub.close()
    const again = await readBenchmark(MULTIPL_E, { ...onHub, places: first.places })
    expect(again).toEqual(first)
  })
})
