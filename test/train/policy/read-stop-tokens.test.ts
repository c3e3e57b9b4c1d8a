import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readStopTokens } from '../../../src/train/policy/read-stop-tokens.ts'

const folder = mkdtempSync(join(tmpdir(), 'gepo-stop-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const end = { end: { id: 5, text: '</>' } }

describe('what ends an answer', () => {
  it("is the tokenizer's end where nothing else is said", () => {
    expect([...readStopTokens(folder, end)]).toEqual([5])
  })

  it.each([
    [{ eos_token_id: 7 }, [5, 7]],
    [{ eos_token_id: [7, 5, 8] }, [5, 7, 8]],
    [{ eos_token_id: null, temperature: 0.6 }, [5]],
  ])('are also the ends that generation_config.json names: %j', (config, expected) => {
    writeFileSync(join(folder, 'generation_config.json'), JSON.stringify(config))
    expect([...readStopTokens(folder, end)]).toEqual(expected)
  })
})
