/**
 * What a model is told as text: Jinja templates, and a message either as it is or in the model's own chat template,
 * thinking turned off.
 */
import { Template } from '@huggingface/jinja'
import { UserError } from '../../base/user-error.ts'
import type { TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import { dateVariables, withoutClock } from './frozen-date.ts'

export interface MessageStyle {
  readonly style: 'raw' | 'chat'
  /** Chat only. */
  readonly system: string | null
  /** Chat only: the day that the template is told, as `2024-07-26`. */
  readonly date: string
}

export interface MessageText {
  /** @returns the prompt's text */
  of(message: string): string
  /** Whether the tokenizer's mark of beginning comes first; a chat template writes its own. */
  readonly startMark: boolean
}

/**
 * @param section of the configuration, for the messages
 * @throws UserError where a chat template is asked for and missing, or not Jinja
 */
export function createMessageText(
  { style, system, date }: MessageStyle,
  section: string,
  tokenizer: Pick<TextTokenizer, 'chatTemplate' | 'startText' | 'end'>,
): MessageText {
  if (style === 'raw') return { startMark: true, of: (message) => message }
  if (tokenizer.chatTemplate === undefined) {
    throw new UserError(`The model has no chat template; set "${section}.style: raw", or name a chat model.`)
  }
  const day = dateVariables(date)
  const chat = compileTemplate(withoutClock(tokenizer.chatTemplate), "the model's chat template")
  return {
    startMark: false,
    of: (message) =>
      chat({
        messages: [
          ...(system === null ? [] : [{ role: 'system', content: system }]),
          { role: 'user', content: message },
        ],
        add_generation_prompt: true,
        enable_thinking: false,
        bos_token: tokenizer.startText ?? '',
        eos_token: tokenizer.end.text,
        ...day,
      }),
  }
}

/**
 * @param name of the option, for the messages
 * @param variable one that the template must use
 * @throws UserError where it is not Jinja, or does not use the variable
 */
export function compileTemplate(
  text: string,
  name: string,
  variable?: string,
): (values: Record<string, unknown>) => string {
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
