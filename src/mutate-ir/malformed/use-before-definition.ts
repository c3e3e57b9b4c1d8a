/** An instruction behind the next one of its block that uses its result. */
import type { IrOperator } from '../ir-operator.ts'

const NAME = /"[^"]*"|%(?:"[^"]*"|[-$._\w]+)/g

export const useBeforeDefinition: IrOperator = {
  name: 'MF-USE',
  *mutate(instruction, { blockOf }) {
    const { opcode, result, line, text } = instruction
    // Phis come first, and may use what comes later.
    if (result === undefined || opcode === 'phi') return
    const user = blockOf(instruction).instructions.find(
      (other) => other.line > line && [...other.text.matchAll(NAME)].some(([name]) => name === result),
    )
    if (user !== undefined && !/^(?:br|switch|ret|unreachable)$/.test(user.opcode))
      yield { replacement: text, behind: user }
  },
}
