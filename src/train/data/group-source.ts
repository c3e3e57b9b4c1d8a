/**
 * The groups of one split that can be used under the options, by id. All of them are looked through once (what that
 * gives is kept in the cache); after that a group's ids are made when they are asked for, so that memory holds a
 * batch and not the data.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { rankIds } from '../../base/sample-ids.ts'
import type { Split } from '../../records/split.ts'
import { damagedCache, type TrainingCache } from '../../store/training-cache.ts'
import type { TrainingRows } from '../../store/training-rows.ts'
import { asksForDate } from '../prompt/frozen-date.ts'
import { type EncodeResult, type Encoding, encodeGroup } from './encode-group.ts'
import { type EncodedGroup, groupTokens } from './encoded-group.ts'

export interface GroupSource {
  readonly split: Split
  /** Stands for all but the group that its ids depend on: tokenizer, templates, filters, limits. */
  readonly scope: string
  /** Ids of the groups that can be used, ascending. */
  readonly ids: readonly string[]
  readonly survey: Survey
  load(ids: readonly string[]): Promise<EncodedGroup[]>
}

/** What was found in a split. */
export interface Survey {
  readonly groups: number
  /** Over all sequences of the groups that can be used. */
  readonly tokens: number
  readonly longestSequence: number
  /** Of the group with the most tokens. */
  readonly largestGroup: number
  /** Groups that cannot be used, and responses that were left out, by reason. */
  readonly droppedGroups: Readonly<Record<string, number>>
  readonly droppedResponses: Readonly<Record<string, number>>
}

export interface SourceOptions {
  readonly split: Split
  /** Number of groups, drawn by the seed among those that can be used; null for all. */
  readonly limit: number | null
  readonly seed: number
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: (done: number, total: number) => void
}

const droppedSchema = z.object({ overlong: z.int(), specialToken: z.int() })
const outcomeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('encoded'), tokens: z.int(), longest: z.int(), dropped: droppedSchema }),
  z.object({ kind: z.literal('dropped'), reason: z.string(), dropped: droppedSchema }),
])
type Outcome = Readonly<z.output<typeof outcomeSchema>>

/** Groups that are looked through between two writes to the cache. */
const PAGE = 64

export async function openGroupSource(
  rows: TrainingRows,
  cache: TrainingCache,
  encoding: Encoding,
  { split, limit, seed, signal, onProgress }: SourceOptions,
): Promise<GroupSource> {
  const all = rows.groupIds(split)
  // Whether a group can be used shows when its texts are encoded, so that a small sample ends at its last group.
  const candidates = limit === null ? all : rankIds(all, seed)
  const wanted = limit ?? all.length
  const ids: string[] = []
  const totals = { tokens: 0, longestSequence: 0, largestGroup: 0 }
  const droppedGroups: Record<string, number> = {}
  const droppedResponses: Record<string, number> = {}
  const scope = scopeOf(encoding, rows.fingerprint)

  for (let start = 0; start < candidates.length && ids.length < wanted; start += PAGE) {
    signal?.throwIfAborted()
    const page = candidates.slice(start, start + PAGE)
    for (const [i, outcome] of (await surveyPage(page, rows, cache, encoding, scope)).entries()) {
      if (ids.length === wanted) break
      count(droppedResponses, 'overlong', outcome.dropped.overlong)
      count(droppedResponses, 'special-token', outcome.dropped.specialToken)
      if (outcome.kind === 'dropped') {
        count(droppedGroups, outcome.reason, 1)
        continue
      }
      ids.push(page[i]!)
      totals.tokens += outcome.tokens
      totals.longestSequence = Math.max(totals.longestSequence, outcome.longest)
      totals.largestGroup = Math.max(totals.largestGroup, outcome.tokens)
    }
    if (limit === null) onProgress?.(Math.min(start + PAGE, all.length), all.length)
    else onProgress?.(ids.length, Math.min(wanted, all.length))
  }
  return {
    split,
    scope,
    ids: ids.sort(),
    survey: { groups: ids.length, ...totals, droppedGroups, droppedResponses },
    load: (asked) =>
      Promise.all(
        asked.map(async (id) => {
          const result = await encodeGroup(rows.group(id), encoding)
          if (result.kind === 'dropped')
            throw damagedCache(cache, `group ${id} cannot be used: ${result.reason}`)
          return result.group
        }),
      ),
  }
}

/** Outcomes in the order of the ids; those that the cache lacks are worked out and put there. */
async function surveyPage(
  ids: readonly string[],
  rows: TrainingRows,
  cache: TrainingCache,
  encoding: Encoding,
  scope: string,
): Promise<Outcome[]> {
  const fresh: [Buffer, string][] = []
  const outcomes = await Promise.all(
    ids.map(async (id): Promise<Outcome> => {
      const key = createHash('sha256').update(scope).update(id).digest()
      const known = cache.survey(key)
      if (known !== undefined) return readOutcome(known, cache)
      const outcome = outcomeOf(await encodeGroup(rows.group(id), encoding))
      fresh.push([key, JSON.stringify(outcome)])
      return outcome
    }),
  )
  if (fresh.length > 0) cache.saveSurveys(fresh)
  return outcomes
}

function readOutcome(json: string, cache: TrainingCache): Outcome {
  try {
    return outcomeSchema.parse(JSON.parse(json))
  } catch {
    throw damagedCache(cache, 'an entry is of another form')
  }
}

function outcomeOf(result: EncodeResult): Outcome {
  if (result.kind === 'dropped') return result
  const { group, dropped } = result
  const longest = group.prompt.length + Math.max(...group.responses.map(({ length }) => length))
  return { kind: 'encoded', tokens: groupTokens(group), longest, dropped }
}

/** @param fingerprint where a group's id is not the hash of its contents */
function scopeOf({ tokenizer, config: { data, length, prompt } }: Encoding, fingerprint?: string): string {
  const { date, ...words } = prompt
  const parts = [
    'scope 1',
    tokenizer.id,
    tokenizer.chatTemplate,
    tokenizer.end,
    [...tokenizer.startIds],
    tokenizer.startText,
    data.classes,
    data.levels,
    length,
    words,
    ...(asksForDate(tokenizer.chatTemplate ?? '') ? [date] : []),
    ...(fingerprint === undefined ? [] : [fingerprint]),
  ]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

function count(counts: Record<string, number>, name: string, by: number): void {
  if (by > 0) counts[name] = (counts[name] ?? 0) + by
}
