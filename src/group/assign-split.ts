/**
 * A source's text in, the split that all its units go to out. Sources that differ in names, layout and comments
 * alone share a split, so that no such copy of a training program is tested on.
 */
import { createHash } from 'node:crypto'
import { lexC } from '../extract/lex-c.ts'
import type { Split } from './group-record.ts'

/** Percent of the fingerprints that go to validation and to test; the rest is for training. */
const VALIDATION_PERCENT = 5
const TEST_PERCENT = 5

export function assignSplit(text: string): Split {
  const place = Number.parseInt(fingerprint(text).slice(0, 8), 16) % 100
  if (place < TEST_PERCENT) return 'test'
  return place < TEST_PERCENT + VALIDATION_PERCENT ? 'validation' : 'train'
}

/** Equal for texts whose tokens are equal once every identifier is called the same by its order of appearance. */
function fingerprint(text: string): string {
  const names = new Map<string, number>()
  const hash = createHash('sha256')
  for (const { kind, text: token } of lexC(text)) {
    if (kind === 'comment') continue
    if (kind !== 'word') hash.update(`${token}\n`)
    else {
      if (!names.has(token)) names.set(token, names.size)
      hash.update(`#${names.get(token)}\n`)
    }
  }
  return hash.digest('hex')
}
