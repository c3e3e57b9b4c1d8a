/** A stored group in, pairs for supervised training out: the prompt with each winner. Losers have no part in it. */
import type { StoredGroup } from '../records/group-record.ts'
import { groupLine } from './group-line.ts'

export interface PairLine {
  readonly prompt: string
  readonly response: string
}

export function pairLines(group: StoredGroup): PairLine[] {
  const { prompt, winners } = groupLine(group)
  return winners.map(({ ir }) => ({ prompt, response: ir }))
}
