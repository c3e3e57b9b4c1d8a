/** A model's folder in, the ids that end an answer out: the tokenizer's end, and those of generation_config.json. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readRegularText } from '../../base/regular-file.ts'
import { UserError } from '../../base/user-error.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'

const schema = z.object({ eos_token_id: z.union([z.int(), z.array(z.int())]).nullish() })

export function readStopTokens(folder: string, { end }: Pick<TextTokenizer, 'end'>): Int32Array {
  const file = join(folder, 'generation_config.json')
  if (!existsSync(file)) return Int32Array.of(end.id)
  try {
    const { eos_token_id: ids } = schema.parse(JSON.parse(readRegularText(file)))
    return Int32Array.from(new Set([end.id, ...(typeof ids === 'number' ? [ids] : (ids ?? []))]))
  } catch (error) {
    throw new UserError(`${file} cannot be read; fetch the model anew.`, { cause: error })
  }
}
