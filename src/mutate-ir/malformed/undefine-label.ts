/** A way on to a block that is not there: the label with the next number at its end that no block has. */
import { editText } from '../edit-text.ts'
import type { FunctionContext } from '../function-context.ts'
import type { IrOperator } from '../ir-operator.ts'

export const undefineLabel: IrOperator = {
  name: 'MF-LABEL',
  *mutate(instruction, context) {
    if (instruction.opcode === 'phi') return
    for (const label of instruction.labels)
      yield { replacement: editText(instruction, [label, missingLabel(label.text, context)]) }
  },
}

function missingLabel(label: string, { function: { blocks }, definitionOf }: FunctionContext): string {
  const [, name = label, number = '0'] = /^(.*?)(\d*)"?$/.exec(label)!
  const quote = label.endsWith('"') ? '"' : ''
  for (let next = Number(number) + 1; ; next++) {
    const candidate = `${name}${next}${quote}`
    if (definitionOf(candidate) === undefined && !blocks.some((block) => block.label === candidate))
      return candidate
  }
}
