import type { PreparedGroup } from '../../src/train/preference/prepared-group.ts'
import { uniformNumbers } from '../../test/train/tensor-engine/random-checkpoint.ts'

const WINNERS = 4
const LOSERS = 4

/** A group of 4 + 4 responses, all as long, of ids drawn by chance. */
export function makeGroup(vocabulary: number, promptTokens: number, responseTokens: number): PreparedGroup {
  const uniform = uniformNumbers(3)
  const draw = (length: number) => Int32Array.from({ length }, () => Math.floor(uniform() * vocabulary))
  return {
    id: 'drawn',
    prompt: draw(promptTokens),
    responses: Array.from({ length: WINNERS + LOSERS }, () => draw(responseTokens)),
    winners: WINNERS,
    losers: Array.from({ length: LOSERS }, () => ({ class: 'ast', operator: 'drawn' })),
    reference: new Float64Array(WINNERS + LOSERS),
  }
}
