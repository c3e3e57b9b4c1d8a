/** What an operator on IR is: a name and a pure generator of changes for one instruction. */
import type { FunctionContext } from './function-context.ts'
import type { IrInstruction } from './ir-module.ts'

/** One instruction changed, deleted or moved; the values are numbered again by whoever applies it. */
export interface IrChange {
  /** What the instruction's text becomes, without indentation; '' when it is deleted. */
  readonly replacement: string
  /** What all uses of its result become; as they are without. */
  readonly uses?: string
  /** Where it moves to: behind this instruction of its own block. */
  readonly behind?: IrInstruction
}

export interface IrOperator {
  readonly name: string
  /** Called once for each understood instruction that can be reached; yields nothing for those not the operator's. */
  mutate(instruction: IrInstruction, context: FunctionContext): Iterable<IrChange>
}
