/** Questions about one instruction that several operators ask. */
import type { FunctionContext } from './function-context.ts'
import type { IrInstruction } from './ir-module.ts'

/** A function of LLVM itself. Its arguments are often bound to constants, or to each other. */
export const isIntrinsicCall = ({ callee }: Pick<IrInstruction, 'callee'>): boolean =>
  callee?.startsWith('@llvm.') ?? false

/** Computes nothing: without it the result is the same, or what it belongs to no longer fits. */
export const isDescriptive = ({ callee }: Pick<IrInstruction, 'callee'>): boolean =>
  /^@llvm\.(?:lifetime|assume|invariant|va_|stack|dbg|experimental|donothing|sideeffect|prefetch)/.test(
    callee ?? '',
  )

/** `store i32 %a, ptr %a.addr`, with which a function begins at O0: any change there reads what was never written. */
export function isParameterCopy(
  { opcode, operands }: IrInstruction,
  { function: { parameters }, definitionOf }: FunctionContext,
): boolean {
  if (opcode !== 'store') return false
  const [value, pointer] = [operands[0]!.text, operands[1]!.text]
  return parameters.some(({ name }) => name === value) && definitionOf(pointer)?.opcode === 'alloca'
}

/** At O0 the value that `main` returns has a place on the stack, and every program stores 0 there. */
export const isExitStatus = (
  { opcode, operands }: IrInstruction,
  { function: { name } }: FunctionContext,
): boolean =>
  name === '@main' && (opcode === 'ret' || (opcode === 'store' && operands[1]!.text === '%retval'))
