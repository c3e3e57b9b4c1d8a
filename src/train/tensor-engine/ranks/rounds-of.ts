/** A model on one rank or on several in, one way to give each rank a batch at the same time out. */
import type { Model, Rounds } from '../tensor-engine.ts'

type Single = Pick<Model, 'logProbs' | 'beginPacked' | 'backward'>

/** @param model what is not asked of it may be missing */
export function roundsOf(model: Partial<Single> & Pick<Model, 'rounds'>): Rounds {
  if (model.rounds !== undefined) return model.rounds
  const single = model as Single
  return {
    width: 1,
    logProbs: async ([batch], options) => [await single.logProbs(batch!, options)],
    backward: async ([batch], [gradient], options) => [await single.backward(batch!, gradient!, options)],
    async beginPacked([batch], options) {
      const pass = await single.beginPacked(batch!, options)
      return {
        logProbs: [pass.logProbs],
        finish: ([gradient], finishOptions) => pass.finish(gradient!, finishOptions),
        discard: () => pass.discard(),
      }
    },
  }
}
