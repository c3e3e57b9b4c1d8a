/**
 * Two IR texts in, rows out in which equal lines stand beside each other, and changed ones beside what they became. Pure.
 * Texts that differ in too many lines to be aligned come one below the other.
 */
import { diffLines, diffWordsWithSpace } from 'diff'
import { distance } from 'fastest-levenshtein'

export interface DiffRow {
  readonly kind: 'same' | 'changed' | 'left' | 'right'
  readonly left: DiffSide | undefined
  readonly right: DiffSide | undefined
}

export interface DiffSide {
  /** From 1 on. */
  readonly number: number
  readonly text: string
  /** What differs from the other side, by UTF-16 units. */
  readonly changes: readonly { readonly start: number; readonly end: number }[]
}

/** Rows that are shown, or equal ones that are not unless asked for. */
export interface DiffPart {
  readonly isFolded: boolean
  readonly rows: readonly DiffRow[]
}

/** Equal lines around a difference that stay. */
const CONTEXT = 3
const LEAST_FOLDED = 4
/**
 * Lines of both texts that may differ. More take long to align (their square), and such a diff tells nobody anything. A
 * number in place of a time: a page looks the same on a busy machine.
 */
const MOST_DIFFERENT = 1000
/** Lines in a block whose best pairs are looked for: it takes their product. */
const MOST_PAIRED = 60
const MOST_COMPARED_CHARS = 200
/** What two lines must have in common to stand beside each other. */
const LEAST_LIKENESS = 0.45

/**
 * @example
 * alignIr('a\nb\n', 'a\nc\n').map(({ kind }) => kind) // ['same', 'changed'] where b and c are alike
 */
export function alignIr(left: string, right: string): DiffRow[] {
  const changes = diffLines(left, right, { maxEditLength: MOST_DIFFERENT })
  const rows: DiffRow[] = []
  let [leftNumber, rightNumber] = [1, 1]
  let removed: string[] = []
  let added: string[] = []
  const flush = () => {
    for (const [from, to] of pairLines(removed, added)) {
      const [a, b] = from !== undefined && to !== undefined ? changedWords(from, to) : [[], []]
      rows.push({
        kind: from === undefined ? 'right' : to === undefined ? 'left' : 'changed',
        left: from === undefined ? undefined : { number: leftNumber++, text: from, changes: a },
        right: to === undefined ? undefined : { number: rightNumber++, text: to, changes: b },
      })
    }
    removed = []
    added = []
  }
  if (changes === undefined) {
    removed = linesOf(left)
    added = linesOf(right)
  }
  for (const { value, removed: isRemoved, added: isAdded } of changes ?? []) {
    if (isRemoved) removed.push(...linesOf(value))
    else if (isAdded) added.push(...linesOf(value))
    else {
      flush()
      for (const text of linesOf(value))
        rows.push({
          kind: 'same',
          left: { number: leftNumber++, text, changes: [] },
          right: { number: rightNumber++, text, changes: [] },
        })
    }
  }
  flush()
  return rows
}

/** Runs of equal rows that are far from any difference are folded. */
export function foldRows(rows: readonly DiffRow[]): DiffPart[] {
  const isNear = new Uint8Array(rows.length)
  for (const [index, { kind }] of rows.entries())
    if (kind !== 'same') isNear.fill(1, Math.max(0, index - CONTEXT), index + CONTEXT + 1)
  const parts: { isFolded: boolean; rows: DiffRow[] }[] = []
  for (const [index, row] of rows.entries()) {
    const isFolded = isNear[index] === 0
    const last = parts.at(-1)
    if (last?.isFolded === isFolded) last.rows.push(row)
    else parts.push({ isFolded, rows: [row] })
  }
  return parts.map((part) => ({ ...part, isFolded: part.isFolded && part.rows.length >= LEAST_FOLDED }))
}

export interface CutPart extends DiffPart {
  /** Rows of it that are not there any more. */
  readonly leftOut: number
}

/**
 * @param most rows that stay, and as many folded ones: equal lines have a limit of their own, so that a difference far
 * behind them is seen
 */
export function cutParts(
  parts: readonly DiffPart[],
  most: number,
): { readonly parts: readonly CutPart[]; readonly leftOut: number } {
  const room = { open: most, folded: most }
  const cut = parts.map(({ isFolded, rows }): CutPart => {
    const place = isFolded ? 'folded' : 'open'
    const kept = rows.slice(0, room[place])
    room[place] -= kept.length
    return { isFolded, rows: kept, leftOut: rows.length - kept.length }
  })
  return {
    parts: cut.filter(({ isFolded, rows }) => isFolded || rows.length > 0),
    leftOut: cut.reduce((sum, { leftOut }) => sum + leftOut, 0),
  }
}

type Pair = readonly [from: string | undefined, to: string | undefined]

/** In order, each line beside the one it is most like, by the sum of likenesses; the others alone. */
function pairLines(from: readonly string[], to: readonly string[]): Pair[] {
  if (from.length > MOST_PAIRED || to.length > MOST_PAIRED)
    return [...from.map((line): Pair => [line, undefined]), ...to.map((line): Pair => [undefined, line])]
  const width = to.length + 1
  // best[i][j]: of the lines from i and j on.
  const best = new Float64Array((from.length + 1) * width)
  const likeness = from.map((a) => to.map((b) => likenessOf(a, b)))
  for (let i = from.length - 1; i >= 0; i--)
    for (let j = to.length - 1; j >= 0; j--) {
      const like = likeness[i]![j]!
      const paired = like >= LEAST_LIKENESS ? like + best[(i + 1) * width + j + 1]! : 0
      best[i * width + j] = Math.max(paired, best[(i + 1) * width + j]!, best[i * width + j + 1]!)
    }
  const pairs: Pair[] = []
  let [i, j] = [0, 0]
  while (i < from.length || j < to.length) {
    const here = best[i * width + j]!
    const like = likeness[i]?.[j] ?? 0
    if (like >= LEAST_LIKENESS && here === like + best[(i + 1) * width + j + 1]!)
      pairs.push([from[i++], to[j++]])
    else if (i < from.length && (j === to.length || here === best[(i + 1) * width + j]!))
      pairs.push([from[i++], undefined])
    else pairs.push([undefined, to[j++]])
  }
  return pairs
}

/** 0 to 1, of the beginnings of long lines; how they are set in does not count. */
function likenessOf(a: string, b: string): number {
  const [from, to] = [a, b].map((line) => line.trim().slice(0, MOST_COMPARED_CHARS))
  const longest = Math.max(from!.length, to!.length)
  return longest === 0 ? 1 : 1 - distance(from!, to!) / longest
}

function changedWords(from: string, to: string): [DiffSide['changes'], DiffSide['changes']] {
  if (Math.max(from.length, to.length) > 8 * MOST_COMPARED_CHARS) return [[], []]
  const left: { start: number; end: number }[] = []
  const right: { start: number; end: number }[] = []
  let [a, b] = [0, 0]
  for (const { value, added, removed } of diffWordsWithSpace(from, to)) {
    const { length } = value
    if (removed) left.push({ start: a, end: a + length })
    if (added) right.push({ start: b, end: b + length })
    if (!added) a += length
    if (!removed) b += length
  }
  return [left, right]
}

const linesOf = (text: string): string[] => {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
