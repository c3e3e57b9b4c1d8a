/**
 * Normalised IR in, modules that look like it and that the assembler refuses out, each with its message: losers of the
 * class `malformed`. Here the refusal is the proof; none of them is ever run.
 */
import type { Assembled } from '../toolchain/assemble.ts'
import type { IrMutant } from './ir-mutant.ts'
import { malformedOperators } from './malformed-operators.ts'
import { type IrMutantChoice, mutateIr } from './mutate-ir.ts'

export interface MalformedIr extends IrMutant {
  /** Why the assembler refuses it, `12:3: use of undefined value '%add'`. */
  readonly message: string
}

/**
 * Texts that the assembler takes are left out, and others tried instead.
 *
 * @param assemble see `assemble`
 */
export async function malformIr(
  assemble: (ir: string) => Promise<Assembled>,
  ir: string,
  { count, seed }: IrMutantChoice,
): Promise<MalformedIr[]> {
  const refused: MalformedIr[] = []
  for (const mutant of mutateIr(ir, { count: count + SPARE, seed }, malformedOperators)) {
    if (refused.length >= count) break
    const assembled = await assemble(mutant.text)
    if (assembled.kind === 'refused') refused.push({ ...mutant, message: assembled.message })
  }
  return refused
}

/** Few are taken; these stand in for them. */
const SPARE = 8
