/** Words of texts: found by how they begin, all of them. */
import { afterAll, describe, expect, it } from 'vitest'
import { openWordIndex } from '../../src/store/word-index.ts'

const words = openWordIndex()
afterAll(() => words.close())
const texts = [
  'find_max p02270/s0001.c',
  'find_min p02270/s0002.c',
  'MAIN é" OR words:x* NOT (y)',
  ...Array.from({ length: 200 }, (_, n) => `maintain${n} f${n}`),
]
words.add(texts.map((text, number) => ({ number, text })))

describe('a query', () => {
  it.each([
    { query: 'find', found: [0, 1] },
    { query: 'max p022', found: [0] },
    { query: 's000', found: [0, 1] },
    { query: 'S0002', found: [1] },
    { query: 'main words', found: [2] },
    { query: 'maintain19', found: [22, 193, 194, 195, 196, 197, 198, 199, 200, 201, 202] },
    { query: 'nowhere', found: [] },
    { query: 'find nowhere', found: [] },
    { query: '', found: [] },
    { query: '"* ) (', found: [] },
    { query: 'NOT', found: [2] },
    { query: 'e', found: [2] },
  ])('$query', ({ query, found }) => {
    expect(words.find(query, 100)).toEqual(found)
  })

  it('gives the first ones where there are more, as many as may be', () => {
    expect(words.find('mai', 5)).toEqual([2, 3, 4, 5, 6])
    expect(words.find('maintain', 1000)).toHaveLength(200)
  })
})
