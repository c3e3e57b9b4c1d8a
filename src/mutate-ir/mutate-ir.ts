/**
 * Normalised IR in, modules with one instruction edited out: valid modules by the operators of the class `ir`.
 *
 * Not guaranteed: that the verifier takes each (it takes nearly all; see assemble.ts), that one differs from the module
 * in any run, or that its runs are defined. Later stages decide that.
 */
import { hash } from 'node:crypto'
import { chooseMutants } from '../mutate/choose-mutants.ts'
import type { Mutant } from '../records/mutant.ts'
import { applyIrChange } from './apply-ir-change.ts'
import { functionContext } from './function-context.ts'
import type { IrFunction, IrInstruction } from './ir-module.ts'
import type { IrMutant } from './ir-mutant.ts'
import type { IrChange, IrOperator } from './ir-operator.ts'
import { irOperators } from './operators.ts'
import { readIr } from './read-ir.ts'

export interface IrMutantChoice {
  /** The most that are given, chosen in turns among operators and lines (chooseMutants). */
  readonly count: number
  readonly seed: number
}

/**
 * No two have the same text. The order, like the choice, depends on the module and the seed alone.
 *
 * @param ir from `normalizeIr`
 * @example mutateIr('define i32 @f(i32 %a) {\nentry:\n  %r = add nsw i32 %a, 2\n  ret i32 %r\n}\n', { count: 1, seed: 0 })
 */
export function mutateIr(
  ir: string,
  choice: IrMutantChoice,
  operators: readonly IrOperator[] = irOperators,
): IrMutant[] {
  const { lines, edits } = editsOf(ir, operators)
  const chosen = chooseMutants(
    [...edits.values()].map((edit) => edit.mutant),
    choice,
  )
  const mutants = chosen.map((mutant) => toIrMutant(lines, edits.get(mutant.id)!))
  const seen = new Set([ir])
  return mutants.filter(({ text }) => !seen.has(text) && seen.add(text))
}

/** The mutant of that id made again, to see that a text is this edit of the module; undefined where there is none. */
export function findIrMutant(
  ir: string,
  id: string,
  operators: readonly IrOperator[] = irOperators,
): IrMutant | undefined {
  const { lines, edits } = editsOf(ir, operators)
  const edit = edits.get(id)
  return edit && toIrMutant(lines, edit)
}

interface Edit {
  readonly mutant: Mutant
  readonly place: IrFunction
  readonly instruction: IrInstruction
  readonly change: IrChange
}

/** All edits by their ids, without their texts: each is as long as the module. */
function editsOf(
  ir: string,
  operators: readonly IrOperator[],
): { readonly lines: readonly string[]; readonly edits: ReadonlyMap<string, Edit> } {
  const module = readIr(ir)
  const digest = hash('sha256', ir)
  const offsets = lineOffsets(module.lines)
  const edits = new Map<string, Edit>()
  for (const place of module.functions) {
    const context = functionContext(module, place)
    for (const block of place.blocks.filter(context.isReachable)) {
      for (const instruction of block.instructions.filter(({ isUnderstood }) => isUnderstood)) {
        for (const operator of operators) {
          for (const change of operator.mutate(instruction, context)) {
            const mutant = toMutant(digest, offsets, operator.name, instruction, change)
            edits.set(mutant.id, { mutant, place, instruction, change })
          }
        }
      }
    }
  }
  return { lines: module.lines, edits }
}

function toIrMutant(lines: readonly string[], { mutant, place, instruction, change }: Edit): IrMutant {
  return {
    ...mutant,
    function: place.name,
    ...(change.uses !== undefined && { uses: change.uses }),
    text: applyIrChange(lines, place, instruction, change),
  }
}

function toMutant(
  moduleDigest: string,
  offsets: readonly number[],
  operator: string,
  { line, text }: IrInstruction,
  { replacement, uses, behind }: IrChange,
): Mutant {
  const start = offsets[line]! + INDENTATION
  const end = start + text.length
  const content = [moduleDigest, operator, start, end, replacement, uses ?? null, behind?.line ?? null]
  const id = hash('sha256', JSON.stringify(content))
  return { id, operator, start, end, original: text, replacement, line: line + 1 }
}

/** Of every instruction's first line. */
const INDENTATION = 2

function lineOffsets(lines: readonly string[]): number[] {
  let offset = 0
  return lines.map((line) => {
    const start = offset
    offset += line.length + 1
    return start
  })
}
