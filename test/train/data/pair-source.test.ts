import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { PairConfig } from '../../../src/train/config/train-config.ts'
import { openPairSource } from '../../../src/train/data/pair-source.ts'
import type { TextTokenizer } from '../../../src/train/tokenizer/load-tokenizer.ts'

const folder = mkdtempSync(join(tmpdir(), 'gepo-pairs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** An id a character. */
const tokenizer = {
  encode: async (texts) => texts.map((text) => Int32Array.from(text, (char) => char.codePointAt(0)!)),
  startIds: Int32Array.of(1),
  end: { id: 0, text: '</>' },
  specialTokens: ['</>'],
} as Partial<TextTokenizer> as TextTokenizer

function open(lines: readonly string[], given: Record<string, unknown> = {}) {
  const file = join(folder, 'pairs.jsonl')
  writeFileSync(file, lines.join('\n'))
  const config = parseTrainConfig({
    method: 'sft',
    model: 'm',
    out: 'o',
    pairs: { file },
    ...given,
  }) as PairConfig
  return openPairSource(config, tokenizer, 'train')
}
const pair = (prompt: string, response: string) => JSON.stringify({ prompt, response })

describe('pairs of texts', () => {
  it('are groups of one winner, closed by the end', async () => {
    const source = await open([pair('p', 'ab'), '', pair('q', 'c')])
    expect(source.ids).toEqual(['pair 000000001', 'pair 000000002'])
    const [first] = await source.load(source.ids)
    expect(first).toMatchObject({ winners: 1, losers: [], prompt: Int32Array.of(1, 112) })
    expect(first!.responses).toEqual([Int32Array.of(97, 98, 0)])
    expect(source.survey).toMatchObject({ groups: 2, tokens: 5 + 4, longestSequence: 5 })
  })

  it('that are too long are left out and counted', async () => {
    const source = await open([pair('p', 'abcdef'), pair('p', 'a')], { length: { maxTokens: 6 } })
    expect(source.survey).toMatchObject({ groups: 1, droppedGroups: { overlong: 1 } })
  })

  it('that spell a mark are left out and counted', async () => {
    const source = await open([pair('p', 'a</>b'), pair('</>', 'a'), pair('p', 'a')])
    expect(source.ids).toEqual(['pair 000000003'])
    expect(source.survey).toMatchObject({ groups: 1, droppedGroups: { 'special-token': 2 } })
  })

  it('have another scope when a text has changed', async () => {
    const [one, same, other] = [
      await open([pair('p', 'ab')]),
      await open([pair('p', 'ab')]),
      await open([pair('pa', 'b')]),
    ]
    expect(same.scope).toBe(one.scope)
    expect(other.scope).not.toBe(one.scope)
  })

  it('are refused with the line that is none', async () => {
    await expect(open([pair('p', 'a'), '{"prompt": "p"}'])).rejects.toThrow(/Line 2 of .* is no pair; write/)
  })
})
