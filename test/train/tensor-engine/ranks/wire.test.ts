/** Messages of a connection, in whatever pieces they come. */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { afterEach, expect, it, vi } from 'vitest'
import { openFirstWords, type Wire } from '../../../../src/train/tensor-engine/ranks/wire.ts'

/** A wire whose other side is a test: what it has sent, and how something comes to it. */
function openWire(): { readonly wire: Wire; sent(): Buffer; come(chunk: Buffer): void } {
  const chunks: Buffer[] = []
  const stream = new Duplex({
    read: () => {},
    write: (chunk: Buffer, _, done) => {
      chunks.push(chunk)
      done()
    },
  })
  const socket = Object.assign(stream, {
    setNoDelay: () => socket,
    setKeepAlive: () => socket,
  }) as unknown as Socket
  const wire = openFirstWords(socket).toWire(60_000)
  return { wire, sent: () => Buffer.concat(chunks.splice(0)), come: (chunk) => socket.emit('data', chunk) }
}

function* pieces(all: Buffer, size: number) {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size)
}

afterEach(() => vi.restoreAllMocks())

it.each([1, 3, 5, 1000])('come whole and in order in pieces of %d bytes', (size) => {
  const { wire, sent, come } = openWire()
  const messages = [{ one: 1 }, 'two', Float32Array.of(1, 2, 3), null]
  for (const message of messages) wire.send(message)
  const all = sent()
  const heard: unknown[] = []
  const half = Math.floor(all.length / 2)
  for (const piece of pieces(all.subarray(0, half), size)) come(piece)
  wire.listen(
    (message) => heard.push(message),
    () => false,
  )
  for (const piece of pieces(all.subarray(half), size)) come(piece)
  expect(heard).toEqual(messages)
})

it('are joined once, however many pieces a large one comes in', () => {
  const { wire, sent, come } = openWire()
  const large = new Uint8Array(4 << 20).fill(7)
  wire.send(large)
  const all = sent()
  const joined = vi.spyOn(Buffer, 'concat')
  const heard: unknown[] = []
  wire.listen(
    (message) => heard.push(message),
    () => false,
  )
  for (const piece of pieces(all, 1 << 16)) come(piece)
  expect(heard.length).toBe(1)
  expect(Buffer.compare(heard[0] as Uint8Array, large)).toBe(0)
  const bytes = joined.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0)
  expect(bytes).toBeLessThan(1.1 * all.length)
})
