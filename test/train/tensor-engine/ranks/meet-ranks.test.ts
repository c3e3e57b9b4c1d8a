/** Processes that find each other, and who is sent away; here all of them are in this one. */
import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import {
  awaitRanks,
  joinMeeting,
  listenForRanks,
  type Meeting,
} from '../../../../src/train/tensor-engine/ranks/meet-ranks.ts'
import { askOver, serveOver } from '../../../../src/train/tensor-engine/ranks/services.ts'
import { sendGreeting } from '../../../../src/train/tensor-engine/ranks/wire.ts'

const HOST = '127.0.0.1'
const MEETING: Meeting = { size: 3, key: 'a secret', purpose: 'one configuration' }

async function listen() {
  const { server, port } = await listenForRanks(HOST, 0)
  const giveUp = new AbortController()
  return { port, giveUp, arrivals: awaitRanks(server, MEETING, giveUp.signal) }
}
const place = (rank: number, port: number) => ({ rank, localRank: rank, host: HOST, port })

describe('ranks that meet', () => {
  it('come in any order and are in that of their ranks', async () => {
    const { port, arrivals } = await listen()
    const wires = [await joinMeeting(place(2, port), MEETING), await joinMeeting(place(1, port), MEETING)]
    expect((await arrivals).map(({ rank, pid }) => [rank, pid])).toEqual([
      [1, process.pid],
      [2, process.pid],
    ])
    for (const wire of wires) wire.close()
    for (const { wire } of await arrivals) wire.close()
  })

  it('are not those without the key, nor what is no rank at all', async () => {
    const { port, arrivals } = await listen()
    await joinMeeting(place(1, port), { ...MEETING, key: 'a guess' })
    for (const text of ['GET / HTTP/1.1\r\n\r\n', '']) connect({ host: HOST, port }).end(text)
    const strange = connect({ host: HOST, port })
    sendGreeting(strange, { key: 'a secret', rank: 'one' })
    await new Promise((resolve) => strange.once('close', resolve))
    const wires = [await joinMeeting(place(1, port), MEETING), await joinMeeting(place(2, port), MEETING)]
    expect(await arrivals).toHaveLength(2)
    for (const wire of wires) wire.close()
  })

  it.each([
    ['another configuration', [1], { purpose: 'other' }, /rank 1 .*same/i],
    ['a rank that is there', [1, 1], {}, /second rank 1/],
  ])('are refused for %s', async (_, numbers, other, message) => {
    const { port, arrivals } = await listen()
    const refused = expect(arrivals).rejects.toThrow(message)
    for (const rank of numbers) await joinMeeting(place(rank, port), { ...MEETING, ...other })
    await refused
  })

  it('are no longer awaited where one could not start', async () => {
    const { giveUp, arrivals } = await listen()
    const refused = expect(arrivals).rejects.toThrow('did not start')
    giveUp.abort(new Error('it did not start'))
    await refused
  })

  it('do what they are asked, with typed arrays, parts and failures, until rank 0 is gone', async () => {
    const { port, arrivals } = await listen()
    const [one] = await Promise.all([
      joinMeeting(place(1, port), MEETING),
      joinMeeting(place(2, port), MEETING),
    ])
    const [arrival] = await arrivals
    const served = serveOver(one, {
      numbers: async (operation, argument, { signal, onPart }) => {
        if (operation === 'fail') throw new Error('no')
        if (operation === 'wait') return new Promise((resolve) => signal.addEventListener('abort', resolve))
        onPart('half')
        return (argument as Float32Array).map((value) => 2 * value)
      },
    })
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    const peer = askOver(arrival!.wire, end)
    const parts: unknown[] = []
    const doubled = await peer.call('numbers', 'double', Float32Array.of(1, 2.5), {
      onPart: (part) => parts.push(part),
    })
    expect([doubled, parts]).toEqual([Float32Array.of(2, 5), ['half']])
    await expect(peer.call('numbers', 'fail', {})).rejects.toThrow('no')
    const stop = new AbortController()
    const waiting = peer.call('numbers', 'wait', {}, { signal: stop.signal })
    stop.abort()
    await waiting

    const left = expect(peer.call('numbers', 'wait', {})).rejects.toThrow('lost')
    peer.close()
    // What was under way is counted: a process ends in its middle.
    expect(await served).toBe(1)
    peer.fail(new Error('lost'))
    await left
    await expect(peer.call('numbers', 'double', {})).rejects.toThrow('lost')
    await over
  })
})
