/**
 * How a group becomes texts for a model: C code in, the prompt out; IR in, the response out. Templates are Jinja
 * with one variable, `code` or `ir`. The template is part of what a model learns: evaluation uses the same one.
 *
 * `raw`: the prompt is the template's text, by default the code alone, as `gepo export` gives it out.
 * `chat`: the template's text is the user's message in the model's own chat template, thinking turned off.
 */
import { Template } from '@huggingface/jinja'
import type { TrainConfig } from '../../config/train-config.ts'
import { UserError } from '../../config/user-error.ts'
import { promptOf } from '../../export/prompt-template.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'

export interface PromptStyle {
  prompt(code: string): string
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
  { style, template, system, response }: TrainConfig['prompt'],
  tokenizer: Pick<TextTokenizer, 'chatTemplate' | 'startText' | 'end'>,
): PromptStyle {
  const message = compile(template ?? DEFAULT_TEMPLATES[style], 'prompt.template', 'code')
  const answer = compile(response, 'prompt.response', 'ir')
  if (style === 'raw') {
    return {
      startMark: true,
      prompt: (code) => message({ code: promptOf({ code }) }),
      response: (ir) => answer({ ir }),
    }
  }
  if (tokenizer.chatTemplate === undefined) {
    throw new UserError('The model has no chat template; set "prompt.style: raw", or name a chat model.')
  }
  const chat = compile(tokenizer.chatTemplate, "the model's chat template")
  return {
    startMark: false,
    prompt: (code) =>
      chat({
        messages: [
          ...(system === null ? [] : [{ role: 'system', content: system }]),
          { role: 'user', content: message({ code: promptOf({ code }) }) },
        ],
        add_generation_prompt: true,
        enable_thinking: false,
        bos_token: tokenizer.startText ?? '',
        eos_token: tokenizer.end.text,
      }),
    response: (ir) => answer({ ir }),
  }
}

function compile(text: string, name: string, variable?: string): (values: Record<string, unknown>) => string {
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work()
    } catch (error) {
      throw new UserError(`${name} is not Jinja that can be rendered: ${(error as Error).message}.`, {
        cause: error,
      })
    }
  }
  const template = attempt(() => new Template(text))
  const render = (values: Record<string, unknown>) => attempt(() => template.render(values))
  // Jinja renders an unknown variable as nothing, so that a misspelt one would train on empty prompts.
  if (variable !== undefined && !render({ [variable]: PROBE }).includes(PROBE)) {
    throw new UserError(
      `"${name}" does not use its variable; write {{ ${variable} }} where the text belongs.`,
    )
  }
  return render
}

const PROBE = 'int probe;'
