import { describe, expect, it } from 'vitest'
import { createTaskOrder, joinTasks, limitTasks } from '../../../src/train/data/join-tasks.ts'
import type { TaskSource } from '../../../src/train/data/task-source.ts'

const ids = (name: string, count: number) => Array.from({ length: count }, (_, n) => `${name}${n}`)
const source = (name: string, count: number): TaskSource<string> => ({
  scope: name,
  ids: ids(name, count),
  survey: { tasks: count, longestPrompt: count, dropped: { overlong: 1 } },
  load: (asked) => asked.map((id) => ({ task: `task ${id}`, prompt: Int32Array.of(1) })),
})
const batches = (files: Parameters<typeof createTaskOrder>[0], count: number, tasks = 4) => {
  const order = createTaskOrder(files, { seed: 1, tasks, epochs: 1 })
  return Array.from({ length: count }, (_, step) => order.batch(step))
}
const share = (drawn: readonly (readonly string[])[], name: string) =>
  drawn.flat().filter((id) => id.startsWith(name)).length / drawn.flat().length

describe('the tasks of several files', () => {
  it('are one source', () => {
    const joined = joinTasks([source('b', 2), source('a', 3)])
    expect(joined.ids).toEqual(['a0', 'a1', 'a2', 'b0', 'b1'])
    expect(joined.survey).toEqual({ tasks: 5, longestPrompt: 3, dropped: { overlong: 2 } })
    expect(joined.load(['b1', 'a0']).map(({ task }) => task)).toEqual(['task b1', 'task a0'])
    const alone = source('a', 3)
    expect(joinTasks([alone])).toBe(alone)
  })

  it('come by the weights of their files, however many there are of each', () => {
    const drawn = batches(
      [
        { ids: ids('few', 6), weight: 3 },
        { ids: ids('many', 500), weight: 1 },
      ],
      50,
    )
    expect(share(drawn, 'few')).toBeCloseTo(0.75, 12)
    expect(drawn.every((batch) => batch.length === 4 && new Set(batch).size === 4)).toBe(true)
    // The few come in turn, all of them before any again.
    const few = drawn.flat().filter((id) => id.startsWith('few'))
    for (let at = 0; at < few.length; at += 6) expect(new Set(few.slice(at, at + 6)).size).toBe(6)
  })

  it('are limited together, by the weights of their files', () => {
    const limited = (limit: number, ...files: readonly (readonly [count: number, weight: number])[]) =>
      limitTasks(
        files.map(([count, weight], at) => ({ source: source('abc'[at]!, count), weight })),
        limit,
        1,
      )
    const counts = (...given: Parameters<typeof limited>) => limited(...given).map(({ ids }) => ids.length)
    expect(counts(12, [100, 1], [100, 2])).toEqual([4, 8])
    // What one lacks the others give; there are never more than there are.
    expect(counts(12, [100, 1], [3, 2])).toEqual([9, 3])
    expect(counts(12, [2, 1], [3, 2])).toEqual([2, 3])
    expect(counts(5, [100, 1])).toEqual([5])

    const [few] = limited(3, [100, 1])
    expect(few!.survey).toEqual({ tasks: 3, longestPrompt: 1, dropped: { overlong: 1 } })
    expect(few!.scope).not.toBe(source('a', 100).scope)
    expect(limited(3, [100, 1])[0]!.ids).toEqual(few!.ids)
    expect(few!.ids).not.toEqual(source('a', 3).ids)
  })

  it('have their share in every stretch, three files and one task a batch too', () => {
    const files = ['a', 'b', 'c'].map((name, at) => ({ ids: ids(name, 40), weight: at + 1 }))
    const drawn = batches(files, 60, 1)
    expect(drawn.every((batch) => batch.length === 1)).toBe(true)
    for (let from = 0; from < 60; from += 12) {
      const stretch = drawn.slice(from, from + 12)
      expect(['a', 'b', 'c'].map((name) => share(stretch, name))).toEqual([2 / 12, 4 / 12, 6 / 12])
    }
  })

  it('follow from the seed and the step alone', () => {
    const files = [
      { ids: ids('a', 7), weight: 1 },
      { ids: ids('b', 9), weight: 2 },
    ]
    const order = createTaskOrder(files, { seed: 1, tasks: 4, epochs: 3 })
    expect({ stepsPerEpoch: order.stepsPerEpoch, steps: order.steps }).toEqual({
      stepsPerEpoch: 4,
      steps: 12,
    })
    const backwards = [5, 4, 3, 2, 1, 0].map((step) => order.batch(step)).reverse()
    expect(backwards).toEqual(batches(files, 6))
    expect(createTaskOrder(files, { seed: 2, tasks: 4, epochs: 3 }).batch(0)).not.toEqual(backwards[0])
  })

  it('are in a batch once, where a file has fewer than its share', () => {
    const drawn = batches(
      [
        { ids: ['only'], weight: 1 },
        { ids: ids('b', 9), weight: 1 },
      ],
      3,
    )
    expect(drawn.map((batch) => batch.filter((id) => id === 'only').length)).toEqual([1, 1, 1])
    expect(drawn.map(({ length }) => length)).toEqual([3, 3, 3])
  })
})
