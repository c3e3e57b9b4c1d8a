/**
 * A model's folder in, its tokenizer out. Ids are those of Hugging Face's tokenizers in Python, whose Rust code this
 * is. Texts are encoded apart and the ids put together: never the joined text, whose border could vanish in a token.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Tokenizer } from 'tokenizers'
import { z } from 'zod'
import { readRegularText } from '../../base/regular-file.ts'
import { UserError } from '../../base/user-error.ts'

export interface TextTokenizer {
  /** sha256 of tokenizer.json: the same for the same ids. */
  readonly id: string
  /** Ids of each text, without marks of beginning and end; marks that are written in the text are taken for marks. */
  encode(texts: readonly string[]): Promise<Int32Array[]>
  decode(ids: Int32Array): Promise<string>
  /** What a raw prompt begins with: the mark of beginning, where this tokenizer sets one. */
  readonly startIds: Int32Array
  /** The mark of beginning as text, for chat templates that write it themselves. */
  readonly startText: string | undefined
  /** The mark that ends a response. */
  readonly end: { readonly id: number; readonly text: string }
  /** Texts of the marks, such as <|im_end|>. */
  readonly specialTokens: readonly string[]
  /** The model's own chat template, as Jinja text. */
  readonly chatTemplate: string | undefined
}

/** Whether a text spells a mark: its ids would say what the text does not mean. */
export const spellsMark = ({ specialTokens }: Pick<TextTokenizer, 'specialTokens'>, text: string): boolean =>
  specialTokens.some((special) => text.includes(special))

const tokenText = z.union([z.string(), z.object({ content: z.string() }).transform(({ content }) => content)])
const configSchema = z.object({
  eos_token: tokenText.nullish(),
  bos_token: tokenText.nullish(),
  chat_template: z
    .union([z.string(), z.array(z.object({ name: z.string(), template: z.string() }))])
    .nullish(),
})
const tokenizerForm = z.object({
  model: z.looseObject({ dropout: z.number().nullish() }),
  added_tokens: z.array(z.object({ content: z.string(), special: z.boolean() })).default([]),
})

/** @throws UserError where a file is missing or not what it should be */
export async function loadTokenizer(folder: string): Promise<TextTokenizer> {
  const file = join(folder, 'tokenizer.json')
  if (!existsSync(file)) {
    throw new UserError(
      `${folder} has no tokenizer.json; name a model's folder in Hugging Face's format, or make one with gepo init-model.`,
    )
  }
  const text = readOrRefuse(file, () => readRegularText(file))
  const tokenizer = readOrRefuse(file, () => Tokenizer.fromString(text))
  // A file may ask for both, left over from its training: nothing is to be cut or filled here.
  tokenizer.disableTruncation()
  tokenizer.disablePadding()
  const form = readOrRefuse(file, () => tokenizerForm.parse(JSON.parse(text)))
  if (form.model.dropout) {
    throw new UserError(
      `${file} drops merges by chance (its model has a dropout of ${form.model.dropout}), so that one text has many ids; set it to null.`,
    )
  }
  const specialTokens = form.added_tokens.filter(({ special }) => special).map(({ content }) => content)
  const configFile = join(folder, 'tokenizer_config.json')
  const config = existsSync(configFile)
    ? readOrRefuse(configFile, () => configSchema.parse(JSON.parse(readRegularText(configFile))))
    : {}

  const endText = config.eos_token ?? undefined
  const endId = endText === undefined ? null : tokenizer.tokenToId(endText)
  if (endText === undefined || endId === null) {
    throw new UserError(`${configFile} names no eos_token that tokenizer.json knows; add it.`)
  }
  const startId = config.bos_token ? tokenizer.tokenToId(config.bos_token) : null
  const marks = (await tokenizer.encode('', null, { addSpecialTokens: true })).getIds()

  return {
    id: createHash('sha256').update(text).digest('hex'),
    async encode(texts) {
      const encodings = await tokenizer.encodeBatch([...texts], { addSpecialTokens: false })
      return encodings.map((encoding) => Int32Array.from(encoding.getIds()))
    },
    decode: (ids) => tokenizer.decode(Array.from(ids), false),
    startIds: startId !== null && marks[0] === startId ? Int32Array.of(startId) : new Int32Array(),
    startText: config.bos_token ?? undefined,
    end: { id: endId, text: endText },
    specialTokens,
    chatTemplate: readChatTemplate(folder, config.chat_template),
  }
}

/** Newer models have it in a file of its own, older ones in the tokenizer's configuration, some under several names. */
function readChatTemplate(
  folder: string,
  inConfig: z.output<typeof configSchema>['chat_template'],
): string | undefined {
  const file = join(folder, 'chat_template.jinja')
  if (existsSync(file)) return readOrRefuse(file, () => readRegularText(file))
  if (typeof inConfig === 'string') return inConfig
  return inConfig?.find(({ name }) => name === 'default')?.template
}

function readOrRefuse<Result>(file: string, read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw new UserError(
      `${file} cannot be read (${String((error as Error).message).split('\n')[0]}); fetch the model anew.`,
      { cause: error },
    )
  }
}
