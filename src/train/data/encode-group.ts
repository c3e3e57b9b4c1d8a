/**
 * A stored group in, its ids out, or why it cannot be used. Nothing is ever cut: a response that is too long goes,
 * or its whole group, as the configuration says, and both are counted.
 */

import type { TrainingGroup } from '../../store/training-rows.ts'
import type { GroupConfig } from '../config/train-config.ts'
import type { PromptStyle } from '../prompt/prompt-style.ts'
import { spellsMark, type TextTokenizer } from '../tokenizer/load-tokenizer.ts'
import type { EncodedGroup } from './encoded-group.ts'

export type EncodeResult =
  | { readonly kind: 'encoded'; readonly group: EncodedGroup; readonly dropped: DroppedResponses }
  | { readonly kind: 'dropped'; readonly reason: GroupDrop; readonly dropped: DroppedResponses }

/** Why a group is not used. */
export type GroupDrop =
  /** The filters by class and level, or the length limit, leave no winner or no loser. */
  | 'no-winner'
  | 'no-loser'
  /** A response is over the limit, and the configuration drops its group. */
  | 'overlong'
  /** The prompt alone reaches the limit. */
  | 'overlong-prompt'
  /** The C code spells a mark such as <|im_end|>, which the model would take for one. */
  | 'special-token'

/** Responses that were left out of their group, by reason. */
export interface DroppedResponses {
  readonly overlong: number
  readonly specialToken: number
}

export interface Encoding {
  readonly tokenizer: TextTokenizer
  readonly style: PromptStyle
  readonly config: Pick<GroupConfig, 'data' | 'length' | 'prompt'>
}

export async function encodeGroup(stored: TrainingGroup, encoding: Encoding): Promise<EncodeResult> {
  const { tokenizer, style, config } = encoding
  const { winners, losers } = selectMembers(stored, config.data)
  if (spellsMark(tokenizer, stored.code)) return { kind: 'dropped', reason: 'special-token', dropped: NONE }

  const members = [...winners, ...losers]
  const plain = members.map(({ ir }) => !spellsMark(tokenizer, ir))
  const [prompt, ...bodies] = await tokenizer.encode([
    style.prompt(stored.code, stored.level ?? null),
    ...members.map(({ ir }) => style.response(ir)),
  ])
  const promptIds = style.startMark ? join(tokenizer.startIds, prompt!) : prompt!
  const end = config.prompt.endToken ? Int32Array.of(tokenizer.end.id) : new Int32Array()
  const responses = bodies.map((body) => join(body, end))
  const { maxTokens } = config.length
  const fits = responses.map(({ length }) => promptIds.length + length <= maxTokens)

  const kept = members.map((_, i) => plain[i]! && fits[i]! && responses[i]!.length > 0)
  const dropped = {
    overlong: fits.filter((fit) => !fit).length,
    specialToken: plain.filter((isPlain, i) => !isPlain && fits[i]).length,
  }
  const winnerCount = winners.filter((_, i) => kept[i]).length
  const drop = (reason: GroupDrop) => ({ kind: 'dropped', reason, dropped }) as const
  if (promptIds.length === 0 || promptIds.length >= maxTokens) return drop('overlong-prompt')
  if (dropped.overlong > 0 && config.length.overlong === 'drop-group') return drop('overlong')
  if (winnerCount === 0) return drop('no-winner')
  if (kept.slice(winners.length).every((keep) => !keep)) return drop('no-loser')
  return {
    kind: 'encoded',
    dropped,
    group: {
      id: stored.id,
      prompt: promptIds,
      responses: responses.filter((_, i) => kept[i]),
      winners: winnerCount,
      losers: losers
        .filter((_, i) => kept[winners.length + i])
        .map(({ class: loserClass, operator }) => ({ class: loserClass ?? 'unknown', operator })),
    },
  }
}

const NONE: DroppedResponses = { overlong: 0, specialToken: 0 }

/** What is not known of a response, in groups from elsewhere, keeps it in. */
function selectMembers(
  { winners, losers }: TrainingGroup,
  { classes, levels }: GroupConfig['data'],
): Pick<TrainingGroup, 'winners' | 'losers'> {
  return {
    winners: winners.filter((winner) => winner.levels?.some((level) => levels.includes(level)) ?? true),
    losers: losers.filter(
      (loser) =>
        (loser.class === null || classes.includes(loser.class)) &&
        (loser.level === null || levels.includes(loser.level)),
    ),
  }
}

function join(first: Int32Array, second: Int32Array): Int32Array {
  const joined = new Int32Array(first.length + second.length)
  joined.set(first)
  joined.set(second, first.length)
  return joined
}
