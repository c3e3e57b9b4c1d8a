import { appendFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { EvaluationConfig } from '../../src/evaluate/evaluation-config.ts'
import { keyOf, openResults, readResults } from '../../src/evaluate/results-folder.ts'
import { scratchFolder } from '../scratch-folder.ts'

const config = (given: object = {}): EvaluationConfig => ({
  form: 1,
  gepo: '1.2.3',
  benchmark: {
    name: 'multipl-e',
    from: ['a'],
    places: ['a'],
    languages: ['python'],
    limit: null,
    problems: 'ff',
  },
  answers: { kind: 'file', path: 'answers.jsonl', sha256: 'ff', prompt: 'raw', samples: 2, ...given },
})
const entries = [{ problem: 'python/a', source: null, target: 'python', unanswerable: null }] as const
const answer = (sample: number) => ({ problem: 'python/a', sample, text: 'x\n', finish: 'stop' }) as const
const verdict = (sample: number, kind: 'passed' | 'unjudged') => ({
  problem: 'python/a',
  sample,
  verdict: kind === 'passed' ? ({ kind } as const) : ({ kind, reason: 'no Python' } as const),
})

function begun(): string {
  const folder = join(scratchFolder(), 'results')
  const results = openResults(folder, config(), entries)
  results.addAnswer(answer(0))
  results.addVerdict(verdict(0, 'unjudged'))
  results.addVerdict(verdict(0, 'passed'))
  results.close()
  return folder
}

describe('a results folder', () => {
  it('has what was written, and the last verdict of an answer', () => {
    const { answers, verdicts, problems, config: read } = readResults(begun())
    expect([...answers.values()]).toEqual([answer(0)])
    expect(verdicts.get(keyOf(answer(0)))?.verdict).toEqual({ kind: 'passed' })
    expect({ problems, read }).toEqual({ problems: entries, read: config() })
  })

  it.each([
    ['verdicts.jsonl', 'null'],
    ['verdicts.jsonl', '{"problem":"python/a","sample":0,"verdict":{"kind":"past"}}'],
    ['answers.jsonl', '{"problem":"python/a","sample":1e15,"text":""}'],
    ['problems.jsonl', '{"problem":"python/a","source":null,"target":"pithon","unanswerable":null}'],
  ])('says which line of %s is none: %s', (file, line) => {
    const folder = begun()
    appendFileSync(join(folder, file), `${line}\n`)
    expect(() => readResults(folder)).toThrow(new RegExp(`^Line \\d of .*${file} is damaged`))
  })

  it('wants a configuration of its own form', () => {
    const folder = begun()
    writeFileSync(join(folder, 'config.json'), '{"form":1,"gepo":"1","benchmark":null,"answers":{}}')
    expect(() => readResults(folder)).toThrow(/config\.json is damaged/)
  })

  it('is not read where something endless stands in for one of its files', () => {
    const folder = begun()
    rmSync(join(folder, 'verdicts.jsonl'))
    symlinkSync('/dev/zero', join(folder, 'verdicts.jsonl'))
    expect(() => readResults(folder)).toThrow(/verdicts\.jsonl cannot be read/)
  })

  it('goes on behind half a line', () => {
    const folder = begun()
    appendFileSync(join(folder, 'answers.jsonl'), '{"problem":"python/a","sample":1,"te')
    expect(readResults(folder).answers.size).toBe(1)
    const results = openResults(folder, config(), entries)
    results.addAnswer(answer(1))
    results.close()
    expect([...readResults(folder).answers.values()]).toEqual([answer(0), answer(1)])
  })

  it('refuses another configuration, and says all that differs', () => {
    const folder = begun()
    expect(() => openResults(folder, config({ path: 'other.jsonl', samples: 3 }), entries)).toThrow(
      /was begun with answers\.path "answers\.jsonl", not "other\.jsonl"; answers\.samples 2, not 3: go on with that/,
    )
    expect(() => openResults(folder, { ...config(), gepo: '2.0.0' }, entries)).toThrow(/gepo "1\.2\.3"/)
  })

  it('refuses a folder of something else, a file, and a second writer', () => {
    const other = scratchFolder()
    writeFileSync(join(other, 'notes.txt'), '')
    expect(() => openResults(other, config(), entries)).toThrow(/no evaluation/)
    expect(() => openResults(join(other, 'notes.txt'), config(), entries)).toThrow(/is a file/)
    expect(() => readResults(other)).toThrow(/holds no results/)
    const folder = begun()
    const results = openResults(folder, config(), entries)
    try {
      expect(() => openResults(folder, config(), entries)).toThrow(/is being written by gepo process/)
    } finally {
      results.close()
    }
  })

  it('begins anew where a killed process had written no more than problems', () => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'problems.jsonl'), '{"problem":"cpp/old"}\n')
    openResults(folder, config(), entries).close()
    expect(readResults(folder).problems).toEqual(entries)
  })

  it('names the damaged line', () => {
    const folder = begun()
    appendFileSync(join(folder, 'answers.jsonl'), '}{\n')
    expect(() => readResults(folder)).toThrow(/Line 2 of .*answers\.jsonl is damaged/)
  })
})
