/**
 * Parts in, a whole frame out, as the readers in native/shared/frame.h take it: numbers little-endian, bytes with their
 * length before them. Everything goes into one buffer: a request of hundreds of inputs has thousands of parts.
 */

const LENGTH_BYTES = 4
const MOST_UTF8_BYTES_A_CHAR = 3

export class FrameWriter {
  #buffer: Buffer
  #at = LENGTH_BYTES

  /** @param roomBytes to begin with; it grows where that is too little */
  constructor(roomBytes = 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(LENGTH_BYTES + roomBytes)
  }

  u32(value: number): void {
    this.#makeRoom(4)
    this.#at = this.#buffer.writeUInt32LE(value, this.#at)
  }

  u64(value: number): void {
    this.#makeRoom(8)
    this.#at = this.#buffer.writeBigUInt64LE(BigInt(Math.ceil(value)), this.#at)
  }

  /** Nothing is as good as empty. */
  bytes(content: Uint8Array | undefined): void {
    this.u32(content?.length ?? 0)
    if (content !== undefined) this.raw(content)
  }

  /** One char a byte. */
  latin1(content: string): void {
    this.u32(content.length)
    this.#makeRoom(content.length)
    this.#at += this.#buffer.write(content, this.#at, 'latin1')
  }

  utf8(content: string): void {
    this.#makeRoom(4 + content.length * MOST_UTF8_BYTES_A_CHAR)
    const length = this.#buffer.write(content, this.#at + 4)
    this.u32(length)
    this.#at += length
  }

  /** Becomes a C string, which a NUL would cut short: a request with one is a bug of the caller. */
  text(content: string): void {
    if (content.includes('\0')) throw new Error(`a NUL in ${JSON.stringify(content)}`)
    this.utf8(content)
  }

  list(items: readonly string[]): void {
    this.u32(items.length)
    for (const item of items) this.text(item)
  }

  environment(variables: Readonly<Record<string, string>>): void {
    const entries = Object.entries(variables)
    this.u32(entries.length)
    for (const [name, value] of entries) this.text(`${name}=${value}`)
  }

  /** Without a length of its own. */
  raw(content: Uint8Array): void {
    this.#makeRoom(content.length)
    this.#buffer.set(content, this.#at)
    this.#at += content.length
  }

  /** The length of all parts, then the parts. Ends the writing. */
  frame(): Buffer {
    this.#buffer.writeUInt32LE(this.#at - LENGTH_BYTES, 0)
    return this.#buffer.subarray(0, this.#at)
  }

  #makeRoom(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#at + bytes, 2 * this.#buffer.length))
    this.#buffer.copy(larger, 0, 0, this.#at)
    this.#buffer = larger
  }
}
