import { describe, expect, it } from 'vitest'
import type { TrainingGroup } from '../../../src/store/training-rows.ts'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { type Encoding, encodeGroup } from '../../../src/train/data/encode-group.ts'
import { createPromptStyle } from '../../../src/train/prompt/prompt-style.ts'
import type { TextTokenizer } from '../../../src/train/tokenizer/load-tokenizer.ts'

const END = 1000
/** An id for each character. */
const tokenizer: TextTokenizer = {
  id: 'characters',
  encode: async (texts) =>
    texts.map((text) => Int32Array.from(text, (character) => character.codePointAt(0)!)),
  decode: async (ids) => String.fromCodePoint(...ids),
  startIds: Int32Array.of(),
  startText: undefined,
  end: { id: END, text: '<end>' },
  specialTokens: ['<end>'],
  chatTemplate: undefined,
}
const group: TrainingGroup = {
  id: 'a group',
  code: 'c\n',
  winners: [
    { ir: 'w0', levels: ['O0'] },
    { ir: 'w23', levels: ['O2', 'O3'] },
  ],
  losers: [
    { ir: 'la', level: 'O0', class: 'ast', operator: 'ROR' },
    { ir: 'li', level: 'O2', class: 'ir', operator: 'IR-PRED' },
    { ir: 'long loser', level: 'O2', class: 'malformed', operator: 'MF-TYPE' },
  ],
}
const encode = (
  stored: TrainingGroup,
  given: Record<string, unknown> = {},
  other: Partial<TextTokenizer> = {},
) => {
  const config = parseTrainConfig({
    method: 'gepo',
    model: 'm',
    out: 'o',
    ...given,
    data: { groups: 'g', ...(given.data as object) },
  }) as GroupConfig
  const encoding: Encoding = {
    tokenizer: { ...tokenizer, ...other },
    style: createPromptStyle(config.prompt, tokenizer),
    config,
  }
  return encodeGroup(stored, encoding)
}
/** Ids as text, the mark of the end as a dollar sign. */
const spelled = (ids: Int32Array) => String.fromCodePoint(...ids.map((id) => (id === END ? 36 : id)))
const textsOf = async (...args: Parameters<typeof encode>) => {
  const result = await encode(...args)
  if (result.kind === 'dropped') return result.reason
  const { prompt, responses, winners, losers } = result.group
  return {
    prompt: spelled(prompt),
    responses: responses.map(spelled),
    winners,
    losers: losers.map((l) => l.operator),
  }
}

describe('a group as ids', () => {
  it('is a prompt and its responses, winners first, each closed by the end mark', async () => {
    expect(await textsOf(group)).toEqual({
      prompt: 'c\n',
      responses: ['w0$', 'w23$', 'la$', 'li$', 'long loser$'],
      winners: 2,
      losers: ['ROR', 'IR-PRED', 'MF-TYPE'],
    })
  })

  it('has no end mark where the configuration wants none', async () => {
    expect(await textsOf(group, { prompt: { endToken: false } })).toMatchObject({
      responses: ['w0', 'w23', 'la', 'li', 'long loser'],
    })
  })

  it("begins with the tokenizer's mark of beginning", async () => {
    expect(await textsOf(group, {}, { startIds: Int32Array.of(94) })).toMatchObject({ prompt: '^c\n' })
  })

  it('has the losers of the chosen classes alone', async () => {
    expect(await textsOf(group, { data: { classes: ['ir'] } })).toMatchObject({
      winners: 2,
      losers: ['IR-PRED'],
    })
  })

  it('has the winners that one of the chosen levels gives, and losers at those levels', async () => {
    expect(await textsOf(group, { data: { levels: ['O3', 'O0'] } })).toMatchObject({
      responses: ['w0$', 'w23$', 'la$'],
    })
  })
})

describe('the limit of length', () => {
  // The prompt has 2 ids, "long loser$" 11.
  it('counts the prompt and the end mark', async () => {
    expect(await textsOf(group, { length: { maxTokens: 13 } })).toMatchObject({
      losers: ['ROR', 'IR-PRED', 'MF-TYPE'],
    })
    expect(await textsOf(group, { length: { maxTokens: 12 } })).toMatchObject({ losers: ['ROR', 'IR-PRED'] })
  })

  it('drops the response and counts it', async () => {
    const result = await encode(group, { length: { maxTokens: 12 } })
    expect(result.dropped).toEqual({ overlong: 1, specialToken: 0 })
  })

  it('drops the group where the configuration says so', async () => {
    expect(await textsOf(group, { length: { maxTokens: 12, overlong: 'drop-group' } })).toBe('overlong')
  })

  it('drops a group of which no winner, or no loser, is left', async () => {
    expect(
      await textsOf(
        { ...group, winners: [{ ir: 'much too long', levels: ['O0'] }] },
        { length: { maxTokens: 12 } },
      ),
    ).toBe('no-winner')
    expect(await textsOf({ ...group, losers: group.losers.slice(2) }, { length: { maxTokens: 12 } })).toBe(
      'no-loser',
    )
  })

  it('drops a group whose prompt leaves no room', async () => {
    expect(await textsOf(group, { length: { maxTokens: 2 } })).toBe('overlong-prompt')
  })
})

describe('a text that spells a mark of the tokenizer', () => {
  it('as a response is left out and counted', async () => {
    const winners = [...group.winners, { ir: 'puts("<end>")', levels: ['O1'] as const }]
    const result = await encode({ ...group, winners })
    expect(result).toMatchObject({ kind: 'encoded', dropped: { specialToken: 1 }, group: { winners: 2 } })
  })

  it('as a prompt drops the group', async () => {
    expect(await textsOf({ ...group, code: 'puts("<end>");' })).toBe('special-token')
  })
})
