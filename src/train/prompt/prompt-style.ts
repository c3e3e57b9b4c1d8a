/**
 * How a group becomes texts for a model: C code in, the prompt out; IR in, the response out. Templates are Jinja
 * with `code`, and `level` where one is asked for, or with `ir`. The template is part of what a model learns: evaluation
 * uses the same one.
 *
 * `raw`: the prompt is the template's text, by default the code alone, as `gepo export` gives it out.
 * `chat`: the template's text is the user's message in the model's own chat template, thinking turned off.
 */

import { LEVELS, type Level } from '../../records/level.ts'
import { promptOf } from '../../records/prompt-template.ts'
import type { GroupConfig } from '../config/train-config.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import { compileTemplate, createMessageText } from './prompt-text.ts'

export interface PromptStyle {
  /** @param level what is asked for; null for none */
  prompt(code: string, level?: Level | null): string
  /** Whether the template names the level that is asked for; those of the styles do not. */
  readonly asksForLevel: boolean
  response(ir: string): string
  /** Whether the tokenizer's mark of beginning comes first; a chat template writes its own. */
  readonly startMark: boolean
}

const DEFAULT_TEMPLATES = {
  raw: '{{ code }}',
  chat: 'Translate this C code to LLVM IR.\n\n```c\n{{ code }}```',
} as const

/** @throws UserError where a template is not Jinja, uses an unknown variable or is missing */
export function createPromptStyle(
  { style, template, system, date, response }: GroupConfig['prompt'],
  tokenizer: Pick<TextTokenizer, 'chatTemplate' | 'startText' | 'end'>,
): PromptStyle {
  const message = compileTemplate(template ?? DEFAULT_TEMPLATES[style], 'prompt.template', 'code')
  const answer = compileTemplate(response, 'prompt.response', 'ir')
  const text = createMessageText({ style, system, date }, 'prompt', tokenizer)
  const asked = (code: string, level: Level | null = null) =>
    message({ code: promptOf({ code }), ...(level !== null && { level }) })
  return {
    startMark: text.startMark,
    asksForLevel: new Set(LEVELS.map((level) => asked('', level))).size > 1,
    prompt: (code, level) => text.of(asked(code, level)),
    response: (ir) => answer({ ir }),
  }
}
