import { expect, test } from 'vitest'
import { findDominators } from '../../src/mutate-ir/find-dominators.ts'

/** `a: b c` is a block a that leads to b and c. */
const dominatorsOf = (...blocks: string[]) =>
  Object.fromEntries(
    findDominators(
      blocks.map((block) => {
        const [label = '', ways = ''] = block.split(':')
        return { label, instructions: [], successors: ways.split(' ').filter((way) => way !== '') }
      }),
    ),
  )

test('where ways meet, the block where they parted dominates', () => {
  expect(dominatorsOf('a: b c', 'b: d', 'c: d', 'd:')).toEqual({ a: 'a', b: 'a', c: 'a', d: 'a' })
})

test('a loop is dominated by its head', () => {
  expect(dominatorsOf('a: h', 'h: x e', 'x: h y', 'y: h', 'e:')).toEqual({
    a: 'a',
    h: 'a',
    x: 'h',
    y: 'x',
    e: 'h',
  })
})

test('a loop with two entries is dominated by what is before both', () => {
  expect(dominatorsOf('a: x y', 'x: y', 'y: x z', 'z:')).toEqual({ a: 'a', x: 'a', y: 'a', z: 'y' })
})

test('what nothing leads to has none, and counts for nothing', () => {
  expect(dominatorsOf('a: b', 'dead: b', 'b:')).toEqual({ a: 'a', b: 'a' })
})
