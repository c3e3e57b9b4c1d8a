/** What operators make of a few lines of IR, as lines. */
import { functionContext } from '../../src/mutate-ir/function-context.ts'
import type { IrOperator } from '../../src/mutate-ir/ir-operator.ts'
import { readIr } from '../../src/mutate-ir/read-ir.ts'

const PRELUDE = `%struct.pair = type { i32, i32, ptr }
@count = global i32 0, align 4
@.str = private constant [3 x i8] c"%d\\00", align 1
`

/** A whole function around the lines; without a terminator at their end they return nothing. */
export function functionOf(
  body: string,
  parameters = 'i32 noundef %a, i32 noundef %b, ptr noundef %p',
  name = '@f',
) {
  const lines = body.split('\n').map((line) => line.trim())
  const last = /^(?:ret|br|switch|unreachable|\])/.test(lines.at(-1)!) ? [] : ['ret void']
  const returned = /^ret (\w+)/.exec([...lines, ...last].findLast((line) => line.startsWith('ret '))!)![1]
  const text = [...lines, ...last].map((line) => (/^[\w.]+:$/.test(line) ? line : `  ${line}`)).join('\n')
  return `${PRELUDE}define ${returned} ${name}(${parameters}) {\nentry:\n${text}\n}\n`
}

/**
 * The changes of the instruction that `of` is the beginning of, else of all: the new text, or `deleted`, with what the
 * uses become.
 */
export function changesOf(operator: IrOperator, module: string, of = ''): string[] {
  const ir = readIr(module)
  return ir.functions.flatMap((place) => {
    const context = functionContext(ir, place)
    return context.instructions
      .filter(({ text, isUnderstood }) => isUnderstood && text.startsWith(of))
      .flatMap((instruction) =>
        Array.from(operator.mutate(instruction, context), ({ replacement, uses, behind }) =>
          [
            replacement === '' ? 'deleted' : replacement,
            ...(uses === undefined ? [] : [`uses ${uses}`]),
            ...(behind === undefined ? [] : [`behind ${behind.text}`]),
          ].join('; '),
        ),
      )
  })
}
