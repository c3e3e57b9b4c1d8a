import { expect, it } from 'vitest'
import { ReachedEdges } from '../../../src/execute/inputs/reached-edges.ts'

const run = (...hits: number[]) => ({ hits: Uint8Array.from(hits) })

it('takes an edge for new that is taken for the first time, or more often than before', () => {
  const edges = new ReachedEdges()
  edges.add(run(1, 0, 2).hits)
  expect(edges.count).toBe(2)
  expect(edges.isNew(run(1, 0, 2).hits)).toBe(false)
  expect(edges.isNew(run(0, 0, 1).hits)).toBe(false)
  expect(edges.isNew(run(0, 1, 0).hits)).toBe(true)
  expect(edges.isNew(run(2, 0, 0).hits)).toBe(true)
})

it('finds what is new of several runs, each beside those before it, and remembers none of it', () => {
  const edges = new ReachedEdges()
  const [first, same, more] = [run(1, 0), run(1, 0), run(1, 1)]
  expect(edges.newTogether([first, same, more])).toEqual([first, more])
  expect(edges.count).toBe(0)
})
