/** Processes that find each other, and who is sent away; here all of them are in this one. */
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import {
  awaitRanks,
  joinMeeting,
  listenForRanks,
  type Meeting,
} from '../../../../src/train/tensor-engine/ranks/meet-ranks.ts'
import { askOver, serveOver } from '../../../../src/train/tensor-engine/ranks/services.ts'
import { openFirstWords, type Wire } from '../../../../src/train/tensor-engine/ranks/wire.ts'

const HOST = '127.0.0.1'
const MEETING: Meeting = { size: 3, key: 'a secret', purpose: 'one configuration', silenceSeconds: 60 }

async function listen(seconds?: number) {
  const { server, port } = await listenForRanks(HOST, 0)
  const giveUp = new AbortController()
  return { server, port, giveUp, arrivals: awaitRanks(server, MEETING, giveUp.signal, seconds) }
}
const place = (rank: number, port: number) => ({ rank, localRank: rank, host: HOST, port })
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve).resume())
/** Of both ends of the connections to a port, whether the kernel asks for the other machine from time to time. */
function keepAliveTimers(port: number): boolean[] {
  const ending = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const [ESTABLISHED, KEEP_ALIVE] = ['01', '02:']
  return readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, remote, state]) => state === ESTABLISHED && (local + remote!).includes(ending))
    .map((fields) => fields[5]!.startsWith(KEEP_ALIVE))
}
/** What rank 0 says last to one that has joined. */
const lastWord = async (wire: Wire) => (await serveOver(wire, {})).ending

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
    const guess = { ...MEETING, key: 'a guess' }
    await expect(joinMeeting(place(1, port), guess)).rejects.toThrow(/not have the same key.*GEPO_RANK_KEY/)
    for (const text of ['GET / HTTP/1.1\r\n\r\n', '']) connect({ host: HOST, port }).end(text)
    const strange = connect({ host: HOST, port })
    openFirstWords(strange).say({ key: 'a secret', rank: 'one' })
    await closed(strange)
    const wires = [await joinMeeting(place(1, port), MEETING), await joinMeeting(place(2, port), MEETING)]
    expect(await arrivals).toHaveLength(2)
    for (const wire of wires) wire.close()
  })

  it.each([
    ['another configuration', [1], { purpose: 'other' }, /rank 1 .*same/i],
    ['another patience', [1], { silenceSeconds: 1 }, /rank 1 .*GEPO_RANK_SILENCE; .*same/i],
    ['a rank that is there', [2, 1], {}, /second rank 2/],
    ['one of another number of ranks', [1], { size: 4 }, /rank 1 .*as one of 4, rank 0 as one of 3/i],
    ['one beyond the number of ranks', [3, 1], { size: 4 }, /rank 3 .*as one of 4, rank 0 as one of 3/i],
  ])('are refused for %s, and all are told', async (_, numbers, other, message) => {
    const { port, arrivals } = await listen()
    const refused = expect(arrivals).rejects.toThrow(message)
    const wires = [await joinMeeting(place(2, port), MEETING)]
    for (const rank of numbers) wires.push(await joinMeeting(place(rank, port), { ...MEETING, ...other }))
    await refused
    for (const wire of wires) {
      expect(await lastWord(wire)).toEqual({ kind: 'failed', reason: expect.stringMatching(message) })
    }
  })

  it('are refused where one ends before all have come', async () => {
    const { port, arrivals } = await listen()
    const refused = expect(arrivals).rejects.toThrow(/Rank 1 .* ended before all had come/)
    const early = await joinMeeting(place(1, port), MEETING)
    early.close()
    await early.ended
    const late = await joinMeeting(place(2, port), MEETING)
    expect(await lastWord(late)).toMatchObject({ kind: 'failed', reason: expect.stringContaining('Rank 1') })
    await refused
  })

  it('do not wait for strangers that say nothing, whose connections end with the meeting', async () => {
    const met = await listen()
    const strangers = Array.from({ length: 3 }, () => connect({ host: HOST, port: met.port }))
    const wires = [
      await joinMeeting(place(1, met.port), MEETING),
      await joinMeeting(place(2, met.port), MEETING),
    ]
    expect(await met.arrivals).toHaveLength(2)
    await Promise.all(strangers.map(closed))
    for (const wire of wires) wire.close()

    const missed = await listen(0.2)
    const silent = connect({ host: HOST, port: missed.port })
    await expect(missed.arrivals).rejects.toThrow(/Ranks 1, 2 of 3 did not come/)
    await closed(silent)
    await new Promise((resolve) => missed.server.close(resolve))
  })

  it('meet where more connect than there is room for, the oldest of whom leave', async () => {
    const { port, arrivals } = await listen()
    let left = 0
    const open = () =>
      connect({ host: HOST, port })
        .on('close', () => left++)
        .on('error', () => {})
    const strangers = Array.from({ length: 200 }, open)
    await expect.poll(() => left).toBeGreaterThan(100)
    expect(strangers[0]!.destroyed).toBe(true)
    expect(strangers.at(-1)!.destroyed).toBe(false)
    const wires = [await joinMeeting(place(1, port), MEETING), await joinMeeting(place(2, port), MEETING)]
    expect(await arrivals).toHaveLength(2)
    for (const wire of wires) wire.close()
  })

  it('come again where they had to leave before they had proven themselves', async () => {
    const { server, port } = await listenForRanks(HOST, 0)
    server.once('connection', async (first) => {
      first.destroy()
      void awaitRanks(server, { ...MEETING, size: 2 }, new AbortController().signal).then(([one]) =>
        one!.wire.close(),
      )
    })
    const wire = await joinMeeting(place(1, port), { ...MEETING, size: 2 }, { isThere: true })
    await wire.ended
  })

  it('do not wait for ever at a port where something else says nothing, or has no key', async () => {
    const { server, port } = await listenForRanks(HOST, 0)
    const taken: Socket[] = []
    server.on('connection', (socket) => taken.push(socket))
    await expect(joinMeeting(place(1, port), MEETING, { seconds: 0.2 })).rejects.toThrow(/no answer/)
    server.removeAllListeners('connection').on('connection', async (socket) => {
      const words = openFirstWords(socket)
      await words.hear()
      words.say({ nonce: 'made up' })
      await words.hear()
      words.say({ kind: 'known', proof: 'made up' })
    })
    await expect(joinMeeting(place(1, port), MEETING)).rejects.toThrow(/not have the same key/)
    for (const socket of taken) socket.destroy()
    server.close()
    await expect(joinMeeting(place(1, port), MEETING, { isThere: true })).rejects.toThrow(/ECONNREFUSED/)
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
        if (operation === 'stay') return new Promise(() => {})
        onPart('half')
        return (argument as Float32Array).map((value) => 2 * value)
      },
    })
    const peer = askOver(arrival!.wire)
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

    const left = expect(Promise.all([peer.call('numbers', 'wait', {}), peer.call('numbers', 'stay', {})]))
    peer.close('it is over')
    // What is under way is aborted, and counted where it does not end by that: a process ends in its middle.
    expect(await served).toEqual({ ending: { kind: 'failed', reason: 'it is over' }, unfinished: 1 })
    peer.fail(new Error('lost'))
    await left.rejects.toThrow('lost')
    await expect(peer.call('numbers', 'double', {})).rejects.toThrow('lost')
    await arrival!.wire.ended
  })

  describe('notice who gives no sign of life', () => {
    const hasty: Meeting = { ...MEETING, size: 2, silenceSeconds: 0.3 }
    const meet = async () => {
      const { server, port } = await listenForRanks(HOST, 0)
      const arrivals = awaitRanks(server, hasty, new AbortController().signal)
      const joined = await joinMeeting(place(1, port), hasty)
      return { port, asking: (await arrivals)[0]!.wire, serving: joined }
    }

    it('while it is asked something', async () => {
      const { asking, serving } = await meet()
      const peer = askOver(asking)
      const waiting = peer.call('numbers', 'wait', {})
      // The other side never listens, and so says nothing.
      await asking.ended
      expect([asking.wasSilent(), serving.wasSilent()]).toEqual([true, false])
      peer.fail(new Error('lost'))
      await expect(waiting).rejects.toThrow('lost')
    })

    it('while it waits for an answer', async () => {
      const { asking, serving } = await meet()
      const served = serveOver(serving, {
        numbers: (_, __, { signal }) => new Promise((resolve) => signal.addEventListener('abort', resolve)),
      })
      asking.send({ kind: 'call', id: 1, service: 'numbers', operation: 'wait', argument: {} })
      expect(await served).toEqual({ ending: { kind: 'lost' }, unfinished: 0 })
      expect(serving.wasSilent()).toBe(true)
    })

    it('and nobody who works for longer than that, or whom nobody asks', async () => {
      const { asking, serving } = await meet()
      const served = serveOver(serving, { numbers: () => sleep(1500, 'done') })
      await sleep(1000)
      const peer = askOver(asking)
      expect(await peer.call('numbers', 'wait', {})).toBe('done')
      peer.close()
      expect(await served).toEqual({ ending: { kind: 'done' }, unfinished: 0 })
    })

    it.skipIf(process.platform !== 'linux')('and let TCP look after those whom nobody asks', async () => {
      const { port, serving } = await meet()
      expect(keepAliveTimers(port)).toHaveLength(2)
      // Until its last word is known to have come, a side waits for that instead.
      while (keepAliveTimers(port).includes(false)) await sleep(20)
      serving.close()
    })
  })

  it('know whether rank 0 was done or is lost', async () => {
    const { port, arrivals } = await listen()
    const wires = [await joinMeeting(place(1, port), MEETING), await joinMeeting(place(2, port), MEETING)]
    const [one, two] = await arrivals
    askOver(one!.wire).close()
    two!.wire.close()
    expect(await lastWord(wires[0]!)).toEqual({ kind: 'done' })
    expect(await lastWord(wires[1]!)).toEqual({ kind: 'lost' })
  })
})
