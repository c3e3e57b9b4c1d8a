/**
 * Text to bytes and back: a format byte, then UTF-8 as it is (0) or under zstd (1), whichever is shorter.
 * Every string survives, lone surrogates excepted (they have no UTF-8 form); decoded C and program output have none.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'

const PLAIN = 0
const ZSTD = 1
/** Below this a zstd frame's own bytes eat the gain. */
const leastBytesToCompress = 64
/** What one text may unpack to: a few kilobytes of zeros could otherwise take all memory. */
const MOST_BYTES = 256 * 1024 * 1024
/** Level 6 packs IR within 2% of level 12 at a quarter of its time. */
const zstdOptions = {
  params: { [constants.ZSTD_c_compressionLevel]: 6, [constants.ZSTD_c_contentSizeFlag]: 1 },
}

export function packText(text: string): Buffer {
  const plain = Buffer.from(text, 'utf8')
  if (plain.length > MOST_BYTES) throw new RangeError(`a text of ${plain.length} bytes cannot be stored`)
  if (plain.length >= leastBytesToCompress) {
    // Its tables are made as small as the text is.
    const packed = zstdCompressSync(plain, { ...zstdOptions, pledgedSrcSize: plain.length })
    if (packed.length < plain.length) return Buffer.concat([Buffer.of(ZSTD), packed])
  }
  return Buffer.concat([Buffer.of(PLAIN), plain])
}

export function unpackText(packed: Uint8Array): string {
  const body = packed.subarray(1)
  switch (packed[0]) {
    case PLAIN:
      return Buffer.from(body).toString('utf8')
    case ZSTD:
      return zstdDecompressSync(body, { maxOutputLength: MOST_BYTES }).toString('utf8')
    default:
      throw new Error(`unknown text format ${packed[0]}`)
  }
}
