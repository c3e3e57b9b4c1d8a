/**
 * Messages over a connection between two processes of one training: plain values and typed arrays in, the same out on the
 * other side. The first message of who connects is JSON of a limited size; what comes later is read by V8's own reader, so
 * that only a process that has shown the key may send it.
 */
import type { Socket } from 'node:net'
import { deserialize, serialize } from 'node:v8'

export interface Wire {
  send(message: unknown): void
  /** Nothing comes any more after `onEnd`. */
  listen(onMessage: (message: unknown) => void, onEnd: () => void): void
  close(): void
}

const HEADER_BYTES = 4
const GREETING_BYTES = 4096

export function sendGreeting(socket: Socket, greeting: object): void {
  socket.write(framed(Buffer.from(JSON.stringify(greeting))))
}

/** The first message that comes, and the connection from then on; undefined for anything that is no greeting. */
export function readGreeting(socket: Socket): Promise<{ greeting: unknown; wire: Wire } | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0)
    const end = (result: { greeting: unknown; wire: Wire } | undefined) => {
      socket.off('data', onData).off('close', onClose)
      if (result === undefined) socket.destroy()
      resolve(result)
    }
    const onClose = () => end(undefined)
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      if (received.length < HEADER_BYTES) return
      const size = received.readUInt32LE()
      if (size > GREETING_BYTES) return end(undefined)
      if (received.length < HEADER_BYTES + size) return
      socket.pause()
      const rest = received.subarray(HEADER_BYTES + size)
      try {
        const greeting: unknown = JSON.parse(received.toString('utf8', HEADER_BYTES, HEADER_BYTES + size))
        end({ greeting, wire: openWire(socket, rest) })
      } catch {
        end(undefined)
      }
    }
    socket.on('data', onData).on('close', onClose).on('error', ignore)
  })
}

/** @param received what has come already */
export function openWire(socket: Socket, received: Buffer = Buffer.alloc(0)): Wire {
  let chunks = [received]
  let bytes = received.length
  let isOver = false
  return {
    send(message) {
      if (!isOver) socket.write(framed(serialize(message)))
    },
    listen(onMessage, onEnd) {
      const deliver = () => {
        while (bytes >= HEADER_BYTES) {
          const all = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
          chunks = [all]
          const size = all.readUInt32LE()
          if (bytes < HEADER_BYTES + size) return
          chunks = [all.subarray(HEADER_BYTES + size)]
          bytes -= HEADER_BYTES + size
          onMessage(deserialize(all.subarray(HEADER_BYTES, HEADER_BYTES + size)))
        }
      }
      socket
        .on('data', (chunk) => {
          chunks.push(chunk as Buffer)
          bytes += chunk.length
          deliver()
        })
        .on('error', ignore)
        .on('close', () => {
          isOver = true
          onEnd()
        })
      deliver()
      socket.resume()
    },
    close: () => socket.end(),
  }
}

function framed(content: Buffer): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(content.length)
  return Buffer.concat([header, content])
}

// What ends a connection shows as its close.
function ignore(): void {}
