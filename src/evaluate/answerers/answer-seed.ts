import { seedOf } from '../../base/random.ts'

/** Of one answer, in [0, 2^31): independent of all else that is drawn. */
export const drawingSeed = (seed: number, problem: string, sample: number, part = 0): number =>
  seedOf(`benchmark ${seed} ${problem} ${sample} ${part}`) >>> 1
