import { describe, expect, it } from 'vitest'
import { WorkQueue } from '../../src/serve/work-queue.ts'

const client = new AbortController().signal
const GIB = 1024 ** 3

/** Work that ends when it is told to. */
function held() {
  const { promise, resolve } = Promise.withResolvers<string>()
  return { work: () => promise, end: resolve }
}

describe('the queue', () => {
  it('runs as many works as there are slots, and the rest in their order', async () => {
    const queue = new WorkQueue(1, 2)
    const begun: number[] = []
    const all = [0, 1, 2].map((name) => {
      const place = queue.enter(0)
      return place.run(client, async () => begun.push(name)).finally(place.leave)
    })
    expect([queue.running, queue.waiting]).toEqual([1, 2])
    await Promise.all(all)
    expect(begun).toEqual([0, 1, 2])
    expect([queue.running, queue.waiting]).toEqual([0, 0])
  })

  it('refuses what does not fit, and takes it when there is room again', () => {
    const queue = new WorkQueue(1, 1)
    const [first] = [queue.enter(0), queue.enter(0)]
    expect(() => queue.enter(0)).toThrow(expect.objectContaining({ status: 503 }))
    first.leave()
    expect(() => queue.enter(0)).not.toThrow()
  })

  it('refuses bodies that would not fit into memory together', () => {
    const queue = new WorkQueue(1, 100)
    const first = queue.enter(GIB)
    expect(() => queue.enter(1)).toThrow(expect.objectContaining({ status: 503 }))
    first.leave()
    expect(() => queue.enter(1)).not.toThrow()
  })

  it('gives a place for several works only whole', () => {
    const queue = new WorkQueue(1, 2)
    const place = queue.enter(0)
    expect(() => place.widen(4)).toThrow(expect.objectContaining({ status: 503 }))
    place.widen(3)
    expect(() => queue.enter(0)).toThrow(expect.objectContaining({ status: 503 }))
    place.leave()
    expect(queue.waiting).toBe(0)
  })

  it('lets a client leave that waits, and one that has left begins nothing', async () => {
    const queue = new WorkQueue(1, 2)
    const first = held()
    const running = queue.enter(0).run(client, first.work)
    const leaving = new AbortController()
    const left = queue.enter(0).run(leaving.signal, async () => expect.unreachable())
    leaving.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    await expect(queue.enter(0).run(leaving.signal, async () => expect.unreachable())).rejects.toThrow('gone')
    first.end('done')
    expect(await running).toBe('done')
    expect(queue.running).toBe(0)
  })

  it('goes on after work that fails', async () => {
    const queue = new WorkQueue(1, 1)
    const failing = queue.enter(0).run(client, () => Promise.reject(new Error('no')))
    const next = queue.enter(0).run(client, async () => 'yes')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('yes')
  })

  it('stopped, finishes what runs, and refuses what waits and what comes', async () => {
    const queue = new WorkQueue(1, 3)
    const first = held()
    const running = queue.enter(0).run(client, first.work)
    const waiting = queue.enter(0).run(client, async () => expect.unreachable())
    const read = queue.enter(0)
    let isIdle = false
    const idle = queue.stop().then(() => {
      isIdle = true
    })
    await expect(waiting).rejects.toMatchObject({ status: 503 })
    await expect(read.run(client, async () => expect.unreachable())).rejects.toMatchObject({ status: 503 })
    expect(() => queue.enter(0)).toThrow(expect.objectContaining({ status: 503 }))
    expect(isIdle).toBe(false)
    first.end('done')
    expect(await running).toBe('done')
    await idle
  })
})
