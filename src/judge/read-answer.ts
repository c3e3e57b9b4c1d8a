/**
 * The program in a chat model's answer. In: the answer's text and the language asked for. Out: the program, or why
 * there is none: a format-error, which fails the answer.
 *
 * The rule: the text has exactly one fenced block (``` or ~~~, as in CommonMark) whose first word names the language
 * (languages/*.ts have the words), and that block is closed. Other text, and blocks of other kinds, do not matter.
 */

import { fencedBlocks } from '../base/fenced-blocks.ts'
import type { Language, Program } from '../records/language.ts'
import type { Verdict } from '../records/verdict.ts'
import { definitionOf } from './languages/languages.ts'

export type AnswerReading = { readonly kind: 'program'; readonly program: Program } | FormatError

type FormatError = Extract<Verdict, { kind: 'format-error' }>

/** @example readAnswer('Here:\n```py\nprint(1)\n```', 'python') // { kind: 'program', program: { code: 'print(1)\n', ... } } */
export function readAnswer(text: string, language: Language): AnswerReading {
  const { tags } = definitionOf(language)
  const blocks = fencedBlocks(text).filter(({ tag }) => tags.includes(tag))
  const [block] = blocks
  if (block === undefined) return formatError(`there is no block that begins with \`\`\`${tags[0]}`)
  if (blocks.length > 1)
    return formatError(`${blocks.length} blocks are marked as ${tags[0]}; there must be one`)
  if (!block.closed) return formatError('the block is not closed')
  return { kind: 'program', program: { language, code: block.code } }
}

/**
 * By the rule of benchmarks, which ask models that were not told ours: of several blocks in the language the first counts,
 * as others show how to use it; where no block says its language, the first that says none.
 */
export function readFirstBlock(text: string, language: Language): AnswerReading {
  const { tags } = definitionOf(language)
  const blocks = fencedBlocks(text)
  const block = blocks.find(({ tag }) => tags.includes(tag)) ?? blocks.find(({ tag }) => tag === '')
  if (block === undefined) return formatError(`there is no block that begins with \`\`\`${tags[0]}`)
  if (!block.closed) return formatError('the block is not closed')
  return { kind: 'program', program: { language, code: block.code } }
}

const formatError = (message: string): FormatError => ({ kind: 'format-error', message })
