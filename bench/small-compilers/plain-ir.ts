/**
 * IR as small compilers write it: what says nothing about behaviour is left out, a third of the tokens. What remains is
 * IR still, and does the same.
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
]
const INDENTED = String.raw`replace("\n  ", "\n")`

/** The option `prompt.response` of `gepo train`. */
export const RESPONSE_TEMPLATE = `{{ ${['ir', ...LEFT_OUT.map((text) => `replace("${text}", "")`), INDENTED].join(' | ')} }}`

const template = new Template(RESPONSE_TEMPLATE)

/** @example plainIr('define dso_local i32 @f() {\nentry:\n  ret i32 0\n}\n') // 'define i32 @f() {\nentry:\nret i32 0\n}\n' */
export const plainIr = (ir: string): string => template.render({ ir })
