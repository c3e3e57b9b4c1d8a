import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRandom } from '../../../src/base/random.ts'
import type { PreparedGroup } from '../../../src/train/preference/prepared-group.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { type BigramModel, openBigramEngine } from '../tensor-engine/bigram-engine.ts'

export const VOCABULARY = 12

/** Groups of random ids with random references: 3 winners and 2 losers each, responses of 2 to 9 ids. */
export function randomGroups(count: number, seed = 'groups'): PreparedGroup[] {
  const random = createRandom(seed)
  const ids = (least: number, most: number) =>
    Int32Array.from({ length: random.int(least, most) }, () => random.int(0, VOCABULARY - 1))
  return Array.from({ length: count }, (_, i) => ({
    id: `group ${i}`,
    prompt: ids(1, 4),
    responses: Array.from({ length: 5 }, () => ids(2, 9)),
    winners: 3,
    losers: [
      { class: 'ast', operator: 'ROR' },
      { class: 'ir', operator: 'change-constant' },
    ],
    reference: Float64Array.from({ length: 5 }, () => -20 * random.next()),
  }))
}

/** A model with random weights. */
export async function openRandomBigram(seed = 'weights'): Promise<BigramModel> {
  const random = createRandom(seed)
  const folder = scratchFolder()
  const weights = Float64Array.from({ length: VOCABULARY ** 2 }, () => 2 * random.next() - 1)
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ vocab_size: VOCABULARY }))
  writeFileSync(join(folder, 'bigram.safetensors'), new Uint8Array(weights.buffer))
  const training = { kind: 'full' } as const
  return openBigramEngine().openModel({ folder, device: 'cpu', numberType: 'float64', training })
}
