import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Tokenizer } from 'tokenizers'
import { describe, expect, it } from 'vitest'
import { trainBpe } from '../../../src/train/tokenizer/train-bpe.ts'
import { scratchFolder } from '../../scratch-folder.ts'

describe('merges of a byte-pair encoding', () => {
  it('joins the most frequent pair first', () => {
    const words = new Map([
      ['hug', 10],
      ['pug', 5],
      ['pun', 12],
      ['bun', 4],
      ['hugs', 5],
    ])
    // The example of the Hugging Face course.
    expect(trainBpe(words, [...'bghnpsu'], 3)).toEqual([
      ['u', 'g'],
      ['u', 'n'],
      ['h', 'ug'],
    ])
  })

  it('counts overlapping places once', () => {
    expect(trainBpe(new Map([['aaaa', 1]]), ['a'], 5)).toEqual([
      ['a', 'a'],
      ['aa', 'aa'],
    ])
  })

  it('ends when every word is one symbol', () => {
    expect(trainBpe(new Map([['ab', 2]]), ['a', 'b'], 100)).toEqual([['a', 'b']])
  })

  it("finds what the library's trainer finds", () => {
    const files = ['programs/bfs-grid.c', 'programs/calculator.c', 'functions/list-walk.c']
    const text = files
      .map((file) => readFileSync(new URL(`../../../fixtures/${file}`, import.meta.url), 'utf8'))
      .join('')
      .replaceAll(/[^a-z]+/g, ' ')
    const theirs = libraryMerges(text)
    const words = new Map<string, number>()
    for (const word of text.split(' ').filter(Boolean)) words.set(word, (words.get(word) ?? 0) + 1)
    const ours = trainBpe(words, [...new Set(text.replaceAll(' ', ''))].sort(), theirs.length)
    expect(theirs.length).toBeGreaterThan(150)
    expect(ours).toEqual(theirs)
  })
})

function libraryMerges(text: string): [string, string][] {
  const folder = scratchFolder()
  const tokenizer = Tokenizer.fromString(
    JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: { type: 'WhitespaceSplit' },
      post_processor: null,
      decoder: null,
      model: { type: 'BPE', vocab: {}, merges: [] },
    }),
  )
  writeFileSync(join(folder, 'text.txt'), text)
  tokenizer.train([join(folder, 'text.txt')])
  tokenizer.save(join(folder, 'tokenizer.json'))
  return JSON.parse(readFileSync(join(folder, 'tokenizer.json'), 'utf8')).model.merges
}
