/**
 * Messages over a connection between two processes of one training: plain values and typed arrays in, the same out on the
 * other side. First words are JSON of a limited size, as long as neither side knows the other; what comes later is read by
 * V8's own reader, so that only a process that has proven itself may send it.
 *
 * A machine that vanishes is noticed by TCP itself while nothing is under way. While something is, both sides give signs of
 * life: a process that is stopped gives none, though its machine still answers.
 */
import type { Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'

/** The first words of a connection. */
export interface FirstWords {
  say(word: object): void
  /** What the other side says next; undefined where that is no word, or the connection ends. */
  hear(): Promise<unknown>
  /**
   * The connection from then on; nothing is to be heard here any more.
   * @param silenceMs how long the other side may give no sign of life while something is under way
   */
  toWire(silenceMs: number): Wire
}

export interface Wire {
  send(message: unknown): void
  /**
   * To be called once; what came before is kept until then.
   * @param isBusy whether something is under way between the two
   */
  listen(onMessage: (message: unknown) => void, isBusy: () => boolean): void
  /** Resolves when the connection is gone: nothing comes any more. */
  readonly ended: Promise<void>
  /** Whether that was because the other side gave no sign of life. */
  wasSilent(): boolean
  /** After what was sent. The other side has a while to take it. */
  close(): void
}

const HEADER_BYTES = 4
const MOST_WORD_BYTES = 4096
/** A process that is stopped never takes what was sent to it. */
const CLOSING_MS = 5000
/** Then TCP asks the other machine, and gives it up soon afterwards. */
const KEEP_ALIVE_MS = 30_000
/** Of the time that the other side may be silent for. */
const BEATS = 6
const SIGN_OF_LIFE = framed(Buffer.alloc(0))

export function openFirstWords(socket: Socket): FirstWords {
  let received: Buffer = Buffer.alloc(0)
  socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS).pause().on('error', ignore)
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
    toWire: (silenceMs) => openWire(socket, received, silenceMs),
  }
}

/** @param received what has come already */
function openWire(socket: Socket, received: Buffer, silenceMs: number): Wire {
  let chunks = [received]
  let bytes = received.length
  // Of the next message with its header, or of the header as long as that is not there. Joined once it is whole.
  let awaited = HEADER_BYTES
  let onMessage: ((message: unknown) => void) | undefined
  let isBusy = () => false
  let silentBeats = 0
  const { promise: ended, resolve: end } = Promise.withResolvers<void>()
  const deliver = () => {
    while (onMessage !== undefined && bytes >= awaited) {
      const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      chunks = [all]
      awaited = HEADER_BYTES + all.readUInt32LE()
      if (bytes < awaited) return
      const content = all.subarray(HEADER_BYTES, awaited)
      chunks = [all.subarray(awaited)]
      bytes -= awaited
      awaited = HEADER_BYTES
      if (content.length > 0) onMessage(deserialize(content))
    }
  }
  // Nothing may follow what closes the connection.
  const write = (bytes: Buffer) => {
    if (socket.writable) socket.write(bytes)
  }
  // Beats are counted, and no time is taken: where this process itself was stopped, the other one was not silent.
  const beat = () => {
    if (!isBusy()) {
      silentBeats = 0
      return
    }
    write(SIGN_OF_LIFE)
    silentBeats++
    if (silentBeats > BEATS) socket.destroy()
  }
  const beating = setInterval(beat, silenceMs / BEATS).unref()
  const close = () => {
    clearInterval(beating)
    end()
  }
  socket
    .on('data', (chunk) => {
      chunks.push(chunk as Buffer)
      bytes += chunk.length
      silentBeats = 0
      deliver()
    })
    .on('close', close)
    .resume()
  if (socket.destroyed) close()
  return {
    ended,
    send: (message) => write(framed(serialize(message))),
    wasSilent: () => silentBeats > BEATS,
    listen(listener, asksWhether) {
      onMessage = listener
      isBusy = asksWhether
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
