import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadTokenizer } from '../../../src/train/tokenizer/load-tokenizer.ts'
import { makeTokenizer } from '../../../src/train/tokenizer/make-tokenizer.ts'
import { scratchFolder } from '../../scratch-folder.ts'

const root = scratchFolder()
const code = readFileSync(new URL('../../../fixtures/programs/bfs-grid.c', import.meta.url), 'utf8')
const made = makeTokenizer([code], 400)

describe('a tokenizer of our own', () => {
  it('has no more entries than asked for, all bytes and the marks among them', () => {
    expect(made.vocabularySize).toBe(400)
    expect(made.endId).toBeLessThan(400)
    expect(
      JSON.parse(made.files['tokenizer.json']!).added_tokens.map(({ id }: { id: number }) => id),
    ).toEqual([397, 398, 399])
  })

  it('is the same for the same texts', () => {
    expect(makeTokenizer([code], 400)).toEqual(made)
  })

  it.each([
    ['the text that it was made from', code],
    ['another language', '日本語 — zażółć 🎈 \u00a0\u2028'],
    ['blanks', '\t\t x\r\n\n\n   y  '],
    ['control characters', '\0\u0001\u007f'],
    ['nothing', ''],
  ])('encodes %s without loss', async (_, text) => {
    const tokenizer = await loadTokenizer(folderWith(made.files))
    const [ids] = await tokenizer.encode([text])
    expect(await tokenizer.decode(ids!)).toBe(text)
  })

  it('makes the text that it was made from shorter', async () => {
    const tokenizer = await loadTokenizer(folderWith(made.files))
    const [ids] = await tokenizer.encode([code])
    expect(ids!.length).toBeLessThan(code.length / 1.5)
  })

  it('sets no mark of beginning, and ends with the mark of a message', async () => {
    const tokenizer = await loadTokenizer(folderWith(made.files))
    expect(tokenizer.startIds).toHaveLength(0)
    expect(tokenizer.end).toEqual({ id: made.endId, text: '<|im_end|>' })
    expect(tokenizer.specialTokens).toEqual(['<|endoftext|>', '<|im_start|>', '<|im_end|>'])
  })
})

describe('reading a tokenizer', () => {
  it('finds the mark of beginning where the tokenizer sets one', async () => {
    const tokenizer = JSON.parse(made.files['tokenizer.json']!)
    const start = '<|im_start|>'
    tokenizer.post_processor = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: start, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { [start]: { id: start, ids: [398], tokens: [start] } },
    }
    const config = { ...JSON.parse(made.files['tokenizer_config.json']!), bos_token: { content: start } }
    const folder = folderWith({
      'tokenizer.json': JSON.stringify(tokenizer),
      'tokenizer_config.json': JSON.stringify(config),
    })
    expect((await loadTokenizer(folder)).startIds).toEqual(Int32Array.of(398))
  })

  it('cuts and fills nothing, whatever the file asks for', async () => {
    const asked = JSON.parse(made.files['tokenizer.json']!)
    asked.truncation = { direction: 'Right', max_length: 3, strategy: 'LongestFirst', stride: 0 }
    asked.padding = {
      strategy: { Fixed: 8 },
      direction: 'Right',
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: '<|endoftext|>',
    }
    const tokenizer = await loadTokenizer(
      folderWith({ ...made.files, 'tokenizer.json': JSON.stringify(asked) }),
    )
    const plain = await loadTokenizer(folderWith(made.files))
    expect(await tokenizer.encode([code, 'x'])).toEqual(await plain.encode([code, 'x']))
  })

  it('takes the chat template from its own file before the one in the configuration', async () => {
    const folder = folderWith({ ...made.files, 'chat_template.jinja': 'own' })
    expect((await loadTokenizer(folder)).chatTemplate).toBe('own')
  })

  it('refuses a folder without one, with the remedy', async () => {
    await expect(loadTokenizer(root)).rejects.toThrow(/has no tokenizer.json; .* gepo init-model/)
  })

  it('refuses a damaged one by its name', async () => {
    const folder = folderWith({ ...made.files, 'tokenizer.json': '{"version": "1.0"' })
    await expect(loadTokenizer(folder)).rejects.toThrow(/tokenizer\.json cannot be read/)
  })

  it('refuses one that drops merges by chance', async () => {
    const form = JSON.parse(made.files['tokenizer.json']!)
    form.model.dropout = 0.1
    const folder = folderWith({ ...made.files, 'tokenizer.json': JSON.stringify(form) })
    await expect(loadTokenizer(folder)).rejects.toThrow(/drops merges by chance .*; set it to null/)
  })

  it('refuses one without a mark of end', async () => {
    const folder = folderWith({ 'tokenizer.json': made.files['tokenizer.json']! })
    await expect(loadTokenizer(folder)).rejects.toThrow(/names no eos_token/)
  })
})

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = scratchFolder()
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}
