/**
 * Prompts with one right response each, as JSON lines of `prompt` and `response`: for supervised training on texts
 * that are no groups. Each pair is a group of one winner and no loser. All of them are held in memory.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { parseLenientJson } from '../../base/parse-json.ts'
import { UserError } from '../../base/user-error.ts'
import type { PairConfig } from '../config/train-config.ts'
import { createMessageText } from '../prompt/prompt-text.ts'
import { spellsMark, type TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import { type EncodedGroup, groupTokens } from './encoded-group.ts'
import type { GroupSource } from './group-source.ts'

const pairSchema = z.object({ prompt: z.string().min(1), response: z.string().min(1) })
type Pair = z.output<typeof pairSchema>

/**
 * @param split all pairs are to train on: another one is empty
 * @throws UserError naming the line that is no pair
 */
export async function openPairSource(
  config: PairConfig,
  tokenizer: TextTokenizer,
  split: GroupSource['split'],
): Promise<GroupSource> {
  const { pairs, length } = config
  const read = split === 'train' ? readPairs(pairs.file) : []
  const text = createMessageText(pairs, 'pairs', tokenizer)
  const prompts = await tokenizer.encode(read.map(({ prompt }) => text.of(prompt)))
  const responses = await tokenizer.encode(read.map(({ response }) => response))
  const start = text.startMark ? tokenizer.startIds : []
  const groups = new Map<string, EncodedGroup>()
  const dropped: Record<string, number> = {}
  const drop = (reason: string) => {
    dropped[reason] = (dropped[reason] ?? 0) + 1
  }
  for (const [i, { prompt, response }] of read.entries()) {
    if (spellsMark(tokenizer, prompt) || spellsMark(tokenizer, response)) {
      drop('special-token')
      continue
    }
    const group: EncodedGroup = {
      id: `pair ${String(i + 1).padStart(9, '0')}`,
      prompt: Int32Array.of(...start, ...prompts[i]!),
      responses: [Int32Array.of(...responses[i]!, tokenizer.end.id)],
      winners: 1,
      losers: [],
    }
    if (groupTokens(group) > length.maxTokens) drop('overlong')
    else groups.set(group.id, group)
  }

  const hash = createHash('sha256').update('pairs 1')
  for (const {
    prompt,
    responses: [response],
  } of groups.values())
    hash.update(prompt).update('|').update(response!)
  const tokens = [...groups.values()].map(groupTokens)
  return {
    split,
    scope: hash.digest('hex'),
    ids: [...groups.keys()],
    survey: {
      groups: groups.size,
      tokens: tokens.reduce((sum, count) => sum + count, 0),
      longestSequence: Math.max(0, ...tokens),
      largestGroup: Math.max(0, ...tokens),
      droppedGroups: dropped,
      droppedResponses: {},
    },
    load: async (ids) => ids.map((id) => groups.get(id)!),
  }
}

function readPairs(file: string): Pair[] {
  let content: string
  try {
    content = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UserError(
      `The pairs ${file} cannot be read (${(error as NodeJS.ErrnoException).code}); name a file of JSON lines as pairs.file.`,
    )
  }
  return content.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    try {
      return [pairSchema.parse(parseLenientJson(line))]
    } catch (error) {
      throw new UserError(
        `Line ${i + 1} of ${file} is no pair; write {"prompt": "...", "response": "..."} on each line.`,
        { cause: error },
      )
    }
  })
}
