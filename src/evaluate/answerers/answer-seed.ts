import { createHash } from 'node:crypto'

/** Of one answer, in [0, 2^31): independent of all else that is drawn. */
export function drawingSeed(seed: number, problem: string, sample: number, part = 0): number {
  const digest = createHash('sha256').update(`benchmark ${seed} ${problem} ${sample} ${part}`).digest()
  return digest.readUInt32LE(0) >>> 1
}
