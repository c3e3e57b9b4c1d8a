/** How a prompt and its response are put into words. */
import { z } from 'zod'
import { OURS, oneOf, source, text, yesNo } from '../fields.ts'

export const style = () =>
  oneOf(['raw', 'chat'])
    .default('raw')
    .meta(source(`${OURS}: a base model knows no chat`))
/** Chat only: the system's message. */
export const system = () => text().nullable().default(null).meta(source('none'))

/** Chat only: the day that templates are told which ask for it; the clock would give other prompts each day. */
export const date = () =>
  z.iso
    .date({ error: 'must be a day such as 2024-07-26' })
    .default('2024-07-26')
    .meta(source("Llama 3.1's template, which names this day where it is told none"))

/** Of groups: C in, IR out. */
export const promptSection = z.strictObject({
  style: style(),
  /**
   * Jinja: the prompt (raw) or the user's message (chat) from `code`. One that names `level` asks for a level: groups are
   * then taken once for each.
   */
  template: text().nullable().default(null).meta(source("none: the style's own, see docs/training.md")),
  system: system(),
  date: date(),
  /** Jinja: the response from `ir`. */
  response: text()
    .default('{{ ir }}')
    .meta(source(`${OURS}: the IR and nothing else`)),
  /** Whether the tokenizer's end token closes a response and counts in its log-probability. */
  endToken: yesNo()
    .default(true)
    .meta(source(`${OURS}, as TRL: the end is part of an answer`)),
})

/** Of translation tasks. */
export const translationSection = z.strictObject({
  style: style(),
  /** Jinja: the prompt (raw) or the user's message (chat) from `code`, `source`, `target` and `declaration`. */
  template: text()
    .nullable()
    .default(null)
    .meta(source("ours, see docs/training.md: a block of the target's language is asked for")),
  system: system(),
  date: date(),
})
