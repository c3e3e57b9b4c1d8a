/**
 * Messages over a connection between two processes of one training: plain values and typed arrays in, the same out on the
 * other side. First words are JSON of a limited size, as long as neither side knows the other; what comes later is read by
 * V8's own reader, so that only a process that has proven itself may send it.
 */
import type { Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'

/** The first words of a connection. */
export interface FirstWords {
  say(word: object): void
  /** What the other side says next; undefined where that is no word, or the connection ends. */
  hear(): Promise<unknown>
  /** The connection from then on; nothing is to be heard here any more. */
  toWire(): Wire
}

export interface Wire {
  send(message: unknown): void
  /** To be called once; what came before is kept until then. */
  listen(onMessage: (message: unknown) => void): void
  /** Resolves when the connection is gone: nothing comes any more. */
  readonly ended: Promise<void>
  /** After what was sent. The other side has a while to take it. */
  close(): void
}

const HEADER_BYTES = 4
const MOST_WORD_BYTES = 4096
/** A process that is stopped never takes what was sent to it. */
const CLOSING_MS = 5000

export function openFirstWords(socket: Socket): FirstWords {
  let received: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true).pause().on('error', ignore)
  return {
    say(word) {
      socket.write(framed(Buffer.from(JSON.stringify(word))))
    },
    hear: () =>
      new Promise((resolve) => {
        const end = (word: unknown) => {
          socket.off('data', onData).off('close', onClose).pause()
          resolve(word)
        }
        const onClose = () => end(undefined)
        const onData = (chunk: Buffer) => {
          received = Buffer.concat([received, chunk])
          if (received.length < HEADER_BYTES) return
          const size = received.readUInt32LE()
          if (size > MOST_WORD_BYTES) return end(undefined)
          if (received.length < HEADER_BYTES + size) return
          const word = received.toString('utf8', HEADER_BYTES, HEADER_BYTES + size)
          received = received.subarray(HEADER_BYTES + size)
          end(parseWord(word))
        }
        if (socket.destroyed) return resolve(undefined)
        socket.on('data', onData).on('close', onClose).resume()
        onData(Buffer.alloc(0))
      }),
    toWire: () => openWire(socket, received),
  }
}

/** @param received what has come already */
function openWire(socket: Socket, received: Buffer): Wire {
  let chunks = [received]
  let bytes = received.length
  let onMessage: ((message: unknown) => void) | undefined
  let isOver = socket.destroyed
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const deliver = () => {
    while (onMessage !== undefined && bytes >= HEADER_BYTES) {
      const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      chunks = [all]
      const size = all.readUInt32LE()
      if (bytes < HEADER_BYTES + size) return
      chunks = [all.subarray(HEADER_BYTES + size)]
      bytes -= HEADER_BYTES + size
      onMessage(deserialize(all.subarray(HEADER_BYTES, HEADER_BYTES + size)))
    }
  }
  const close = () => {
    isOver = true
    end()
  }
  socket
    .on('data', (chunk) => {
      chunks.push(chunk as Buffer)
      bytes += chunk.length
      deliver()
    })
    .on('close', close)
    .resume()
  if (isOver) close()
  return {
    ended,
    send(message) {
      if (!isOver) socket.write(framed(serialize(message)))
    },
    listen(listener) {
      onMessage = listener
      deliver()
    },
    close() {
      socket.end()
      setTimeout(() => socket.destroy(), CLOSING_MS).unref()
    },
  }
}

function framed(content: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(content.length)
  return Buffer.concat([header, content])
}

/** Undefined for what is no JSON. */
export function parseWord(word: string): unknown {
  try {
    return JSON.parse(word)
  } catch {
    return undefined
  }
}

// What ends a connection shows as its close.
function ignore(): void {}
