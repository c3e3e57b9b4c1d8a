/** Texts in, a byte-level BPE tokenizer in Hugging Face's form out: it encodes every text without loss. */
import { trainBpe } from './train-bpe.ts'

/** The marks of Qwen's models; a response ends with the last. */
const PADDING = '<|endoftext|>'
const END = '<|im_end|>'
const SPECIAL_TOKENS: readonly string[] = [PADDING, '<|im_start|>', END]

/** Words, single digits, runs of marks and blanks: how Qwen's tokenizers cut a text, in their notation. */
const WORD = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`

/** ChatML, as Qwen's models have it, without tools and thoughts. */
const CHAT_TEMPLATE = [
  "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}",
  "{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}",
].join('')

export interface MadeTokenizer {
  readonly vocabularySize: number
  readonly endId: number
  readonly paddingId: number
  /** Contents by file name, for the model's folder. */
  readonly files: Readonly<Record<string, string>>
}

/**
 * @param vocabularySize entries at most, 256 bytes and the special tokens included; fewer where the texts give no more
 * @example makeTokenizer(['int main(void) { return 0; }'], 300).vocabularySize // 276
 */
export function makeTokenizer(texts: Iterable<string>, vocabularySize: number): MadeTokenizer {
  const alphabet = [...BYTE_CHARACTERS].sort()
  const words = countWords(texts)
  const merges = trainBpe(words, alphabet, vocabularySize - alphabet.length - SPECIAL_TOKENS.length)
  const entries = [...new Set([...alphabet, ...merges.map(([left, right]) => left + right)])]
  const specialId = (token: string) => entries.length + SPECIAL_TOKENS.indexOf(token)
  const tokenizer = {
    ...blankTokenizer(),
    added_tokens: SPECIAL_TOKENS.map((content) => ({
      id: specialId(content),
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    model: bpeModel(Object.fromEntries(entries.map((entry, id) => [entry, id])), merges),
  }
  const config = {
    tokenizer_class: 'PreTrainedTokenizerFast',
    bos_token: null,
    eos_token: END,
    pad_token: PADDING,
    add_bos_token: false,
    clean_up_tokenization_spaces: false,
    chat_template: CHAT_TEMPLATE,
  }
  return {
    vocabularySize: entries.length + SPECIAL_TOKENS.length,
    endId: specialId(END),
    paddingId: specialId(PADDING),
    files: {
      'tokenizer.json': `${JSON.stringify(tokenizer, undefined, 1)}\n`,
      'tokenizer_config.json': `${JSON.stringify(config, undefined, 2)}\n`,
    },
  }
}

/** Spelled in the byte-level alphabet. The model's own cutting, which is the same but for exotic blanks, is slower. */
function countWords(texts: Iterable<string>): Map<string, number> {
  const word = new RegExp(WORD, 'gu')
  const counts = new Map<string, number>()
  for (const text of texts) {
    for (const [match] of text.matchAll(word)) counts.set(match, (counts.get(match) ?? 0) + 1)
  }
  return new Map(Array.from(counts, ([match, count]) => [spellBytes(match), count]))
}

/** A character for each byte, as all byte-level tokenizers have it: printable ones stand for themselves. */
const BYTE_CHARACTERS: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae
  let others = 0
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : 256 + others++),
  )
})()

function spellBytes(word: string): string {
  return Array.from(Buffer.from(word, 'utf8'), (byte) => BYTE_CHARACTERS[byte]!).join('')
}

function blankTokenizer() {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: false }
  const split = { type: 'Split', pattern: { Regex: WORD }, behavior: 'Isolated', invert: false }
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    normalizer: null,
    pre_tokenizer: { type: 'Sequence', pretokenizers: [split, byteLevel] },
    post_processor: null,
    decoder: byteLevel,
  }
}

function bpeModel(vocab: Record<string, number>, merges: readonly (readonly [string, string])[]) {
  return {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab,
    merges,
  }
}
