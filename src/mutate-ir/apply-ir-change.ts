/**
 * A module and a change of one of its instructions in, the whole text after it out. The unnamed values of the function
 * are numbered again, as LLVM numbers them when it prints, so that a gap does not show where something was.
 */
import type { IrFunction, IrInstruction } from './ir-module.ts'
import type { IrChange } from './ir-operator.ts'
import { renumberValues } from './renumber-values.ts'

const LOCAL_NAME = /"[^"]*"|%(?:"[^"]*"|[-$._\w]+)/g

/** @param lines the module's lines, of which the function is a part */
export function applyIrChange(
  lines: readonly string[],
  { start, end }: IrFunction,
  instruction: IrInstruction,
  { replacement, uses, behind }: IrChange,
): string {
  const { line, lineCount, result } = instruction
  const changed = replacement === '' ? [] : `  ${replacement}`.split('\n')
  const withUses = (part: readonly string[]) =>
    uses === undefined || result === undefined
      ? part
      : part.map((text) => text.replace(LOCAL_NAME, (name) => (name === result ? uses : name)))
  const target = behind === undefined ? line : behind.line + behind.lineCount
  const body = [
    ...withUses(lines.slice(start, line)),
    ...(behind === undefined ? changed : []),
    ...withUses(lines.slice(line + lineCount, Math.max(target, line + lineCount))),
    ...(behind === undefined ? [] : changed),
    ...withUses(lines.slice(Math.max(target, line + lineCount), end + 1)),
  ]
  return [...lines.slice(0, start), ...renumberValues(body), ...lines.slice(end + 1)].join('\n')
}
