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
