/** Which groups make up which step: decided by the seed alone, so that a resumed run goes on with the same. */
import { createRandom } from '../../base/random.ts'

export interface BatchOrder {
  readonly stepsPerEpoch: number
  /** Of all epochs, or fewer where `maxSteps` says so. */
  readonly steps: number
  /** Ids of the groups of a step, counted from 0. An epoch's last batch has what is left. */
  batch(step: number): readonly string[]
}

/** @example createBatchOrder(['a', 'b', 'c'], { seed: 0, groups: 2, epochs: 1, maxSteps: null }).steps // 2 */
export function createBatchOrder(
  ids: readonly string[],
  options: {
    readonly seed: number
    readonly groups: number
    readonly epochs: number
    readonly maxSteps: number | null
  },
): BatchOrder {
  const stepsPerEpoch = Math.ceil(ids.length / options.groups)
  let shuffled: { readonly epoch: number; readonly ids: readonly string[] } | undefined
  return {
    stepsPerEpoch,
    steps: Math.min(stepsPerEpoch * options.epochs, options.maxSteps ?? Number.MAX_SAFE_INTEGER),
    batch(step) {
      const epoch = Math.floor(step / stepsPerEpoch)
      if (shuffled?.epoch !== epoch) {
        shuffled = { epoch, ids: createRandom(`batch order ${options.seed} ${epoch}`).shuffle(ids) }
      }
      const start = (step % stepsPerEpoch) * options.groups
      return shuffled.ids.slice(start, start + options.groups)
    },
  }
}

/** Ids of all that some step has, ascending: a first epoch that comes to its end has every one. */
export function idsOfSteps({ steps, stepsPerEpoch, batch }: BatchOrder): string[] {
  return Array.from({ length: Math.min(steps, stepsPerEpoch) }, (_, step) => batch(step))
    .flat()
    .sort()
}
