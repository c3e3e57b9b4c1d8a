import type { PreparedGroup } from '../../src/train/preference/prepared-group.ts'
import { uniformNumbers } from '../../test/train/tensor-engine/random-checkpoint.ts'

export interface GroupSize {
  readonly promptTokens: number
  /** Of each response: all are as long. */
  readonly responseTokens: number
  /** Default 4. */
  readonly winners?: number
  /** Default 4. */
  readonly losers?: number
}

/** A group of ids drawn by chance. */
export function makeGroup(
  vocabulary: number,
  { promptTokens, responseTokens, winners = 4, losers = 4 }: GroupSize,
): PreparedGroup {
  const uniform = uniformNumbers(3)
  const draw = (length: number) => Int32Array.from({ length }, () => Math.floor(uniform() * vocabulary))
  return {
    id: 'drawn',
    prompt: draw(promptTokens),
    responses: Array.from({ length: winners + losers }, () => draw(responseTokens)),
    winners,
    losers: Array.from({ length: losers }, () => ({ class: 'ast', operator: 'drawn' })),
    reference: new Float64Array(winners + losers),
  }
}
