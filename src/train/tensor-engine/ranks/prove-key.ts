/**
 * How two processes that have a key in common show each other that they have it, and never the key: each answers what the
 * other has made up for this once. Who listens learns nothing that is of use at another time.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Made up for one connection. */
export function makeNonce(): string {
  return randomBytes(32).toString('hex')
}

/** Of all that was said, by who has the key. */
export function proofOf(key: string, ...said: readonly string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(said)).digest('hex')
}

/** In a time that does not tell how much of it is right. */
export function isProof(shown: string, expected: string): boolean {
  const [a, b] = [Buffer.from(shown), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/**
 * What ranks' engines show each other when they connect: for each two and each way another word, of use for one joining.
 * @param joining its name, which is no secret
 */
export function joiningWords(
  key: string,
  joining: string,
  rank: number,
  size: number,
): { readonly shown: Uint8Array; readonly expected: Uint8Array } {
  const word = (from: number, to: number) =>
    Buffer.from(proofOf(key, 'joining', joining, String(from), String(to)), 'hex')
  const others = Array.from({ length: size }, (_, r) => r)
  return {
    shown: Buffer.concat(others.map((r) => word(rank, r))),
    expected: Buffer.concat(others.map((r) => word(r, rank))),
  }
}
