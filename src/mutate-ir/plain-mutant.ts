/** An edit of IR in, what of it any mutant has out: without the text, which is kept beside it. */
import type { Mutant } from '../records/mutant.ts'

export const plainMutant = ({ id, operator, start, end, original, replacement, line }: Mutant): Mutant => ({
  id,
  operator,
  start,
  end,
  original,
  replacement,
  line,
})
