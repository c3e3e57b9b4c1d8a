/**
 * IR as small compilers write it: what says nothing about behaviour is left out, a third of the tokens. What remains is
 * IR still, and does the same wherever the whole is defined: marks that only promise something to an optimiser, such as
 * the range of a result, go as well.
 */
import { Template } from '@huggingface/jinja'

const LEFT_OUT = [
  ', align 16',
  ', align 1',
  ', align 4',
  ', align 8',
  'dso_local ',
  ' local_unnamed_addr',
  'noundef ',
  'nocapture ',
  ' nuw',
  ' nsw',
  ' nneg',
  ' disjoint',
  ' exact',
  ' samesign',
]
const INDENTED = String.raw`replace("\n  ", "\n")`
const WORDS = `{% set ir = ${['ir', ...LEFT_OUT.map((text) => `replace("${text}", "")`), INDENTED].join(' | ')} %}`
/** The range of a function's result stands before the result's type. */
const RANGE =
  '{% set parts = ir.split("define range(", 1) %}{{ parts[0] ~ "define " ~ parts[1].split(") ", 1)[1] if parts | length > 1 else ir }}'

/** The option `prompt.response` of `gepo train`. */
export const RESPONSE_TEMPLATE = WORDS + RANGE

const template = new Template(RESPONSE_TEMPLATE)

/** @example plainIr('define dso_local i32 @f() {\nentry:\n  ret i32 0\n}\n') // 'define i32 @f() {\nentry:\nret i32 0\n}\n' */
export const plainIr = (ir: string): string => template.render({ ir })
