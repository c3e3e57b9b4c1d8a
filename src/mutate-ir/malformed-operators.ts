/** All operators of the class `malformed`, by name: what they give, the assembler refuses (malform-ir.ts). */
import type { IrOperator } from './ir-operator.ts'
import { defineTwice } from './malformed/define-twice.ts'
import { deleteAndRenumber } from './malformed/delete-and-renumber.ts'
import { dropTerminator } from './malformed/drop-terminator.ts'
import { mismatchType } from './malformed/mismatch-type.ts'
import { undefineLabel } from './malformed/undefine-label.ts'
import { useBeforeDefinition } from './malformed/use-before-definition.ts'
import { wrongPredecessor } from './malformed/wrong-predecessor.ts'

export const malformedOperators: readonly IrOperator[] = [
  deleteAndRenumber,
  defineTwice,
  undefineLabel,
  wrongPredecessor,
  dropTerminator,
  mismatchType,
  useBeforeDefinition,
]
